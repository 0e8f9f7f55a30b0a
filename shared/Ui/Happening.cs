using Crucible.Ui.Text;

namespace Crucible.Ui;

/// <summary>One event of a <see cref="Timeline"/>.</summary>
/// <param name="At">When.</param>
/// <param name="Text">What happened, after the actor: <c>paused the job</c>.</param>
public sealed record Happening(DateTimeOffset At, string Text)
{
    /// <summary>Who did it; null for what happened by itself.</summary>
    public string? Actor { get; init; }

    /// <summary>One of <see cref="StatusMark.Statuses"/>, which gives the glyph and its colour.</summary>
    public string? Status { get; init; }

    /// <summary>An icon for what has no status.</summary>
    public string? Icon { get; init; }

    /// <summary>A further line: the reason, the message.</summary>
    public string? Detail { get; init; }

    /// <summary>Where it leads.</summary>
    public string? Url { get; init; }

    /// <summary>The days of some events in UTC, newest first, with their names: <c>Today</c>, <c>Yesterday</c>, <c>14 Sep 2026</c>.</summary>
    public static IReadOnlyList<(string Day, IReadOnlyList<Happening> Events)> ByDay(IEnumerable<Happening> events, DateTimeOffset now)
    {
        var today = now.UtcDateTime.Date;
        return [.. events.OrderByDescending(e => e.At).GroupBy(e => e.At.UtcDateTime.Date)
            .Select(g => ((today - g.Key).Days switch { 0 => "Today", 1 => "Yesterday", _ => Durations.Date(new(g.Key, TimeSpan.Zero)) }, (IReadOnlyList<Happening>)[.. g]))];
    }
}
