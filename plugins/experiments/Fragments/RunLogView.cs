using Crucible.Experiments.Domain.Console;
using Crucible.Experiments.Data;
using Crucible.Ui;

namespace Crucible.Experiments.Fragments;

/// <summary>A part of a run's console.</summary>
/// <param name="Extent">Which lines there are.</param>
/// <param name="Lines">Those that are drawn, oldest first.</param>
/// <param name="Filter">Which ones were asked for.</param>
/// <param name="LevelWord">The level as it stands in the address.</param>
/// <param name="Older">There are more before them that pass the filter.</param>
public sealed record RunLogView(ConsoleExtent Extent, IReadOnlyList<ConsoleLine> Lines, ConsoleFilter Filter, string LevelWord, bool Older)
{
    /// <summary>Lines that a page draws; older ones are fetched when somebody scrolls there.</summary>
    public const int AtOnce = 500;

    /// <summary>Reads what a page draws: the last lines that pass, or those before a number.</summary>
    public static async Task<RunLogView> Read(ConsoleStore store, Guid runId, string? text, string? level, long? before, CancellationToken cancel)
    {
        var filter = new ConsoleFilter(ConsoleLevel.Read(level), Domain.Wording.Whole(Domain.Wording.Cut(text ?? "", 500)).Replace("\0", "", StringComparison.Ordinal), null);
        var extent = await store.Extent(runId, cancel);
        var lines = await store.Before(runId, before ?? long.MaxValue, filter, AtOnce + 1, cancel);
        var more = lines.Count > AtOnce;
        return new(extent, more ? [.. lines.Skip(1)] : lines, filter, filter.Least is null ? "" : level!, more);
    }

    /// <summary>A line as the kit draws it.</summary>
    public static LogLine Drawn(ConsoleLine line) =>
        new(line.Number, line.Source.Length > 0 ? $"[{line.Source}] {line.Text}" : line.Text, ConsoleLevel.Word(line.Level), new(DateTime.SpecifyKind(line.At, DateTimeKind.Utc)));
}
