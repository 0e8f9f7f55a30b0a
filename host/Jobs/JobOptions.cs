using System.ComponentModel.DataAnnotations;

namespace Crucible.Host.Jobs;

/// <summary>Settings under <c>Crucible:Jobs</c>.</summary>
internal sealed class JobOptions
{
    /// <summary>Name of this host on the jobs pages; the machine's when not set.</summary>
    [StringLength(60, MinimumLength = 1)]
    public string? Node { get; set; }

    /// <summary>Runs that may be under way at once on this host; 0 leaves all work to other hosts.</summary>
    [Range(0, 256)]
    public int Workers { get; set; } = 16;

    /// <summary>How often the queue is looked at when nobody says that something was added.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:01:00")]
    public TimeSpan PollEvery { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How often this host says that it lives.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan BeatEvery { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>After how much silence other hosts take over what a host was running; at least three beats.</summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "00:10:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>The pause before the second attempt; each further one is three times as long, up to ten minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a stopping host lets runs go on before it signals them, and again before it hands them back.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:05")]
    public TimeSpan StopGrace { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How long after the signal to stop the page says that a run ignores it.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan IgnoredAfter { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How long after the signal to stop a run is given up while its code goes on.</summary>
    [Range(typeof(TimeSpan), "00:00:00.200", "01:00:00")]
    public TimeSpan AbandonAfter { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The pause after a number of failed attempts.</summary>
    public TimeSpan Pause(int attempts) =>
        TimeSpan.FromSeconds(Math.Min(Math.Max(600, RetryAfter.TotalSeconds), RetryAfter.TotalSeconds * Math.Pow(3, Math.Clamp(attempts - 1, 0, 20))));
}
