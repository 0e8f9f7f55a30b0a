using System.Globalization;
using Crucible.Experiments.Domain.Search;

namespace Crucible.Experiments.Domain.Alerts;

/// <summary>A rule as it stands in a form: what was typed, until it can be read.</summary>
public sealed record AlertInput
{
    /// <summary>Word of the kind.</summary>
    public string Kind { get; init; } = "failed";

    /// <summary>The metric; empty for any, where that makes sense.</summary>
    public string Metric { get; init; } = "";

    /// <summary>The threshold.</summary>
    public string Bound { get; init; } = "";

    /// <summary>Points in a row.</summary>
    public string Points { get; init; } = "1";

    /// <summary>The least gain.</summary>
    public string Gain { get; init; } = "0";

    /// <summary>How long without a gain.</summary>
    public string Length { get; init; } = "";

    /// <summary><c>steps</c>, <c>minutes</c> or <c>hours</c>.</summary>
    public string Unit { get; init; } = "steps";

    /// <summary><c>smaller</c> or <c>larger</c>.</summary>
    public string Better { get; init; } = "smaller";

    /// <summary>Which runs, in the run grammar.</summary>
    public string Filter { get; init; } = "";

    /// <summary>Word of <see cref="AlertPeople"/>.</summary>
    public string People { get; init; } = "maker";

    /// <summary>Also in browsers.</summary>
    public bool Push { get; init; } = true;

    /// <summary>Also by mail.</summary>
    public bool Mail { get; init; } = true;

    /// <summary>Also to webhooks.</summary>
    public bool Hooks { get; init; } = true;

    /// <summary>Minutes between two firings on one run; empty for once.</summary>
    public string Rest { get; init; } = "";

    /// <summary>Reads the fields of a form; what is missing is empty, and a box that is not sent is not ticked.</summary>
    public static AlertInput Read(Func<string, string?> field) => new()
    {
        Kind = field("kind") ?? "",
        Metric = field("metric") ?? "",
        Bound = field("bound") ?? "",
        Points = field("points") is { Length: > 0 } points ? points : "1",
        Gain = field("gain") is { Length: > 0 } gain ? gain : "0",
        Length = field("length") ?? "",
        Unit = field("unit") ?? "steps",
        Better = field("better") ?? "smaller",
        Filter = field("filter")?.Trim() ?? "",
        People = field("people") ?? "maker",
        Push = field("push") is not null,
        Mail = field("mail") is not null,
        Hooks = field("hooks") is not null,
        Rest = field("rest") ?? "",
    };

    /// <summary>Cool-downs that can be chosen, in minutes.</summary>
    public static readonly IReadOnlyList<(string Value, string Text)> Rests =
        [("", "Once for each run"), ("10", "At most every 10 minutes for each run"), ("60", "At most every hour for each run"), ("1440", "At most once a day for each run")];

    /// <summary>Reads it.</summary>
    /// <param name="condition">The condition; null when something is wrong.</param>
    /// <returns>The field that is wrong and why; null when all is well.</returns>
    public (string Field, string Why)? Check(out AlertCondition? condition)
    {
        condition = null;
        if (AlertKinds.FromWord(Kind) is not { } kind)
            return ("kind", "Choose what to wait for.");
        var metric = Metric.Trim();
        var wrong = kind.IsOfMetric() ? CheckMetric(kind, metric) : null;
        wrong ??= Filter.Length > 0 && !RunFilter.TryParse(Filter, out _, out var error) ? ("filter", error.Message) : null;
        wrong ??= Enum.TryParse<AlertPeople>(People, true, out _) && People.All(char.IsLetter) ? null : ("people", "Choose whom to tell.");
        wrong ??= Rests.Any(r => r.Value == Rest) ? null : ("rest", "Choose how often it may tell of one run.");
        if (wrong is not null)
            return wrong;
        condition = new(kind, kind.IsOfMetric() && metric.Length > 0 ? metric : null);
        if (kind is AlertKind.Above or AlertKind.Below)
            condition = condition with { Bound = Number(Bound)!.Value, Points = (int)Number(Points)!.Value };
        else if (kind is AlertKind.Plateau)
            condition = condition with
            {
                Bound = Number(Gain)!.Value,
                Larger = Better == "larger",
                Steps = Unit == "steps" ? (long)Number(Length)!.Value : null,
                Patience = Unit == "steps" ? null : (Unit == "hours" ? TimeSpan.FromHours(1) : TimeSpan.FromMinutes(1)) * Number(Length)!.Value,
            };
        return null;
    }

    private (string, string)? CheckMetric(AlertKind kind, string metric)
    {
        if (metric.Length == 0 && kind != AlertKind.Nan)
            return ("metric", "Say which metric.");
        if (metric.Length > Limits.Key)
            return ("metric", $"A metric's name has at most {Limits.Key} characters.");
        if (kind is AlertKind.Above or AlertKind.Below)
            return Number(Bound) is null ? ("bound", "Give a number, as 0.5 or 1e-3.")
                : Number(Points) is not (>= 1 and <= 10_000) || Number(Points) % 1 != 0 ? ("points", "Give a whole number from 1 to 10,000.") : null;
        if (kind is not AlertKind.Plateau)
            return null;
        if (Number(Gain) is not >= 0)
            return ("gain", "Give a number of 0 or more.");
        if (Unit is not ("steps" or "minutes" or "hours"))
            return ("unit", "Choose steps, minutes or hours.");
        return Number(Length) switch
        {
            not (>= 1 and <= 1e12) when Unit == "steps" => ("length", "Give a number of steps, 1 or more."),
            not (> 0 and <= 43_200) when Unit == "minutes" => ("length", "Give a time of up to 30 days."),
            not (> 0 and <= 720) when Unit == "hours" => ("length", "Give a time of up to 30 days."),
            _ => null,
        };
    }

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    /// <summary>A rule as a form shows it.</summary>
    public static AlertInput Of(AlertCondition condition) => new()
    {
        Kind = condition.Kind.Word(),
        Metric = condition.Metric ?? "",
        Bound = condition.Kind is AlertKind.Above or AlertKind.Below ? Text(condition.Bound) : "",
        Points = condition.Points.ToString(CultureInfo.InvariantCulture),
        Gain = condition.Kind is AlertKind.Plateau ? Text(condition.Bound) : "0",
        Length = condition.Steps is { } steps ? Text(steps) : condition.Patience is { } time ? Text(time.TotalMinutes % 60 == 0 ? time.TotalHours : time.TotalMinutes) : "",
        Unit = condition.Patience is { } patience ? patience.TotalMinutes % 60 == 0 ? "hours" : "minutes" : "steps",
        Better = condition.Larger ? "larger" : "smaller",
    };

    private static string Text(double number) => number.ToString("R", CultureInfo.InvariantCulture);
}
