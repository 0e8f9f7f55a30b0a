using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;

namespace Crucible.Experiments.Fragments;

/// <summary>The charts of an experiment's runs.</summary>
/// <param name="Experiment">The experiment.</param>
/// <param name="Runs">Which runs are drawn.</param>
/// <param name="Board">How panels are arranged.</param>
/// <param name="Filter">How curves are drawn.</param>
/// <param name="Table">Which runs were asked for.</param>
public sealed record ChartsView(Experiment Experiment, ChosenRuns Runs, Board Board, ChartFilter Filter, RunTableFilter Table)
{
    /// <summary>Panels of a section before the rest is asked for.</summary>
    public const int PanelsAtOnce = 48;

    /// <summary>What stands around the page; null for a part of it.</summary>
    public ExperimentFrameView? Frame { get; init; }

    /// <summary>The metrics that these runs have.</summary>
    public IReadOnlyList<ChartKey> Keys { get; init; } = [];

    /// <summary>What runs can be grouped by.</summary>
    public IReadOnlyList<GroupKey> Grouping { get; init; } = [];

    /// <summary>The boards to choose from.</summary>
    public IReadOnlyList<BoardLine> Boards { get; init; } = [];

    /// <summary>What is written beside places of the axes.</summary>
    public IReadOnlyList<ChartNote> Notes { get; init; } = [];

    /// <summary>Values of the address that say which runs are drawn, and how they look.</summary>
    public IReadOnlyList<(string Name, string? Value)> Chosen { get; init; } = [];

    /// <summary>Sections that show all of their panels.</summary>
    public string? Whole { get; init; }

    /// <summary>The actor may change shared boards, and write notes.</summary>
    public bool MayWrite { get; init; }

    /// <summary>The visitor's token.</summary>
    public FormToken? Token { get; init; }

    /// <summary>A refusal, at its field.</summary>
    public FieldError? Error { get; init; }

    /// <summary>Its id.</summary>
    public long Id => Experiment.ExperimentId;

    /// <summary>The address of the page without its state.</summary>
    public string Self => Address.Charts(Id);

    /// <summary>Panels by section.</summary>
    public IReadOnlyList<BoardSection> Sections => field ??= Board.Layout.Arrange(Keys.Take(ChartStore.MostKeys).Select(k => k.Key), Filter.Shows);

    /// <summary>The state of the page as query parameters.</summary>
    public IEnumerable<(string Name, string? Value)> Query() => [("board", Board.Line is { Name.Length: > 0 } line ? line.BoardId.ToString(System.Globalization.CultureInfo.InvariantCulture) : null), .. Chosen, .. Filter.Query()];

    /// <summary>The address with some of the state changed; null takes a parameter away.</summary>
    public string Url(params IEnumerable<(string Name, string? Value)> changes)
    {
        var changed = changes.ToDictionary(c => c.Name, c => c.Value);
        return Address.With(Self, Query().Where(q => !changed.ContainsKey(q.Name)).Concat(changed.Select(c => (c.Key, c.Value))));
    }

    /// <summary>The address of a part of the page in this state.</summary>
    public string Part(string part) => Url(("part", part));
}
