using Crucible.Experiments.Imports;
using Crucible.People;
using Crucible.Ui;

namespace Crucible.Experiments.Fragments.Imports;

/// <summary>The page on which imports begin, with those there are.</summary>
public sealed record ImportsView(IReadOnlyList<ImportRow> Rows, IReadOnlyList<TeamName> Teams, Guid Team, FormToken Token)
{
    /// <summary>Whether this visitor may name a server.</summary>
    public bool Servers { get; init; }

    /// <summary>Most bytes of a file.</summary>
    public long Most { get; init; }

    /// <summary>The page after this one.</summary>
    public string? Older { get; init; }

    /// <summary>The page is not the first.</summary>
    public bool After { get; init; }

    /// <summary>What is wrong with the file.</summary>
    public string? FileError { get; init; }

    /// <summary>What is wrong with the server, and what was entered as its address.</summary>
    public (string Problem, string? Address)? ServerError { get; init; }
}

/// <summary>One import.</summary>
public sealed record ImportView(ImportRow Row, string Team, FormToken Token)
{
    /// <summary>Lines that were refused, a page of them.</summary>
    public IReadOnlyList<Refusal> Refusals { get; init; } = [];

    /// <summary>The page of them after this one.</summary>
    public string? OlderRefusals { get; init; }

    /// <summary>The first of them is not shown.</summary>
    public bool AfterRefusals { get; init; }

    /// <summary>Where its runs went.</summary>
    public IReadOnlyList<MadeExperiment> Made { get; init; } = [];

    /// <summary>What is wrong with the settings that were sent.</summary>
    public string? Error { get; init; }

    /// <summary>How much of what the preview found is done, 0 to 1; null where that is not known.</summary>
    public double? Share
    {
        get
        {
            if (Row.Plan is not { Counts: { } all } || Row.Kind == "server" && all.Points == 0)
                return Row.Plan is { Counts: { Runs: var runs, Known: var known } } && runs + known > 0 ? Math.Min(1, (double)(Row.Counts.Runs + Row.Counts.Known) / (runs + known)) : null;
            // A file costs about as much as five thousand points, a run as fifty.
            static double Work(Counts of) => of.Points + of.Files * 5000.0 + (of.Runs + of.Known) * 50.0;
            return Work(all) is > 0 and var whole ? Math.Min(1, Work(Row.Counts) / whole) : null;
        }
    }
}

/// <summary>The words of an import's state.</summary>
public static class ImportWords
{
    /// <summary>The status that colours it, and the word.</summary>
    public static (string Status, string Word) Of(ImportRow import) => import.State switch
    {
        _ when import is { Open: true, CancelBy: not null } => ("running", "Ending"),
        "reading" => ("running", "Reading"),
        "ready" => ("pending", "Waits for you"),
        "running" => ("running", "Importing"),
        "done" => ("completed", "Imported"),
        "failed" => ("failed", "Failed"),
        "undone" => ("cancelled", "Undone"),
        "expired" => ("cancelled", "Expired"),
        _ => ("cancelled", "Cancelled"),
    };
}
