using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Crucible.Experiments.Imports.Sources;
using Crucible.People;
using Microsoft.AspNetCore.DataProtection;

namespace Crucible.Experiments.Imports;

/// <summary>How to sign in at a server.</summary>
internal sealed record ServerSecret(string? User, string? Password, string? Token);

/// <summary>
/// Which servers may be imported from, by whom, and with what. The request comes from this machine, which may reach what a visitor
/// cannot: admins may name any server, members those of <see cref="ImportLimits.ImportHosts"/>. Redirects are not followed.
/// </summary>
internal sealed class ServerImports(IHttpClientFactory clients, IDataProtectionProvider protection, ImportLimits limits, ExperimentsOptions options, TimeProvider time)
{
    public const string Client = "experiments.import";

    private readonly IDataProtector _seal = protection.CreateProtector("Crucible.Experiments.Import");

    public static void Configure(HttpClient http)
    {
        http.Timeout = Timeout.InfiniteTimeSpan; // each call has one of its own
        http.DefaultRequestHeaders.UserAgent.ParseAdd("crucible-import");
        http.DefaultRequestHeaders.Accept.ParseAdd("*/*");
    }

    public static HttpMessageHandler Handler() => new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        AutomaticDecompression = DecompressionMethods.GZip | DecompressionMethods.Deflate,
    };

    /// <summary>Whether anybody but admins may import from a server.</summary>
    public bool Offered(Actor actor) => actor.SeesAll || limits.ImportHosts.Length > 0;

    /// <summary>The address as it is used, or why it is not.</summary>
    public (string? Address, string? Problem) Check(string? text, Actor actor)
    {
        if (!Uri.TryCreate(text?.Trim(), UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.Host.Length == 0)
            return (null, "Write the address as http://host:port or https://host, as in MLFLOW_TRACKING_URI.");
        if (uri.UserInfo.Length > 0)
            return (null, "Leave user and password out of the address; they have fields of their own.");
        if (!actor.SeesAll && !limits.ImportHosts.Any(allowed => Matches(allowed, uri)))
            return (null, "Only an admin may import from this server. An admin can name it in ImportHosts.");
        return (uri.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/", null);
    }

    private static bool Matches(string allowed, Uri uri) => allowed.StartsWith("*.", StringComparison.Ordinal)
        ? uri.Host.EndsWith(allowed[1..], StringComparison.OrdinalIgnoreCase) && uri.IsDefaultPort
        : allowed.Contains(':') ? allowed.Equals($"{uri.Host}:{uri.Port}", StringComparison.OrdinalIgnoreCase)
        : allowed.Equals(uri.Host, StringComparison.OrdinalIgnoreCase) && uri.IsDefaultPort;

    /// <summary>Seals what somebody signs in with; null when that is nothing.</summary>
    public string? Seal(ServerSecret secret) => secret is { User: null or "", Token: null or "" } ? null : _seal.Protect(ImportJson.Write(secret));

    /// <summary>Opens the server of an import, as the job does.</summary>
    public Task<Opened> Open(ImportRow import, Target target, string at, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        // Asked again: rights and options may have changed since.
        if (Check(target.Settings.Server, target.Actor) is not ({ } address, null))
            throw new ImportFault("This server may not be imported from any more.");
        var http = clients.CreateClient(Client);
        http.BaseAddress = new(address);
        http.DefaultRequestHeaders.Authorization = Authorization(import.Secret);
        return Task.FromResult(new Opened(new MlflowServer(new(http, time), at, whole: target.Id is not null, target.Settings.Deleted, options.LargestArtifact), "MLflow server"));
    }

    private AuthenticationHeaderValue? Authorization(string? secret)
    {
        if (secret is null)
            return null;
        try
        {
            var open = ImportJson.Read<ServerSecret>(_seal.Unprotect(secret))!;
            return open.Token is { Length: > 0 } token ? new("Bearer", token) : new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{open.User}:{open.Password}")));
        }
        catch (CryptographicException)
        {
            throw new ImportFault("What to sign in with cannot be read any more. Begin the import again.");
        }
    }
}
