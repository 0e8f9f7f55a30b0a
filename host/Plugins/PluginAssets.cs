using System.Security.Cryptography;
using Crucible.Ui;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.FileProviders;

namespace Crucible.Host.Plugins;

/// <summary>
/// The files browsers fetch: the front end under <c>/assets/crucible</c>, each plugin's <c>wwwroot</c> under
/// <c>/assets/{id}</c>. Pages link them with a hash of all their content as <c>?v=</c>, so they may be kept for ever.
/// </summary>
internal static class PluginAssets
{
    public const string Prefix = "/assets";

    public static void AddAssets(this WebApplicationBuilder builder, PluginCatalogue catalogue)
    {
        var roots = new List<IFileProvider>();
        var own = Path.Combine(AppContext.BaseDirectory, "assets");
        if (builder.Configuration["Crucible:AssetsPath"] is { Length: > 0 } elsewhere)
            own = elsewhere;
        if (Directory.Exists(own))
            roots.Add(new Under("/assets/crucible", new PhysicalFileProvider(own)));
        foreach (var plugin in catalogue.Plugins.Where(p => p is { Offer: not null, Assets: not null }))
            roots.Add(new Under($"{Prefix}/{plugin.Id}", new PhysicalFileProvider(plugin.Assets!)));
        builder.Environment.WebRootFileProvider = new CompositeFileProvider(roots);
        builder.Services.AddSingleton(AssetVersion.Of(catalogue.Plugins.Select(p => p.Assets).Append(own)));
    }

    /// <summary>Links a plugin's own style sheet and script, by convention <c>wwwroot/{id}.css</c> and <c>.js</c>.</summary>
    public static void AddTo(Shell shell, Plugin plugin)
    {
        if (plugin.Assets is not { } folder)
            return;
        if (File.Exists(Path.Combine(folder, plugin.Id + ".css")))
            shell.Style($"{Prefix}/{plugin.Id}/{plugin.Id}.css");
        if (File.Exists(Path.Combine(folder, plugin.Id + ".js")))
            shell.Scripts.Add($"{Prefix}/{plugin.Id}/{plugin.Id}.js");
    }

    public static void UseAssets(this IApplicationBuilder app) => app.UseStaticFiles(new StaticFileOptions
    {
        OnPrepareResponse = file =>
        {
            file.Context.Response.Headers.CacheControl = file.Context.Request.Query.ContainsKey("v") ? "public, max-age=31536000, immutable" : "no-cache";
            // The same for everybody, so its compressed size tells nobody anything.
            if (file.Context.Features.Get<IHttpsCompressionFeature>() is { } compression)
                compression.Mode = HttpsCompressionMode.Compress;
        },
    });

    private sealed class Under(string prefix, IFileProvider files) : IFileProvider
    {
        public IFileInfo GetFileInfo(string path) =>
            Inside(path) is { } rest ? files.GetFileInfo(rest) : new NotFoundFileInfo(path);

        public IDirectoryContents GetDirectoryContents(string path) =>
            Inside(path) is { } rest ? files.GetDirectoryContents(rest) : NotFoundDirectoryContents.Singleton;

        public Microsoft.Extensions.Primitives.IChangeToken Watch(string filter) => NullChangeToken.Singleton;

        private string? Inside(string path)
        {
            var full = path.StartsWith('/') ? path : '/' + path;
            return full.StartsWith(prefix + '/', StringComparison.Ordinal) ? full[prefix.Length..] : null;
        }
    }
}

/// <summary>A hash of every asset: it changes when one of them does.</summary>
internal sealed record AssetVersion(string Value)
{
    public static AssetVersion Of(IEnumerable<string?> folders)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in folders.Where(Directory.Exists).SelectMany(f => Directory.EnumerateFiles(f!, "*", SearchOption.AllDirectories)).Order(StringComparer.Ordinal))
            hash.AppendData(File.ReadAllBytes(file));
        return new(Convert.ToHexStringLower(hash.GetHashAndReset())[..12]);
    }
}
