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

    /// <summary>Seconds between two looks for what alert rules wait for; 1 to 60.</summary>
    [Range(1, 60)]
    public int AlertSeconds { get; init; } = 2;

    /// <summary>Where people reach this installation, <c>https://crucible.example.org</c>: the links that webhooks carry begin with it. Without one they are paths.</summary>
    public string Url { get; init; } = "";

    /// <summary>
    /// Hosts inside that webhooks may be sent to, as they stand in the address: <c>chat.internal</c>, <c>10.0.0.7:8080</c>. All
    /// other private, loopback and link-local addresses are refused.
    /// </summary>
    public string[] WebhookHosts { get; init; } = [];

    /// <summary>Seconds from each failed attempt at a webhook to the next; after the last it is given up.</summary>
    public int[] WebhookPauses { get; init; } = [];

    internal TimeSpan? PauseAfter(int attempts)
    {
        var pauses = WebhookPauses is [] ? UsualPauses : WebhookPauses;
        return attempts <= pauses.Length ? TimeSpan.FromSeconds(Math.Max(0, pauses[attempts - 1])) : null;
    }

    // A collection default would be added to, not replaced, by the settings.
    private static readonly int[] UsualPauses = [10, 60, 300, 1800, 7200, 21600];
}
