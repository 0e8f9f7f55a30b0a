using System.ComponentModel.DataAnnotations;
using Crucible.Api;

namespace Crucible.Host.Api;

/// <summary>Settings under <c>Crucible:Api</c>: how many calls of <c>/api/v1</c> a credential may make in a minute, on each host.</summary>
public sealed record ApiOptions
{
    /// <summary>Calls that read; 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int ReadsPerMinute { get; init; } = 1000;

    /// <summary>Calls that change something; 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int WritesPerMinute { get; init; } = 100;

    /// <summary>Calls that bring telemetry or log lines; 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int IngestsPerMinute { get; init; } = 10_000;

    /// <summary>Exports asked for; 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int ExportsPerMinute { get; init; } = 10;

    internal int Of(ApiRate rate) => rate switch
    {
        ApiRate.Read => ReadsPerMinute,
        ApiRate.Write => WritesPerMinute,
        ApiRate.Ingest => IngestsPerMinute,
        _ => ExportsPerMinute,
    };
}
