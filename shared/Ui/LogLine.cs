using Crucible.Ui.Text;

namespace Crucible.Ui;

/// <summary>One line of a <see cref="LogView"/>.</summary>
/// <param name="Number">From 1; part of the line's address.</param>
/// <param name="Text">May hold ANSI colours; other control sequences are dropped, and of what a carriage return overwrote the last remains.</param>
/// <param name="Level"><c>trace</c>, <c>debug</c>, <c>info</c>, <c>warn</c>, <c>error</c> or <c>fatal</c>; null where nobody said.</param>
/// <param name="At">When it was written.</param>
public sealed record LogLine(long Number, string Text, string? Level = null, DateTimeOffset? At = null)
{
    internal string? Status => Level switch { "warn" => "cancelled", "error" or "fatal" => "failed", _ => null };

    internal IReadOnlyList<AnsiPiece> Pieces => Ansi.Read(Text);
}
