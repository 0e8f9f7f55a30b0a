using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Ui;

/// <summary>A line at the foot of the page that says what was done, and takes it back.</summary>
/// <param name="Text">What happened: <c>3 runs archived</c>.</param>
/// <param name="Status"><c>completed</c>, <c>failed</c> or <c>running</c>.</param>
/// <param name="Undo">Where the button posts; null draws none. A path of this site.</param>
/// <param name="Label">The button's word.</param>
public sealed record Toast(string Text, string Status = "completed", string? Undo = null, string Label = "Undo")
{
    private const string CookieName = "crucible.toast";
    private const int Most = 4;

    /// <summary>
    /// Says it with the answer: in the <c>HX-Trigger</c> header of an htmx request, else in a cookie that the next page
    /// shows once, so that it survives a redirect. May be called up to four times for a request.
    /// </summary>
    public void Say(HttpContext http)
    {
        var all = http.Features.Get<List<Toast>>();
        if (all is null) http.Features.Set(all = []);
        if (all.Count < Most) all.Add(this);
        if (http.Request.Headers.ContainsKey("HX-Request"))
            // Aimed at the body: the element that asked may be gone when the event comes.
            http.Response.Headers["HX-Trigger"] = Header(all);
        else
            http.Response.Cookies.Append(CookieName, Seal(http).Protect(JsonSerializer.Serialize(all)), Cookie(http, TimeSpan.FromMinutes(1)));
    }

    /// <summary>What a redirect left to say; asked once for a page, by the layout.</summary>
    public static IReadOnlyList<Toast> Left(HttpContext http)
    {
        // A region that fetches itself shows no toasts, so it must not use them up.
        if (http.Request.Headers.ContainsKey("HX-Request") || http.Request.Cookies[CookieName] is not { } kept) return [];
        http.Response.Cookies.Delete(CookieName, Cookie(http, null));
        try
        {
            return JsonSerializer.Deserialize<List<Toast>>(Seal(http).Unprotect(kept)) ?? [];
        }
        catch (Exception fault) when (fault is System.Security.Cryptography.CryptographicException or JsonException or FormatException)
        {
            return []; // of another installation, or tampered with
        }
    }

    private static CookieOptions Cookie(HttpContext http, TimeSpan? life) =>
        new() { HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = http.Request.IsHttps, Path = "/", MaxAge = life, IsEssential = true };

    // Header values are ASCII, so everything else is escaped, as the default encoder does.
    private static string Header(List<Toast> all) =>
        JsonSerializer.Serialize(new { toast = new { target = "body", said = all.Select(t => new { text = t.Text, status = t.Status, undo = t.Undo, label = t.Label }) } });

    private static IDataProtector Seal(HttpContext http) => http.RequestServices.GetRequiredService<IDataProtectionProvider>().CreateProtector("Crucible.Toast");
}
