using System.Text;
using Crucible.Experiments.Domain.Protocol;

namespace Crucible.Experiments.Domain;

/// <summary>
/// What may be logged. Each rule answers the refusal, or null where there is nothing against it; lengths count
/// characters as Python does.
/// </summary>
public static class Limits
{
    /// <summary>Characters of a metric, param or tag key.</summary>
    public const int Key = 250;

    /// <summary>Characters of a param value; the rest is cut.</summary>
    public const int ParamValue = 6000;

    /// <summary>Characters of a run's tag value; the rest is cut.</summary>
    public const int TagValue = 8000;

    /// <summary>Characters of an experiment's name.</summary>
    public const int ExperimentName = 500;

    /// <summary>Characters of an experiment's tag value.</summary>
    public const int ExperimentTagValue = 5000;

    /// <summary>Characters of a run's name.</summary>
    public const int RunName = 250;

    /// <summary>Experiments on one page of a search.</summary>
    public const int SearchedExperiments = 50_000;

    /// <summary>Runs on one page of a search.</summary>
    public const int SearchedRuns = 50_000;

    /// <summary>Points of one page of a metric's history.</summary>
    public const int HistoryPage = 25_000;

    /// <summary>Points that get-history-bulk-interval answers for each run, at most.</summary>
    public const int SampledSteps = 2500;

    /// <summary>Runs that one get-history-bulk(-interval) may name.</summary>
    public const int HistoryRuns = 100;

    private const string Characters =
        "Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).";

    /// <summary>Whether a metric, param or tag may have this key.</summary>
    /// <param name="key">The key as it came.</param>
    /// <param name="path">Where it stood in the request, for instance <c>metrics[2].key</c>.</param>
    public static ProtocolError? CheckKey(string? key, string path = "key")
    {
        if (string.IsNullOrEmpty(key))
            return ProtocolError.Missing(path);
        if (key.Length > Key && Wording.Length(key) > Key)
            return TooLong(path, Key);
        if (!HasKeyCharacters(key))
            return Refuse(path, key, Characters);
        return Posix.Normal(key) is var normal && (normal != key || normal == "." || normal.StartsWith("..", StringComparison.Ordinal) || normal[0] == '/')
            ? Refuse(path, key, "Names may be treated as files in certain cases, and must not resolve to other names when treated as such. "
                + $"This name would resolve to '{normal}'")
            : null;
    }

    /// <summary>A param's value as it is kept: cut to <see cref="ParamValue"/>, lone surrogates replaced.</summary>
    public static ProtocolError? CheckParamValue(string value, out string kept, string path = "value") =>
        Keep(value, ParamValue, path, out kept);

    /// <summary>A run tag's value as it is kept: cut to <see cref="TagValue"/>, lone surrogates replaced.</summary>
    public static ProtocolError? CheckTagValue(string value, out string kept, string path = "value") =>
        Keep(value, TagValue, path, out kept);

    /// <summary>Whether an experiment may have this tag; too long is refused here, not cut.</summary>
    public static ProtocolError? CheckExperimentTag(string? key, string value, out string kept)
    {
        kept = "";
        if (CheckKey(key) is { } refusal)
            return refusal;
        return Wording.Length(value) > ExperimentTagValue ? TooLong("value", ExperimentTagValue) : Keep(value, ExperimentTagValue, "value", out kept);
    }

    /// <summary>Whether an experiment may have this name.</summary>
    public static ProtocolError? CheckExperimentName(string? name) => CheckText(name, "name", ExperimentName, required: true);

    /// <summary>Whether a run may have this name.</summary>
    public static ProtocolError? CheckRunName(string? name) => CheckText(name, "run_name", RunName, required: false);

    /// <summary>Whether text that is refused when too long may be stored.</summary>
    /// <param name="text">The text.</param>
    /// <param name="path">Its parameter.</param>
    /// <param name="limit">Characters at most.</param>
    /// <param name="required">Whether it must be there and not empty.</param>
    public static ProtocolError? CheckText(string? text, string path, int limit, bool required)
    {
        if (string.IsNullOrEmpty(text))
            return required ? ProtocolError.Missing(path) : null;
        if (text.Length > limit && Wording.Length(text) > limit)
            return TooLong(path, limit);
        return Wording.HasNul(text) ? Nul(path) : null;
    }

    /// <summary>Whether this can be the id of a run of any MLflow server.</summary>
    public static ProtocolError? CheckRunId(string runId) => RunId.IsWellFormed(runId)
        ? null
        : ProtocolError.Wrong("run_id", Quoted(runId), "a run id is a letter or digit, then at most 255 letters, digits, underscores and dashes.");

    /// <summary>Whether a page may be this large.</summary>
    public static ProtocolError? CheckPage(long results, int most, string path = "max_results") => results >= 1 && results <= most
        ? null
        : ProtocolError.Wrong(path, $"{results}", $"It must be at least 1 and at most {most}.");

    internal static ProtocolError Nul(string path) => ProtocolError.Invalid(
        $"Parameter '{path}' holds the character U+0000, which cannot be stored. Remove it.");

    internal static ProtocolError TooLong(string path, int limit) =>
        ProtocolError.Invalid($"'{path}' exceeds the maximum length of {limit} characters");

    internal static ProtocolError Refuse(string path, string value, string why) =>
        ProtocolError.Invalid($"Invalid value {Quoted(value)} for parameter '{path}' supplied: {why}");

    private static ProtocolError? Keep(string value, int limit, string path, out string kept)
    {
        kept = Wording.Whole(Wording.CutCharacters(value, limit));
        return Wording.HasNul(kept) ? Nul(path) : null;
    }

    private static bool HasKeyCharacters(string key)
    {
        foreach (var rune in key.EnumerateRunes())
            // What Python calls a word character: letters and numbers of any script.
            if (!Rune.IsLetter(rune) && !Rune.IsNumber(rune) && rune.Value is not ('_' or '-' or '.' or ' ' or ':' or '/'))
                return false;
        return true;
    }

    private static string Quoted(string value) =>
        System.Text.Json.JsonSerializer.Serialize(Wording.Whole(Wording.Cut(value, Key + 1)));
}
