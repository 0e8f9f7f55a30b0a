using System.Threading.RateLimiting;
using Crucible.Host.People;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace Crucible.Host.Security;

/// <summary>Rate limits by name, each counted for itself on every host.</summary>
public static class RateLimits
{
    /// <summary>
    /// For tracking calls: <see cref="PeopleOptions.TrackingPerSecond"/> for each credential. High, because a client that is
    /// told to wait stops training. Use it as <c>.RequireRateLimiting("tracking")</c>.
    /// </summary>
    public const string Tracking = "tracking";

    internal static void Configure(RateLimiterOptions limits)
    {
        limits.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        limits.OnRejected = (context, _) =>
        {
            var wait = context.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(1);
            Challenges.SetRetryAfter(context.HttpContext, wait);
            return ValueTask.CompletedTask;
        };
        limits.AddPolicy(Tracking, http => RateLimitPartition.GetTokenBucketLimiter(Who(http), _ => Bucket(http)));
    }

    private static TokenBucketRateLimiterOptions Bucket(HttpContext http)
    {
        var perSecond = http.RequestServices.GetRequiredService<IOptions<PeopleOptions>>().Value.TrackingPerSecond;
        return new()
        {
            TokenLimit = perSecond,
            TokensPerPeriod = Math.Max(1, perSecond / 10),
            ReplenishmentPeriod = perSecond < 10 ? TimeSpan.FromSeconds(1.0 / perSecond) : TimeSpan.FromMilliseconds(100),
            QueueLimit = 0,
        };
    }

    private static string Who(HttpContext http) => Access.Of(http)?.Credential.Id ?? ClientAddress.Of(http);
}
