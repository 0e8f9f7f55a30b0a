using System.Globalization;
using Crucible.Api;
using Crucible.Host.People;
using Crucible.Host.Security;
using Microsoft.Extensions.Options;

namespace Crucible.Host.Api;

/// <summary>
/// Counts calls by credential and kind within the minute of the clock, and says in each answer what is left. The framework's
/// limiters do not tell when their window ends, which <c>X-RateLimit-Reset</c> has to.
/// </summary>
internal sealed class ApiRates(IOptions<ApiOptions> options, TimeProvider time)
{
    private readonly Lock _lock = new();
    private Dictionary<(string Who, ApiRate Rate), int> _counted = [];
    private long _minute;

    /// <summary>Counts this call; false when it is one too many, which is answered.</summary>
    public async Task<bool> Admit(HttpContext http, ApiDoc doc)
    {
        var rate = doc.Rate ?? (OriginCheck.IsSafe(http.Request.Method) ? ApiRate.Read : ApiRate.Write);
        var most = options.Value.Of(rate);
        var now = time.GetUtcNow();
        var minute = now.ToUnixTimeSeconds() / 60;
        var count = Count((Access.Of(http)?.Credential.Id ?? ClientAddress.Of(http), rate), minute);
        var headers = http.Response.Headers;
        headers["X-RateLimit-Limit"] = Number(most);
        headers["X-RateLimit-Remaining"] = Number(Math.Max(0, most - count));
        headers["X-RateLimit-Reset"] = Number((minute + 1) * 60);
        if (count <= most)
            return true;
        var wait = DateTimeOffset.FromUnixTimeSeconds((minute + 1) * 60) - now;
        Challenges.SetRetryAfter(http, wait);
        await ApiEndpoints.Refuse(http, ApiError.RateLimited($"At most {most:N0} such calls a minute. Try again in {Challenges.InWords(wait)}."));
        return false;
    }

    private int Count((string, ApiRate) key, long minute)
    {
        lock (_lock)
        {
            if (_minute != minute)
                (_minute, _counted) = (minute, []);
            return _counted[key] = _counted.GetValueOrDefault(key) + 1;
        }
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
