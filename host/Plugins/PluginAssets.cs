using Microsoft.Extensions.FileProviders;

namespace Crucible.Host.Plugins;

/// <summary>
/// The files browsers fetch: the front end under <c>/assets/crucible</c>, each plugin's <c>wwwroot</c> under
/// <c>/assets/{id}</c>. Pages link them with a hash of their content (<c>asp-append-version</c>), so they may be kept
/// for ever.
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
    }

    public static void UseAssets(this IApplicationBuilder app) => app.UseStaticFiles(new StaticFileOptions
    {
        OnPrepareResponse = file => file.Context.Response.Headers.CacheControl =
            file.Context.Request.Query.ContainsKey("v") ? "public, max-age=31536000, immutable" : "no-cache",
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
