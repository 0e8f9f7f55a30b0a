using DiffPlex;
using DiffPlex.DiffBuilder;
using DiffPlex.DiffBuilder.Model;

namespace Crucible.Ui;

/// <summary>A row of a <see cref="DiffView"/>: the line before, the line after, or both.</summary>
/// <param name="Old">The line before; null for one that was added.</param>
/// <param name="New">The line after; null for one that went.</param>
public sealed record DiffRow(DiffLine? Old, DiffLine? New)
{
    /// <summary>Lines of both texts that are compared at most; the time grows with lines times differences.</summary>
    public const int MostLines = 6000;

    /// <summary>The line is the same on both sides.</summary>
    public bool Same => Old is { Changed: false } && New is { Changed: false };

    /// <summary>Compares two texts line by line, and within changed lines word by word. Null when they are too long.</summary>
    public static IReadOnlyList<DiffRow>? Of(string before, string after)
    {
        if (Lines(before) + Lines(after) > MostLines || before.Length + after.Length > 1_000_000) return null;
        var model = new SideBySideDiffBuilder(new Differ()).BuildDiffModel(before, after);
        return [.. model.OldText.Lines.Zip(model.NewText.Lines, (old, @new) => new DiffRow(DiffLine.Of(old), DiffLine.Of(@new))).Where(r => r.Old is not null || r.New is not null)];
    }

    /// <summary>Parts the rows into stretches; a stretch of equal lines further than <paramref name="context"/> from any change is to be folded.</summary>
    public static IEnumerable<(bool Folded, IReadOnlyList<DiffRow> Rows)> Folded(IReadOnlyList<DiffRow> rows, int context)
    {
        var near = new bool[rows.Count];
        for (var i = 0; i < rows.Count; i++)
            if (!rows[i].Same)
                for (var j = Math.Max(0, i - context); j <= Math.Min(rows.Count - 1, i + context); j++) near[j] = true;
        for (var at = 0; at < rows.Count;)
        {
            var end = at;
            while (end < rows.Count && near[end] == near[at]) end++;
            // A fold that hides one line saves nothing.
            yield return (!near[at] && end - at > 1, [.. rows.Skip(at).Take(end - at)]);
            at = end;
        }
    }

    private static int Lines(string text) => text.AsSpan().Count('\n') + 1;
}

/// <summary>One line of one side.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Changed">It differs from the other side.</param>
/// <param name="Pieces">Its text in order, with what differs within it.</param>
public sealed record DiffLine(int Number, bool Changed, IReadOnlyList<(string Text, bool Changed)> Pieces)
{
    internal static DiffLine? Of(DiffPiece piece)
    {
        if (piece.Type == ChangeType.Imaginary || piece.Position is not { } number) return null;
        var words = piece.SubPieces.Where(p => p.Type != ChangeType.Imaginary && p.Text is not null).Select(p => (p.Text, p.Type != ChangeType.Unchanged)).ToList();
        return piece.Type == ChangeType.Modified && words.Count > 0 ? new(number, true, words) : new(number, piece.Type != ChangeType.Unchanged, [(piece.Text ?? "", false)]);
    }
}
