using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Crucible.Host.Jobs;

/// <summary>What a query asks of runs; everything it names must hold.</summary>
public sealed record RunFilter
{
    public static readonly RunFilter Everything = new();

    /// <summary>Any of these states; empty is every one.</summary>
    public IReadOnlyList<string> States { get; init; } = [];

    /// <summary>A key, a class name, or part of either.</summary>
    public IReadOnlyList<string> Jobs { get; init; } = [];

    public string? Plugin { get; init; }
    public string? Node { get; init; }
    public string? By { get; init; }
    public Between Took { get; init; }
    public Between Wait { get; init; }
    public Between Attempts { get; init; }
    public DateTimeOffset? After { get; init; }
    public DateTimeOffset? Before { get; init; }
    public IReadOnlyList<(string Name, string Value)> Arguments { get; init; } = [];
    public string? Error { get; init; }
    public IReadOnlyList<string> Words { get; init; } = [];

    public bool IsEverything => this == Everything || (States.Count + Jobs.Count + Arguments.Count + Words.Count == 0
        && Plugin is null && Node is null && By is null && Error is null && After is null && Before is null && (Took, Wait, Attempts) == default);
}

/// <summary>Bounds of a number, each of which may be missing.</summary>
public readonly record struct Between(double? Low, double? High);

/// <summary>What is wrong with a query, and where it stands.</summary>
public sealed record QueryError(string Message, int Position);

/// <summary>
/// Reads typed qualifiers: <c>state:dead,failed job:backup took:>5s after:2h arg.id:42 error:"disk full"</c>. A word without
/// a qualifier is looked for in names and errors. Linear in its input, whatever that is.
/// </summary>
internal static partial class RunQuery
{
    public const int MostCharacters = 1000;
    private const int MostTerms = 40;
    private const double LongestSeconds = 100 * 365 * 86_400d;

    /// <summary>Every qualifier with what it takes.</summary>
    public static readonly IReadOnlyList<(string Name, string What)> Qualifiers =
    [
        ("state", "queued, running, retrying, succeeded, dead, failed or cancelled"), ("job", "a job's name"), ("plugin", "whose job"), ("node", "which host ran it"),
        ("by", "who asked: a name or schedule"), ("took", ">5s, <200ms"), ("wait", ">1m before it began"), ("attempts", ">1"),
        ("after", "2h, 3d or 2026-11-20"), ("before", "2h, 3d or 2026-11-20"), ("arg.", "arg.name:value"), ("error", "words of its error"),
    ];

    public static (RunFilter Filter, QueryError? Error) Read(string? text, DateTimeOffset now)
    {
        text = (text ?? "").Trim();
        if (text.Length > MostCharacters)
            return (RunFilter.Everything, new($"A query has at most {MostCharacters} characters.", 0));
        var filter = RunFilter.Everything;
        var terms = 0;
        foreach (var (key, value, at) in Terms(text))
        {
            if (++terms > MostTerms)
                return (RunFilter.Everything, new($"A query has at most {MostTerms} terms.", at));
            var (next, wrong) = Apply(filter, key, value, now);
            if (wrong is not null)
                return (RunFilter.Everything, new(wrong, at));
            filter = next!;
        }
        return (filter, null);
    }

    /// <summary>A length of time: <c>200ms</c>, <c>5s</c>, <c>3m</c>, <c>2h</c>, <c>4d</c>.</summary>
    public static TimeSpan? Length(string text)
    {
        var match = LengthForm().Match(text);
        if (!match.Success)
            return null;
        var unit = match.Groups[2].Value switch { "ms" => .001, "s" => 1, "m" => 60, "h" => 3600, _ => 86_400d };
        var seconds = double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) * unit;
        return seconds < LongestSeconds ? TimeSpan.FromSeconds(seconds) : null;
    }

    // key:value, key:"some words", words, "some words".
    private static IEnumerable<(string? Key, string Value, int At)> Terms(string text)
    {
        var at = 0;
        while (at < text.Length)
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
                continue;
            }
            var start = at;
            string? key = null;
            var value = new StringBuilder();
            for (var quoted = false; at < text.Length && (quoted || !char.IsWhiteSpace(text[at])); at++)
                if (text[at] == '"')
                    quoted = !quoted;
                else if (text[at] == ':' && !quoted && key is null && value.Length > 0)
                    (key, value) = (value.ToString(), new());
                else
                    value.Append(text[at]);
            yield return (key, value.ToString(), start);
        }
    }

    private static (RunFilter?, string?) Apply(RunFilter filter, string? key, string value, DateTimeOffset now)
    {
        if (value.Length == 0)
            return key is null ? (filter, null) : (null, $"Say what comes after {key}:");
        if (value.Contains('\0', StringComparison.Ordinal))
            return (null, "A query cannot hold that character.");
        switch (key?.ToLowerInvariant())
        {
            case null: return (filter with { Words = [.. filter.Words, value] }, null);
            case "state":
                var states = value.ToLowerInvariant().Split(',', StringSplitOptions.RemoveEmptyEntries);
                return states.FirstOrDefault(s => !RunState.All.Contains(s)) is { } unknown
                    ? (null, $"There is no state '{unknown}'. The states are {string.Join(", ", RunState.All)}.")
                    // A dead letter has failed too.
                    : (filter with { States = [.. states.SelectMany(s => s == RunState.Failed ? [RunState.Failed, RunState.Dead] : new[] { s }).Distinct()] }, null);
            case "job": return (filter with { Jobs = [.. value.Split(',', StringSplitOptions.RemoveEmptyEntries)] }, null);
            case "plugin": return (filter with { Plugin = value }, null);
            case "node": return (filter with { Node = value }, null);
            case "by": return (filter with { By = value }, null);
            case "error": return (filter with { Error = value }, null);
            case "took": return Bound(value, t => Length(t)?.TotalMilliseconds) is { } took ? (filter with { Took = Both(filter.Took, took) }, null) : (null, "Write a length of time, as took:>5s or took:<200ms.");
            case "wait": return Bound(value, t => Length(t)?.TotalMilliseconds) is { } wait ? (filter with { Wait = Both(filter.Wait, wait) }, null) : (null, "Write a length of time, as wait:>1m.");
            case "attempts":
                return Bound(value, t => int.TryParse(t, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : null) is { } attempts
                    ? (filter with { Attempts = Both(filter.Attempts, attempts) }, null) : (null, "Write a number, as attempts:>1.");
            case "after": return Moment(value, now) is { } after ? (filter with { After = after }, null) : (null, NoMoment);
            case "before": return Moment(value, now) is { } before ? (filter with { Before = before }, null) : (null, NoMoment);
            case { } name when name.StartsWith("arg.", StringComparison.Ordinal) && name.Length > 4:
                return (filter with { Arguments = [.. filter.Arguments, (key![4..], value)] }, null);
            default: return (null, $"There is no qualifier '{key}'. There are {string.Join(", ", Qualifiers.Select(q => q.Name))}.");
        }
    }

    private const string NoMoment = "Write how long ago, as 2h or 3d, or a day, as 2026-11-20.";

    private static Between Both(Between a, Between b) => new(b.Low ?? a.Low, b.High ?? a.High);

    private static Between? Bound(string text, Func<string, double?> read)
    {
        var sign = text[0] is '<' or '>' ? text[0] : ' ';
        var rest = sign == ' ' ? text : text[1..].TrimStart('=');
        return rest.Length == 0 || read(rest) is not { } number ? null : sign switch { '>' => new(number, null), '<' => new(null, number), _ => new(number, number) };
    }

    private static DateTimeOffset? Moment(string text, DateTimeOffset now)
    {
        if (Length(text) is { } ago)
            return now - ago;
        return DateTimeOffset.TryParseExact(text, ["yyyy-MM-dd", "yyyy-MM-ddTHH:mm", "yyyy-MM-ddTHH:mm:ss", "yyyy-MM-ddTHH:mm:ssZ"], CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at) ? at : null;
    }

    [GeneratedRegex(@"\A([0-9]{1,9}(?:\.[0-9]{1,6})?)(ms|s|m|h|d)\z")]
    private static partial Regex LengthForm();
}
