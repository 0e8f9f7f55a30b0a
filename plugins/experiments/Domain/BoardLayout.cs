using System.Text.RegularExpressions;

namespace Crucible.Experiments.Domain;

/// <summary>Panels under one heading.</summary>
/// <param name="Name">The prefix of their metrics; empty for what somebody added.</param>
/// <param name="Panels">Those that are shown.</param>
/// <param name="Hidden">Those that are not.</param>
/// <param name="Folded">Only the heading is shown.</param>
public sealed record BoardSection(string Name, IReadOnlyList<BoardPanel> Panels, IReadOnlyList<BoardPanel> Hidden, bool Folded);

/// <summary>How somebody arranged panels: those that were added, and of the others what differs from how they stand by themselves.</summary>
public sealed partial record BoardLayout
{
    /// <summary>The section of the machine's own metrics, which begins folded.</summary>
    public const string System = "System";

    /// <summary>The section of metrics without a prefix.</summary>
    public const string Other = "Other";

    /// <summary>As many as are kept.</summary>
    public const int MostPanels = 1000;

    private const int MostSections = 30;

    /// <summary>In their order, within their section.</summary>
    public IReadOnlyList<BoardPanel> Panels { get; init; } = [];

    /// <summary>Sections that were folded, or unfolded where folded is usual.</summary>
    public IReadOnlyList<string> Turned { get; init; } = [];

    // Layers of a network are numbered: as many sections as layers would hide what is in them.
    private static string SectionOf(BoardPanel panel, int coarse) => !panel.Automatic || panel.Setting("key") is not { } key ? ""
        : key.StartsWith(MetricGroups.System, StringComparison.Ordinal) ? System
        : MetricGroups.Prefix(key) is not { Length: > 0 } prefix ? Other
        : coarse == 0 ? prefix : Numbers().Replace(coarse == 1 ? prefix : prefix.Split('/', '.')[0], "*");

    /// <summary>All panels by section: what was added first, then a panel for each metric.</summary>
    /// <param name="metrics">The metrics that there are.</param>
    /// <param name="search">Only panels with these words in their metric or title.</param>
    public IReadOnlyList<BoardSection> Arrange(IEnumerable<string> metrics, Func<string, bool> search)
    {
        var known = metrics.ToHashSet();
        var placed = Panels.Where(p => p.Automatic).ToDictionary(p => p.Id);
        var rank = Panels.Select((p, i) => (p.Id, i)).ToDictionary(p => p.Id, p => p.i);
        var automatic = MetricGroups.Sort(known.Where(search), m => m).Select(BoardPanel.Of).Select(p => placed.GetValueOrDefault(p.Id) ?? p).ToList();
        var added = Panels.Where(p => !p.Automatic && search(p.Setting("title") ?? p.Setting("key") ?? p.Kind));
        var coarse = Enumerable.Range(0, 2).TakeWhile(c => automatic.Select(p => SectionOf(p, c)).Distinct().Skip(MostSections).Any()).Count();
        var order = automatic.Select(p => SectionOf(p, coarse)).Distinct().OrderBy(s => s == System).ThenBy(s => s == Other && automatic.Count > 12).ToList();
        return
        [
            .. added.GroupBy(_ => "").Select(Section),
            .. automatic.Select((p, i) => (Panel: p, Natural: i)).OrderBy(p => rank.GetValueOrDefault(p.Panel.Id, int.MaxValue)).ThenBy(p => p.Natural).Select(p => p.Panel)
                .GroupBy(p => SectionOf(p, coarse)).OrderBy(g => order.IndexOf(g.Key)).Select(Section),
        ];
    }

    /// <summary>Puts a panel before another of its section; to the end without one.</summary>
    /// <param name="id">The panel.</param>
    /// <param name="before">The other one.</param>
    /// <param name="metrics">The metrics that there are.</param>
    public BoardLayout Move(string id, string? before, IEnumerable<string> metrics)
    {
        var section = Arrange(metrics, _ => true).FirstOrDefault(s => s.Panels.Any(p => p.Id == id));
        var moved = section?.Panels.First(p => p.Id == id);
        if (moved is null || id == before)
            return this;
        var others = section!.Panels.Concat(section.Hidden).Where(p => p.Id != id).ToList();
        var at = others.FindIndex(p => p.Id == before);
        others.Insert(at < 0 ? others.Count(p => !p.Hidden) : at, moved);
        var set = others.Select(p => p.Id).ToHashSet();
        return this with { Panels = [.. Panels.Where(p => !set.Contains(p.Id)), .. others] };
    }

    /// <summary>Puts a panel in place of the one that has its id, or behind the others. Unchanged when there are too many.</summary>
    public BoardLayout Put(BoardPanel panel) => Panels.Any(p => p.Id == panel.Id)
        ? this with { Panels = [.. Panels.Select(p => p.Id == panel.Id ? panel : p)] }
        : Panels.Count < MostPanels ? this with { Panels = [.. Panels, panel] } : this;

    /// <summary>Takes a panel away; one of a metric goes back to how it stands by itself.</summary>
    public BoardLayout Remove(string id) => this with { Panels = [.. Panels.Where(p => p.Id != id)] };

    /// <summary>Folds a section, or unfolds it.</summary>
    public BoardLayout Fold(string section, bool folded) => this with
    {
        Turned = folded == (section == System) ? [.. Turned.Where(t => t != section)] : [.. Turned.Append(section).Distinct().TakeLast(MostPanels)],
    };

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Numbers();

    private BoardSection Section(IGrouping<string, BoardPanel> panels) => new(panels.Key, [.. panels.Where(p => !p.Hidden)], [.. panels.Where(p => p.Hidden)],
        Turned.Contains(panels.Key) != (panels.Key == System));
}
