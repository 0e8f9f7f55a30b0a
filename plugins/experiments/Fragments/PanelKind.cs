using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Fragments.Panels;

namespace Crucible.Experiments.Fragments;

/// <summary>What a field of a panel's settings holds, by which its form offers choices.</summary>
public enum PanelFieldType
{
    /// <summary>A metric.</summary>
    Metric,

    /// <summary>A metric or a parameter, as <c>metrics.loss</c> or <c>params.lr</c>.</summary>
    Column,

    /// <summary>Any words.</summary>
    Text,

    /// <summary>One of <see cref="PanelField.Choices"/>.</summary>
    Choice,
}

/// <summary>A field of a panel's settings.</summary>
/// <param name="Name">Name among the settings: letters.</param>
/// <param name="Label">What the form calls it.</param>
/// <param name="Type">What it holds.</param>
public sealed record PanelField(string Name, string Label, PanelFieldType Type)
{
    /// <summary>May stay empty.</summary>
    public bool Optional { get; init; }

    /// <summary>Value and word of each choice.</summary>
    public IReadOnlyList<(string Value, string Text)> Choices { get; init; } = [];

    /// <summary>What is good to know about it, below the field.</summary>
    public string? Note { get; init; }
}

/// <summary>Asks for a panel to be drawn.</summary>
/// <param name="Experiment">Its experiment, which the actor may see.</param>
/// <param name="Panel">What it shows.</param>
/// <param name="Runs">Of which runs, each with its look. Those that are hidden are not drawn.</param>
/// <param name="Filter">Axis, smoothing, zoom of the page.</param>
/// <param name="Services">For stores.</param>
public sealed record PanelRequest(Experiment Experiment, BoardPanel Panel, ChosenRuns Runs, ChartFilter Filter, IServiceProvider Services)
{
    /// <summary>Width of the plot in pixels, as the browser measured it.</summary>
    public int Width { get; init; } = 400;

    /// <summary>All runs that the page's filter lets through, hidden ones left out, up to so many: more than <see cref="Runs"/> holds.</summary>
    public required Func<int, CancellationToken, Task<IReadOnlyList<RunRow>>> AllRuns { get; init; }

    /// <summary>DOM id of the figure.</summary>
    public string Id => Dom.BoardPanel(Panel.Id);

    /// <summary>Answers with the panel drawn anew: for <c>Chart.Url</c>.</summary>
    public string Url => Address.Panel(Experiment.ExperimentId, Panel);

    /// <summary>What the panel calls itself unless it was given a title.</summary>
    public string? Title => Panel.Setting("title") is { Length: > 0 } title ? title : null;

    /// <summary>For <c>Chart.Size</c>.</summary>
    public string Height => Panel.Size switch { "l" => "l", "m" => "l", _ => "m" };

    /// <summary>Parameters of the page that every panel depends on: for <c>Chart.Query</c>.</summary>
    public const string Query = ChartFilter.Names + " " + ChosenRuns.Names;
}

/// <summary>A component that draws a panel, and its parameters. Its outermost element has the id and the address of the request.</summary>
public sealed record PanelDrawing(Type Component, params IReadOnlyList<(string Name, object? Value)> Parameters);

/// <summary>A kind of panel: what its settings are, and how it is drawn.</summary>
/// <param name="Name">As it stands in boards and addresses: lower-case letters.</param>
/// <param name="Title">What the form to add a panel calls it.</param>
/// <param name="Icon">A name of <c>Icons.Names</c>.</param>
/// <param name="Draw">Draws it; null when its settings name nothing that there is.</param>
public sealed record PanelKind(string Name, string Title, string Icon, Func<PanelRequest, CancellationToken, Task<PanelDrawing?>> Draw)
{
    /// <summary>What the form asks for. A <c>title</c> is always asked for.</summary>
    public IReadOnlyList<PanelField> Fields { get; init; } = [];
}

/// <summary>All kinds of panels, in the order of the form that adds one.</summary>
public static class PanelKinds
{
    /// <summary>The registry: a kind is added by a line here.</summary>
    public static IReadOnlyList<PanelKind> All { get; } = 
    [
        LineKind.Kind, ScatterKind.Kind, BarKind.Kind, ParallelKind.Kind, BoxKind.Kind, HistogramKind.Kind, CorrelationKind.Kind, ImportanceKind.Kind, ImageKind.Kind,
    ];

    /// <summary>The kind of this name; null when there is none.</summary>
    public static PanelKind? Find(string name) => All.FirstOrDefault(k => k.Name == name);
}
