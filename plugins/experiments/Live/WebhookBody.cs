using System.Text.Encodings.Web;
using System.Text.Json;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain.Alerts;
using Crucible.Experiments.Fragments;

namespace Crucible.Experiments.Live;

/// <summary>
/// What a webhook carries, as JSON: <c>id, type, at, text, rule {id, words}, experiment {id, name, url}, run {id, name,
/// status, url}, metric {key, value, step}</c>. <c>text</c> says all of it in one line, which is what chat programs show.
/// A test has the type <c>test</c> and no run; rules about runs have no metric. NaN is the string "NaN".
/// </summary>
internal static class WebhookBody
{
    public const string Test = "test";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    };

    public static string OfFinding(AlertFinding found, Guid id, DateTimeOffset at, string home)
    {
        var (rule, run) = (found.Rule.Condition, found.Run);
        var url = home + Address.Run(run.RunId);
        return JsonSerializer.Serialize(new
        {
            id,
            type = rule.Kind.Event(),
            at = At(at),
            text = $"{AlertText.Title(rule, run.Name, run.StatusWord, found.Metric, found.Point?.Value)} {AlertText.Where(run.Experiment, found.Point?.Step)} {url}",
            rule = new { id = found.Rule.RuleId, words = found.Rule.Words },
            experiment = Of(run.ExperimentId, run.Experiment, home),
            run = new { id = run.RunId.ToString("N"), name = run.Name, status = run.StatusWord, url },
            metric = found.Metric is null ? null : new { key = found.Metric, value = Value(found.Point?.Value), step = found.Point?.Step },
        }, Json);
    }

    public static string OfTest(AlertRule? rule, Experiment experiment, Guid id, DateTimeOffset at, string home) => JsonSerializer.Serialize(new
    {
        id,
        type = Test,
        at = At(at),
        text = $"A test from {experiment.Name}{(rule is null ? "" : $": {rule.Words}")}. {home}{Address.Experiment(experiment.ExperimentId)}",
        rule = rule is null ? null : new { id = rule.RuleId, words = rule.Words },
        experiment = Of(experiment.ExperimentId, experiment.Name, home),
    }, Json);

    private static object Of(long id, string name, string home) => new { id, name, url = home + Address.Experiment(id) };

    private static string At(DateTimeOffset at) => Crucible.Ui.Text.Durations.Iso(at);

    private static object? Value(double? value) => value is { } number && !double.IsNaN(number) ? number : value is null ? null : "NaN";
}
