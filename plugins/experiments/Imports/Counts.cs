namespace Crucible.Experiments.Imports;

/// <summary>How much of everything: what a preview found, or what an import has done.</summary>
public sealed record Counts
{
    /// <summary>Experiments made.</summary>
    public long Experiments { get; set; }

    /// <summary>Runs made.</summary>
    public long Runs { get; set; }

    /// <summary>Runs that were here already; what they lacked was added.</summary>
    public long Known { get; set; }

    /// <summary>Runs and experiments left out because they lie in the source's trash.</summary>
    public long Deleted { get; set; }

    /// <summary>Points read.</summary>
    public long Points { get; set; }

    /// <summary>Points that were not here before; 0 in a preview.</summary>
    public long NewPoints { get; set; }

    /// <summary>Logged models made.</summary>
    public long Models { get; set; }

    /// <summary>Files read.</summary>
    public long Files { get; set; }

    /// <summary>Files that were not here before; 0 in a preview.</summary>
    public long NewFiles { get; set; }

    /// <summary>Their bytes.</summary>
    public long Bytes { get; set; }
}

/// <summary>An experiment in the preview.</summary>
/// <param name="Name">As the source has it.</param>
/// <param name="Into">The experiment here that it goes into; null when it is refused.</param>
/// <param name="New">Whether that is made.</param>
/// <param name="Runs">Its runs, those here already included.</param>
/// <param name="Points">Their points.</param>
public sealed record PlannedExperiment(string Name, string? Into, bool New, long Runs, long Points);

/// <summary>What reading a source found, before anything is written.</summary>
/// <param name="Kind">What it is, in words.</param>
/// <param name="Counts">What would be made.</param>
/// <param name="Experiments">The first hundred of its experiments.</param>
/// <param name="Columns">For a table: its columns and what each would become.</param>
public sealed record Plan(string Kind, Counts Counts, IReadOnlyList<PlannedExperiment> Experiments, IReadOnlyList<Column> Columns);

/// <summary>A column of a table.</summary>
/// <param name="Header">As it stands in the file.</param>
/// <param name="As"><c>metric</c>, <c>param</c>, <c>tag</c>, <c>ignore</c>, or one of the places of a run: <c>name</c>, <c>step</c>, ….</param>
/// <param name="Sample">A value of it.</param>
public sealed record Column(string Header, string As, string Sample);

/// <summary>How a source is read and where it goes.</summary>
public sealed record Settings
{
    /// <summary>All runs go into this experiment; null for one of the same name as in the source.</summary>
    public string? Experiment { get; init; }

    /// <summary>What lies in the source's trash is brought too, into the trash.</summary>
    public bool Deleted { get; init; }

    /// <summary>For a table: what became of its columns where somebody chose, by header.</summary>
    public Dictionary<string, string> Columns { get; init; } = [];

    /// <summary>It was asked for with no more than a member's rights, by an admin's token perhaps; the job has no more either.</summary>
    public bool AsMember { get; init; }

    /// <summary>For a server: its address.</summary>
    public string? Server { get; init; }
}
