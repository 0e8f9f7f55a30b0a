using Crucible.Ui;
using FsCheck;
using FsCheck.Fluent;

namespace Crucible.Tests.Ui;

public sealed class DiffRowTests
{
    [Fact]
    public void A_changed_line_marks_its_words()
    {
        var rows = DiffRow.Of("a\nlr: 2e-4\nz", "a\nlr: 3e-4\nnew\nz")!;
        Assert.Equal([true, false, false, true], rows.Select(r => r.Same));
        Assert.Equal(["2e-4"], rows[1].Old!.Pieces.Where(p => p.Changed).Select(p => p.Text));
        Assert.Equal(["3e-4"], rows[1].New!.Pieces.Where(p => p.Changed).Select(p => p.Text));
        Assert.Null(rows[2].Old);
        Assert.Equal(4, rows[3].New!.Number);
    }

    [Fact]
    public void Both_sides_can_be_put_together_again() =>
        Prop.ForAll((from a in Lines from b in Lines select (a, b)).ToArbitrary(), texts =>
        {
            var rows = DiffRow.Of(texts.a, texts.b)!;
            static string Side(IEnumerable<DiffLine?> lines) => string.Join('\n', lines.OfType<DiffLine>().Select(l => string.Concat(l.Pieces.Select(p => p.Text))));
            Assert.Equal(texts.a, Side(rows.Select(r => r.Old)));
            Assert.Equal(texts.b, Side(rows.Select(r => r.New)));
            Assert.Equal(rows, DiffRow.Folded(rows, 2).SelectMany(f => f.Rows));
            Assert.All(DiffRow.Folded(rows, 2).Where(f => f.Folded), f => Assert.All(f.Rows, r => Assert.True(r.Same)));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    private static readonly Gen<string> Lines = Gen.Elements("a", "b: 1", "b: 2", "c d e", "c x e", "  f", "<g>").NonEmptyListOf().Select(l => string.Join('\n', l));

    [Fact]
    public void Too_long_is_said_and_not_waited_for() =>
        Assert.Null(DiffRow.Of(string.Join('\n', Enumerable.Range(0, 4000)), string.Join('\n', Enumerable.Range(5000, 4000))));
}
