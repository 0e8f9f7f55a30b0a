using System.Net;
using Crucible.Host.People;

namespace Crucible.Host.Security;

/// <summary>
/// Plain HTTP carries passwords in the open, so it is served on this machine's own loopback only: judged by the address the
/// connection came in on, which the sender cannot choose. Health checks carry nothing and are let through.
/// </summary>
internal sealed class PlainHttpRule(RequestDelegate next, ILogger<PlainHttpRule> log)
{
    private static readonly string[] ProxyHeaders = ["X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Forwarded", "X-Original-For", "X-Original-Proto"];

    public Task Invoke(HttpContext http)
    {
        if (http.Request.IsHttps || http.Request.Path.StartsWithSegments("/healthz"))
            return next(http);
        // Through a proxy that was not believed, or a believed one that says its client speaks plain HTTP (the headers are then
        // renamed). Serving either would put the whole world on "loopback".
        var proxied = ProxyHeaders.Any(http.Request.Headers.ContainsKey);
        if (!proxied && http.Connection.LocalIpAddress is { } local && IPAddress.IsLoopback(local.IsIPv4MappedToIPv6 ? local.MapToIPv4() : local))
            return next(http);
        return Refuse(http, proxied);
    }

    private Task Refuse(HttpContext http, bool proxied)
    {
        var peer = ClientAddress.Of(http);
        log.RequestRefused(http.Request.Method, "(any path)", peer, "plain HTTP");
        http.Response.StatusCode = StatusCodes.Status400BadRequest;
        http.Response.ContentType = "text/plain; charset=utf-8";
        return http.Response.WriteAsync(proxied
            ? $"This request came through a proxy that Crucible does not trust ({peer}), or one that does not say it speaks https. "
                + $"Set Crucible__TrustedProxies={peer} if that proxy is yours, and let it send X-Forwarded-For, X-Forwarded-Proto and X-Forwarded-Host.\n"
            : "Crucible speaks plain HTTP on this machine's own loopback address only. Use https:// (set Kestrel__Certificates__Default__Path and "
                + "__KeyPath), or put a proxy that speaks TLS in front and name it in Crucible__TrustedProxies.\n");
    }
}
