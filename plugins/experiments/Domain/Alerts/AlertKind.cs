namespace Crucible.Experiments.Domain.Alerts;

/// <summary>What a rule waits for.</summary>
public enum AlertKind
{
    /// <summary>A run ends, in whichever way.</summary>
    Ended,

    /// <summary>A run fails.</summary>
    Failed,

    /// <summary>A run's client falls silent for longer than its experiment allows.</summary>
    Lost,

    /// <summary>A metric is above a value.</summary>
    Above,

    /// <summary>A metric is below a value.</summary>
    Below,

    /// <summary>A metric stops improving.</summary>
    Plateau,

    /// <summary>A metric is no number any more, or infinite.</summary>
    Nan,
}

/// <summary>Words for <see cref="AlertKind"/>.</summary>
public static class AlertKinds
{
    /// <summary>All of them, in the order of a form.</summary>
    public static IReadOnlyList<AlertKind> All { get; } = Enum.GetValues<AlertKind>();

    /// <summary>As it is stored and sent in forms: <c>plateau</c>.</summary>
    public static string Word(this AlertKind kind) => kind.ToString().ToLowerInvariant();

    /// <summary>The type of the event that webhooks are sent: <c>run.failed</c>, <c>metric.nan</c>.</summary>
    public static string Event(this AlertKind kind) => $"{(kind.IsOfMetric() ? "metric" : "run")}.{kind.Word()}";

    /// <summary>The kind of a stored word; null when it is none.</summary>
    public static AlertKind? FromWord(string? word) => All.Where(k => k.Word() == word).Select(k => (AlertKind?)k).FirstOrDefault();

    /// <summary>Whether it is about the points of a metric.</summary>
    public static bool IsOfMetric(this AlertKind kind) => kind is AlertKind.Above or AlertKind.Below or AlertKind.Plateau or AlertKind.Nan;

    /// <summary>As a choice of a form.</summary>
    public static string Title(this AlertKind kind) => kind switch
    {
        AlertKind.Ended => "A run ends",
        AlertKind.Failed => "A run fails",
        AlertKind.Lost => "A run goes silent",
        AlertKind.Above => "A metric rises above a value",
        AlertKind.Below => "A metric falls below a value",
        AlertKind.Plateau => "A metric stops improving",
        _ => "A metric turns NaN or infinite",
    };
}
