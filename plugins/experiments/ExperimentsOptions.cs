using System.ComponentModel.DataAnnotations;

namespace Crucible.Experiments;

/// <summary>Settings under <c>Crucible:Plugins:experiments</c>.</summary>
public sealed record ExperimentsOptions
{
    /// <summary>Most bytes of one artifact; 1 kB to 1 TB.</summary>
    [Range(1024L, 1L << 40)]
    public long LargestArtifact { get; init; } = 50L << 30;
}
