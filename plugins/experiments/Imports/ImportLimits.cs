using System.ComponentModel.DataAnnotations;

namespace Crucible.Experiments.Imports;

/// <summary>Settings of imports, under <c>Crucible:Plugins:experiments</c> with the other ones of the plugin.</summary>
public sealed record ImportLimits
{
    /// <summary>Most bytes of an upload; 1 kB to 1 TB.</summary>
    [Range(1024L, 1L << 40)]
    public long LargestImport { get; init; } = 4L << 30;

    /// <summary>Most bytes that an archive may hold unpacked; 1 kB to 10 TB.</summary>
    [Range(1024L, 10L << 40)]
    public long LargestUnpacked { get; init; } = 40L << 30;

    /// <summary>Most files that an archive may hold; 1 to 100 million.</summary>
    [Range(1L, 100_000_000L)]
    public long MostImportFiles { get; init; } = 2_000_000;

    /// <summary>How many times its packed size an archive may grow; 10 to 100,000. Curves as text pack about tenfold.</summary>
    [Range(10, 100_000)]
    public int MostGrowth { get; init; } = 200;

    /// <summary>
    /// Servers that members may import from, besides admins: host names, <c>host:port</c> or <c>*.example.com</c>. Empty lets only
    /// admins import from servers, since the request comes from this machine and may reach what a member cannot.
    /// </summary>
    public string[] ImportHosts { get; init; } = [];
}
