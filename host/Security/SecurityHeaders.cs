namespace Crucible.Host.Security;

/// <summary>
/// What every response tells the browser not to do. Set as the response starts, so that error pages have it too; what an
/// endpoint has set itself stays (an overlay that may be framed, a download in a sandbox).
/// </summary>
internal sealed class SecurityHeaders(RequestDelegate next)
{
    private const string Content = "default-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; form-action 'self'; "
        + "script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self'; connect-src 'self'; "
        + "worker-src 'self'; manifest-src 'self'";

    /// <summary>The same with further places that forms of a page may lead to, for a page that sends people to a provider.</summary>
    public static string Policy(string formsTo) => Content.Replace("form-action 'self'", $"form-action 'self' {formsTo}".TrimEnd(), StringComparison.Ordinal);

    private const string Devices = "camera=(self), microphone=(self), display-capture=(self), fullscreen=(self), clipboard-write=(self), "
        + "geolocation=(), payment=(), usb=(), serial=(), hid=(), midi=(), accelerometer=(), gyroscope=(), magnetometer=()";

    public Task Invoke(HttpContext http)
    {
        http.Response.OnStarting(static state => Set((HttpContext)state), http);
        return next(http);
    }

    private static Task Set(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers.TryAdd("Content-Security-Policy", Content);
        headers.TryAdd("X-Content-Type-Options", "nosniff");
        headers.TryAdd("Referrer-Policy", "strict-origin-when-cross-origin");
        headers.TryAdd("Permissions-Policy", Devices);
        headers.TryAdd("Cross-Origin-Opener-Policy", "same-origin");
        headers.TryAdd("Cross-Origin-Resource-Policy", "same-origin");
        if (http.Request.IsHttps && !IsLoopbackName(http.Request.Host.Host))
            headers.TryAdd("Strict-Transport-Security", "max-age=31536000; includeSubDomains");
        // What is shown to somebody is kept by no cache. Pages hold their state in the URL and render in milliseconds, so going
        // back loses nothing, and shows the present; Chrome keeps such pages for going back anyway until the cookies change.
        if (http.User.Identity?.IsAuthenticated == true)
            headers.TryAdd("Cache-Control", "no-store");
        return Task.CompletedTask;
    }

    // A browser would apply it to every other program's port on localhost.
    private static bool IsLoopbackName(string host) =>
        host is "localhost" or "127.0.0.1" or "[::1]" || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
}
