namespace Crucible.Host.Jobs;

/// <summary>A run as the pages show it.</summary>
public sealed record RunRow
{
    public Guid Id { get; init; }
    public string Job { get; init; } = "";
    public string State { get; init; } = "";
    public string? Arguments { get; init; }
    public string AskedBy { get; init; } = "";
    public DateTime? Due { get; init; }
    public DateTime CreatedAt { get; init; }
    public DateTime ReadyAt { get; init; }
    public int Attempt { get; init; }
    public int Forgiven { get; init; }
    public string? Node { get; init; }
    public DateTime? StartedAt { get; init; }
    public DateTime? EndedAt { get; init; }
    public double? WaitMs { get; init; }
    public double? TookMs { get; init; }
    public double? Done { get; init; }
    public double? Total { get; init; }
    public string? Doing { get; init; }
    public int Lines { get; init; }
    public DateTime? CancelAt { get; init; }
    public string? CancelBy { get; init; }
    public string? Error { get; init; }

    /// <summary>Whether any host that is up knows this job.</summary>
    public bool Known { get; init; } = true;

    public bool IsOver => RunState.IsOver(State);

    /// <summary>0 to 1; null while nobody can say.</summary>
    public double? Share => Total is > 0 and var total && Done is { } done ? Math.Clamp(done / total, 0, 1) : null;

    /// <summary>
    /// When it will probably have ended: at its pace so far, once it has come a hundredth of the way; else when a run of its job usually has.
    /// </summary>
    public DateTimeOffset? Estimate(DateTimeOffset now, double? usualMs)
    {
        if (State != RunState.Running || StartedAt is not { } started)
            return null;
        var ran = now - started;
        if (Share is >= 0.01 and var share)
            return now + ran * ((1 - share) / share) is { } end && end - now < TimeSpan.FromDays(30) ? end : null;
        return Share is null && usualMs is { } usual && usual > ran.TotalMilliseconds ? started + TimeSpan.FromMilliseconds(usual) : null;
    }
}
