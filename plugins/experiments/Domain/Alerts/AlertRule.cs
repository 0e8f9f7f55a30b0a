using Crucible.Ui.Text;

namespace Crucible.Experiments.Domain.Alerts;

/// <summary>What is to be told of which runs.</summary>
/// <param name="Kind">What it waits for.</param>
/// <param name="Metric">The metric; null for any, and for rules about runs.</param>
public sealed record AlertCondition(AlertKind Kind, string? Metric = null)
{
    /// <summary>The threshold of <see cref="AlertKind.Above"/> and <see cref="AlertKind.Below"/>; the least gain that counts for <see cref="AlertKind.Plateau"/>, 0 or more.</summary>
    public double Bound { get; init; }

    /// <summary>How many points in a row have to be beyond the threshold, 1 or more.</summary>
    public int Points { get; init; } = 1;

    /// <summary>Steps without a gain after which a metric counts as not improving; null when <see cref="Patience"/> decides.</summary>
    public long? Steps { get; init; }

    /// <summary>The same as a time between points, as their client dated them.</summary>
    public TimeSpan? Patience { get; init; }

    /// <summary>Large values of the metric are good.</summary>
    public bool Larger { get; init; }

    /// <summary>The condition as a half sentence: <c>val/loss turns NaN</c>.</summary>
    public string Words()
    {
        var metric = Metric ?? "any metric";
        var row = Points > 1 ? $", {Points} points in a row" : "";
        return Kind switch
        {
            AlertKind.Ended => "a run ends",
            AlertKind.Failed => "a run fails",
            AlertKind.Lost => "a run goes silent",
            AlertKind.Above => $"{metric} is above {Numbers.Short(Bound)}{row}",
            AlertKind.Below => $"{metric} is below {Numbers.Short(Bound)}{row}",
            AlertKind.Plateau => $"{metric} does not {(Larger ? "rise" : "fall")}{(Bound > 0 ? $" by {Numbers.Short(Bound)}" : "")} for {(Steps is { } steps ? $"{Numbers.Count(steps)} steps" : Durations.Rough(Patience ?? default))}",
            _ => $"{metric} turns NaN or infinite",
        };
    }
}

/// <summary>Whom a rule tells.</summary>
public enum AlertPeople
{
    /// <summary>No person; webhooks alone.</summary>
    Nobody,

    /// <summary>The owner of the run.</summary>
    Owner,

    /// <summary>Who made the rule.</summary>
    Maker,

    /// <summary>Everybody in the team of the experiment.</summary>
    Team,
}
