using Crucible.Experiments.Domain.Search;

namespace Crucible.Experiments.Domain;

/// <summary>What somebody wants to have of an experiment as a file.</summary>
/// <param name="Format"><c>csv</c>, <c>json</c> or <c>jsonl</c>.</param>
/// <param name="Include">Of <see cref="Parts"/>, each once.</param>
/// <param name="Filter">The search grammar; empty for all runs.</param>
/// <param name="RunIds">These runs alone; null for those that the filter finds.</param>
/// <param name="Gzip">Whether a single file is compressed; several are a zip in any case.</param>
public sealed record ExportWish(string Format, IReadOnlyList<string> Include, string Filter, Guid[]? RunIds, bool Gzip)
{
    /// <summary>Runs that may be named one by one.</summary>
    public const int MostRuns = 10_000;

    /// <summary>The formats.</summary>
    public static readonly IReadOnlyList<string> Formats = ["csv", "json", "jsonl"];

    /// <summary>What can be in it: the experiment itself, its runs, what was logged to them, every point, and the lines of their consoles.</summary>
    public static readonly IReadOnlyList<string> Parts = ["config", "runs", "params", "metrics", "tags", "points", "logs"];

    /// <summary>What is in it when nothing is said.</summary>
    public static readonly IReadOnlyList<string> Usual = ["runs", "params", "metrics", "tags"];

    /// <summary>Whether the table of runs is in it.</summary>
    public bool HasRuns => Include.Any(i => i is "runs" or "params" or "metrics" or "tags");

    /// <summary>What is wrong with it and with which field; null when all is well.</summary>
    public (string Field, string Why)? Wrong()
    {
        if (!Formats.Contains(Format))
            return ("format", $"must be one of {string.Join(", ", Formats)}.");
        if (Include.Count == 0 || Include.Except(Parts).Any() || Include.Distinct().Count() < Include.Count)
            return ("include", $"must be some of {string.Join(", ", Parts)}, each once.");
        if (RunIds?.Length is 0 or > MostRuns)
            return ("run_ids", $"must be 1 to {MostRuns:N0} runs. For more of them use filter.");
        if (RunIds is not null && Filter.Length > 0)
            return ("filter", "does not go with run_ids. Send one of them.");
        return RunFilter.TryParse(Filter, out _, out var error) ? null : ("filter", error.Message);
    }
}
