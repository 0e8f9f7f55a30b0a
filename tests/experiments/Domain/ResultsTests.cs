namespace Crucible.Experiments.Domain;

public sealed class ResultsTests
{
    private static Results Table(string? by, params (string Name, string? Group, double? Loss, double? Acc)[] rows) =>
        new([new("loss", true), new("acc", false)], [.. rows.Select(r => new ResultRow(Guid.Empty, r.Name, "completed", r.Group, [r.Loss, r.Acc]))], by);

    [Fact]
    public void The_best_is_the_smallest_loss_and_the_largest_score_and_no_number_comes_last()
    {
        var table = Table(null, ("a", null, .5, .7), ("b", null, double.NaN, .9), ("c", null, .25, null));
        Assert.Equal((.25, .9), (table.Best(0), table.Best(1)));
        Assert.Equal(["c", "a", "b"], table.By(0).Select(r => r.Name));
        Assert.Equal(["b", "a", "c"], table.By(1).Select(r => r.Name));
    }

    [Fact]
    public void Groups_have_mean_and_sample_deviation_of_finite_values()
    {
        var groups = Table("lr", ("a", "1", 1, 2), ("b", "1", 3, double.PositiveInfinity), ("c", null, .5, null)).Groups();
        Assert.Equal([null, "1"], groups.Select(g => g.Value));
        Assert.Equal(new ResultSpread(2, 2, Math.Sqrt(2)), groups[1].Spreads[0]);
        Assert.Equal(new ResultSpread(1, 2, null), groups[1].Spreads[1]);
        Assert.Null(groups[0].Spreads[1]);
    }

    [Fact]
    public void Huge_values_make_no_fault() => Assert.Equal(2, ResultSpread.Of([1e308, -1e308])!.Value.Count);

    [Fact]
    public void Files_escape_what_means_something_in_their_format()
    {
        var table = Table(null, ("=cmd|'x'!A1", null, -1.5, 1), ("a|b_c&d%\n\"e\"", null, 2, null));
        var csv = ResultText.Of(table, "csv")!.Value.Text;
        Assert.Contains(",=cmd|'x'!A1,", csv, StringComparison.Ordinal);
        Assert.Contains(",-1.5,1\r\n", csv, StringComparison.Ordinal);
        Assert.Contains("\"a|b_c&d%\n\"\"e\"\"\"", csv, StringComparison.Ordinal);
        Assert.Contains(@"a\|b\_c&d% ", ResultText.Of(table, "md")!.Value.Text, StringComparison.Ordinal);
        Assert.Contains("**-1.5**", ResultText.Of(table, "md")!.Value.Text, StringComparison.Ordinal);
        Assert.Contains(@"a|b\_c\&d\% ", ResultText.Of(table, "tex")!.Value.Text, StringComparison.Ordinal);
        Assert.Contains(@"\textbf{-1.5}", ResultText.Of(table, "tex")!.Value.Text, StringComparison.Ordinal);
        Assert.Contains("\"NaN\"", ResultText.Of(Table(null, ("a", null, double.NaN, 1)), "json")!.Value.Text, StringComparison.Ordinal);
        Assert.Null(ResultText.Of(table, "exe"));
    }

    [Fact]
    public void Grouped_files_hold_mean_and_deviation()
    {
        var table = Table("lr", ("a", "1", 1, 2), ("b", "1", 3, 4));
        Assert.Contains("1,2,2,1.4142135623730951,3,1.4142135623730951", ResultText.Of(table, "csv")!.Value.Text, StringComparison.Ordinal);
        Assert.Contains("**2 ± 1.4142**", ResultText.Of(table, "md")!.Value.Text, StringComparison.Ordinal);
        Assert.Contains(@"\textbf{2 $\pm$ 1.4142}", ResultText.Of(table, "tex")!.Value.Text, StringComparison.Ordinal);
    }
}
