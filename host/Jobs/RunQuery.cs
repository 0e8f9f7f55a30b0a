using Crucible.Search;

namespace Crucible.Host.Jobs;

/// <summary>What is asked of runs; everything it names must hold.</summary>
public sealed record RunFilter
{
    public static readonly RunFilter Everything = new();

    /// <summary>Any of these states; empty is every one.</summary>
    public IReadOnlyList<string> States { get; init; } = [];

    /// <summary>Any of these: a key, a class name, or part of either; empty is every one.</summary>
    public IReadOnlyList<string> Jobs { get; init; } = [];

    /// <summary>Every other qualifier.</summary>
    public IReadOnlyList<Qualifier> Terms { get; init; } = [];

    public IReadOnlyList<FreeWord> Words { get; init; } = [];

    public bool IsEverything => States.Count + Jobs.Count + Terms.Count + Words.Count == 0;
}

/// <summary>What the filter of runs understands: <c>state:dead,failed job:backup took:&gt;5s after:2h arg.id:42 error:"disk full"</c>.</summary>
internal static class RunQuery
{
    private const int MostTerms = 40;

    // Of states that exclude each other: an empty list would find everything.
    private const string NoState = "none";

    public static readonly Vocabulary Words = new(
        new("state", QualifierKind.Choice, "how far it is or how it ended") { Values = RunState.All },
        new("job", QualifierKind.Text, "a job's name or key") { Ask = true },
        new("plugin", QualifierKind.Text, "whose job") { Ask = true },
        new("node", QualifierKind.Text, "which host ran it"),
        new("by", QualifierKind.Text, "who asked: a name, or schedule"),
        new("took", QualifierKind.Duration, ">5s, <200ms"),
        new("wait", QualifierKind.Duration, ">1m before it began"),
        new("attempts", QualifierKind.Number, ">1"),
        new("after", QualifierKind.Time, "asked for not before 2h ago, today, 2026-11-20"),
        new("before", QualifierKind.Time, "asked for before 3d ago, 2026-11-20"),
        new("arg.", QualifierKind.Text, "an argument, as arg.room:attic"),
        new("error", QualifierKind.Text, "words of its error"));

    public static (Query Query, RunFilter Filter) Read(string? text, DateTimeOffset now)
    {
        var query = Qualifiers.Parse(text, Words, now);
        if (query.Terms.Count + query.Words.Count > MostTerms)
            query = query with { Errors = [.. query.Errors, new($"A filter has at most {MostTerms} terms.", query.Text.Length, 0)] };
        return (query, query.Errors.Count > 0 ? RunFilter.Everything : Filter(query));
    }

    private static RunFilter Filter(Query query)
    {
        var (states, jobs, terms) = (RunState.All, new List<string>(), new List<Qualifier>());
        foreach (var term in query.Terms)
            if (term.Key == "state")
                states = [.. term.Negated ? states.Except(Meant(term)) : states.Intersect(Meant(term))];
            else if (term is { Key: "job", Negated: false } && jobs.Count == 0)
                jobs.AddRange(term.Values);
            else
                terms.Add(term);
        return new() { States = states.Count == RunState.All.Count ? [] : states.Count == 0 ? [NoState] : states, Jobs = jobs, Terms = terms, Words = query.Words };
    }

    // A dead letter has failed too.
    private static IEnumerable<string> Meant(Qualifier term) => term.Values.SelectMany(s => s == RunState.Failed ? [RunState.Failed, RunState.Dead] : new[] { s });
}
