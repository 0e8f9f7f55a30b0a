using System.Globalization;
using Crucible.Ui.Text;

namespace Crucible.Experiments.Domain.Alerts;

/// <summary>What a firing says, the same to people and to webhooks.</summary>
public static class AlertText
{
    /// <summary>In one line: <c>kl-t2: val/loss turned NaN</c>.</summary>
    public static string Title(AlertCondition rule, string run, string status, string? metric, double? value) => rule.Kind switch
    {
        AlertKind.Ended => $"{run} {(status is "completed" or "failed" ? status : $"was {status}")}",
        AlertKind.Failed => $"{run} failed",
        AlertKind.Lost => $"{run} fell silent",
        AlertKind.Above => $"{run}: {metric} is {Value(value)}, above {Numbers.Short(rule.Bound)}",
        AlertKind.Below => $"{run}: {metric} is {Value(value)}, below {Numbers.Short(rule.Bound)}",
        AlertKind.Plateau => $"{run}: {metric} has stopped improving",
        _ => $"{run}: {metric} turned {Value(value)}",
    };

    /// <summary>Where: <c>At step 120, in Reranker distillation.</c></summary>
    public static string Where(string experiment, long? step) =>
        step is { } at ? $"At step {at.ToString("N0", CultureInfo.InvariantCulture)}, in {experiment}." : $"In {experiment}.";

    /// <summary>The status mark beside it.</summary>
    public static string Mark(AlertKind kind, string status) => kind switch
    {
        AlertKind.Ended => status,
        AlertKind.Failed => "failed",
        AlertKind.Lost => "lost",
        AlertKind.Nan => "failed",
        _ => "cancelled",
    };

    /// <summary>A value for people; infinities are kept at the ends of the range.</summary>
    public static string Value(double? value) => value switch
    {
        null => "",
        double.NaN => "NaN",
        >= double.MaxValue => "infinite",
        <= double.MinValue => "minus infinite",
        { } number => Numbers.Metric(number),
    };
}
