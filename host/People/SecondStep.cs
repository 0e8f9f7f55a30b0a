using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;

namespace Crucible.Host.People;

/// <summary>
/// Between the first proof and the code: a sealed cookie that says who waits for how long, and opens nothing. It is bound to the
/// credentials as they were, so that it ends when they change.
/// </summary>
internal sealed class SecondStep(IDataProtectionProvider protection, IOptions<PeopleOptions> options, TimeProvider time)
{
    public const string Path = "/account/second-step";

    private static readonly TimeSpan Life = TimeSpan.FromMinutes(5);
    private readonly IDataProtector _seal = protection.CreateProtector("crucible.second-step");

    /// <summary>Somebody has proved to be this person by one way: asks for the code where there is one, else begins the session.</summary>
    /// <returns>Where to go next, a path of this host.</returns>
    public async Task<string> Proceed(HttpContext http, Person person, string way, string? back)
    {
        var query = back is null or "/" ? default : QueryString.Create("returnUrl", back);
        if (person.TwoFactor)
        {
            var waiting = new Waiting(person.Id, person.SecurityStamp, way, time.GetUtcNow() + Life);
            http.Response.Cookies.Append(CookieName(http), Convert.ToBase64String(_seal.Protect(JsonSerializer.SerializeToUtf8Bytes(waiting))), Cookie(http));
            return Path + query;
        }
        await Principals.Begin(http, person, way);
        return options.Value.AdminsNeedTwoFactor && person.Role == Crucible.People.Role.Admin ? "/account/two-factor" : back ?? "/";
    }

    /// <summary>Who waits; null when nobody does, or for too long.</summary>
    public Waiting? Read(HttpContext http)
    {
        if (http.Request.Cookies[CookieName(http)] is not { Length: < 2000 } cookie)
            return null;
        try
        {
            var waiting = JsonSerializer.Deserialize<Waiting>(_seal.Unprotect(Convert.FromBase64String(cookie)));
            return waiting?.Until > time.GetUtcNow() ? waiting : null;
        }
        catch (Exception fault) when (fault is CryptographicException or FormatException)
        {
            return null;
        }
    }

    public static void End(HttpContext http) => http.Response.Cookies.Delete(CookieName(http), Cookie(http));

    private static string CookieName(HttpContext http) => http.Request.IsHttps ? "__Host-crucible-step" : "crucible-step";

    private static CookieOptions Cookie(HttpContext http) => new() { HttpOnly = true, Secure = http.Request.IsHttps, SameSite = SameSiteMode.Lax, Path = "/" };
}

/// <summary>Somebody who has taken the first step.</summary>
/// <param name="PersonId">Who.</param>
/// <param name="Stamp">Of the credentials that were proved.</param>
/// <param name="Way">By what.</param>
/// <param name="Until">When it has to begin anew.</param>
internal sealed record Waiting(Guid PersonId, string Stamp, string Way, DateTimeOffset Until);
