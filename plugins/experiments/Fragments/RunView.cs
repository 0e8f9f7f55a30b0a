using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;

namespace Crucible.Experiments.Fragments;

/// <summary>Everything that the page of a run shows.</summary>
/// <param name="Experiment">Its experiment.</param>
/// <param name="Detail">The run and what was logged about it.</param>
/// <param name="Lines">Its metrics, in the order of their panels, without the machine's own.</param>
/// <param name="System">The machine's own metrics.</param>
/// <param name="Family">Parent, children, models.</param>
/// <param name="Filter">How charts are drawn.</param>
public sealed record RunView(Experiment Experiment, RunDetail Detail, IReadOnlyList<Series> Lines, IReadOnlyList<Series> System, Family Family, ChartFilter Filter)
{
    /// <summary>Panels on a page before the rest is fetched by scrolling.</summary>
    public const int PanelsAtOnce = 24;

    /// <summary>The run.</summary>
    public RunRow Run => Detail.Row;

    /// <summary><c>charts</c>, <c>metrics</c>, <c>params</c>, <c>artifacts</c>, <c>system</c>, <c>logs</c>, <c>code</c> or <c>about</c>.</summary>
    public string Tab { get; init; } = "charts";

    /// <summary>What is being edited: <c>name</c>, <c>note</c>; null for nothing.</summary>
    public string? Edit { get; init; }

    /// <summary>The curves to draw now.</summary>
    public IReadOnlyList<RunCurve> Curves { get; init; } = [];

    /// <summary>How many metrics there are to draw, with those that are not drawn yet.</summary>
    public int Matching { get; init; }

    /// <summary>Its files.</summary>
    public ArtifactTree Files { get; init; } = ArtifactTree.None;

    /// <summary>The file that is looked into.</summary>
    public ArtifactPreview? Preview { get; init; }

    /// <summary>A file or folder was asked for that is not there.</summary>
    public bool FileMissing { get; init; }

    /// <summary>The folder that is looked into.</summary>
    public ArtifactFolder? Folder { get; init; }

    /// <summary>Only entries of the folder are shown whose name holds this.</summary>
    public string Find { get; init; } = "";

    /// <summary>The key or name that a page of a list begins behind.</summary>
    public string After { get; init; } = "";

    /// <summary>Its metrics as a table, on their tab.</summary>
    public MetricTable? Table { get; init; }

    /// <summary>The run that its parameters are held against.</summary>
    public RunAgainst? Against { get; init; }

    /// <summary>Name of the experiment's baseline; null when there is none, or when it is this run.</summary>
    public string? Baseline { get; init; }

    /// <summary>Only parameters that differ are shown.</summary>
    public bool OnlyDiffering { get; init; }

    /// <summary>How many parameters differ; null when there is no other run.</summary>
    public int? Differing => Against is null ? null : Detail.Params.Count(p => RunParams.Differs(p, Against)) + Against.Params.Keys.Except(Detail.Params.Select(p => p.Key)).Count();

    /// <summary>Its console, on its tab.</summary>
    public RunLogView? Log { get; init; }

    /// <summary>How many lines the console keeps.</summary>
    public long LogLines { get; init; }

    /// <summary>Where its code came from, on its tab.</summary>
    public Pages.RunCode? Code { get; init; }

    /// <summary>Its checkpoints, where they are shown.</summary>
    public Pages.Checkpoints Checkpoints { get; init; } = Pages.Checkpoints.None;

    /// <summary>The models it made, where they are shown.</summary>
    public IReadOnlyList<MadeModel> Models { get; init; } = [];

    /// <summary>Somebody else changed the note while it was edited.</summary>
    public bool NoteConflict { get; init; }

    /// <summary>Parameters are shown whose key or value holds this.</summary>
    public string ParamSearch { get; init; } = "";

    /// <summary>The actor may change it.</summary>
    public bool MayWrite { get; init; }

    /// <summary>The actor may delete it.</summary>
    public bool MayDelete { get; init; }

    /// <summary>The antiforgery field for this visitor's forms; never in a fragment that is pushed.</summary>
    public FormToken? Token { get; init; }

    /// <summary>A refusal, shown at the field it is about.</summary>
    public FieldError? Error { get; init; }

    /// <summary>Its tags.</summary>
    public IReadOnlyList<Entry> Tags => Detail.Tags;

    /// <summary>Its note, in Markdown.</summary>
    public string Note => Tags.Of(RunTagNames.Note) ?? "";

    /// <summary>How many steps it will take, if a parameter says so.</summary>
    public long? Steps => TotalSteps.Of(Detail.Params.Select(p => (p.Key, p.Value)));

    /// <summary>The last step of any of its metrics, and when that was.</summary>
    public (long Step, long At) Last => Lines.Count == 0 ? (0, 0) : Lines.Max(l => (l.LastStep, l.LastAt));

    /// <summary>Whether panels stand under the names of their groups.</summary>
    public bool Grouped => Matching > 9 && Curves.Select(c => MetricGroups.Prefix(c.Line.Key)).Distinct().Count() > 1;

    /// <summary>The address of this page with another tab or search.</summary>
    public string Url(string? tab = null, string? edit = null, string? metrics = null) => Address.With(Address.Run(Run.RunId),
        [("tab", (tab ?? Tab) is "charts" ? null : tab ?? Tab), .. Filter.Query().Where(q => q.Name != "metrics"), ("metrics", metrics ?? Filter.Metrics), ("edit", edit)]);
}

/// <summary>The hidden field that proves a form is ours.</summary>
public sealed record FormToken(string Name, string Value);

/// <summary>Why a form was refused, what was entered, and at which field that is said.</summary>
public sealed record FieldError(string Field, string Message, string? Value = null);
