using System.ComponentModel.DataAnnotations;

namespace Crucible.Experiments;

/// <summary>Settings under <c>Crucible:Plugins:experiments</c>.</summary>
public sealed record ExperimentsOptions
{
    /// <summary>Most bytes of one artifact; 1 kB to 1 TB.</summary>
    [Range(1024L, 1L << 40)]
    public long LargestArtifact { get; init; } = 50L << 30;

    /// <summary>Most lines that the console of a run keeps; the oldest go. 1,000 to 100 million.</summary>
    [Range(1000L, 100_000_000L)]
    public long MostLogLines { get; init; } = 500_000;
}
