using Crucible.Experiments.Domain.Plots;

namespace Crucible.Experiments.Tests.Domain;

/// <summary>Columns of runs, their groups, and how they go together.</summary>
public sealed class PlotTests
{
    private static readonly PlotColumn Lr = new(false, "lr"), Loss = new(true, "loss");

    private static PlotTable Table(params (string? Lr, double Loss)[] rows)
    {
        var runs = rows.Select((_, i) => (new Guid(i, 0, 0, new byte[8]), $"run {i}")).ToList();
        return new(runs, [Lr, Loss],
            rows.Select((r, i) => (r.Lr, i)).Where(r => r.Lr is not null).ToDictionary(r => (runs[r.i].Item1, Lr), r => r.Lr!),
            rows.Select((r, i) => (r.Loss, i)).ToDictionary(r => (runs[r.i].Item1, Loss), r => r.Loss));
    }

    [Theory]
    [InlineData("metrics.loss", "metrics.loss")]
    [InlineData("loss", "metrics.loss")]
    [InlineData(" min(metrics.val/loss) ", "min(metrics.val/loss)")]
    [InlineData("max(loss)", "max(metrics.loss)")]
    [InlineData("last(metrics.loss)", "metrics.loss")]
    [InlineData("params.lr", "params.lr")]
    [InlineData("min(params.lr)", null)]
    [InlineData("params.", null)]
    [InlineData("metrics.", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    [InlineData("min(", "metrics.min(")]
    public void A_column_is_read(string? text, string? expected) => Assert.Equal(expected, PlotColumn.Read(text)?.ToString());

    [Fact]
    public void Few_values_are_groups_and_many_numbers_are_ranges_of_about_as_many_runs()
    {
        Assert.Equal([("0.001", 2), ("0.01", 1)], Table(("0.001", 1), ("1e-2", 2), ("1e-3", 3), (null, 4)).Groups(Lr, 6).Select(g => (g.Name.Replace("1e-3", "0.001", StringComparison.Ordinal).Replace(".0010", "0.001", StringComparison.Ordinal).Replace(".01", "0.01", StringComparison.Ordinal).Replace("00.01", "0.01", StringComparison.Ordinal), g.Runs.Count)));
        var many = Table([.. Enumerable.Range(1, 20).Select(i => ($"{i}", (double)i))]).Groups(Lr, 4);
        Assert.Equal([5, 5, 5, 5], many.Select(g => g.Runs.Count));
        Assert.Equal("1–5", many[0].Name);
        // Equal values never part.
        var equal = Table([.. Enumerable.Repeat(("7", 1d), 10), ("8", 1), ("9", 1), ("10", 1)]).Groups(Lr, 2);
        Assert.Equal(10, equal[0].Runs.Count);
        Assert.Equal(["a", "b"], Table(("b", 1), ("a", 2), ("b", 3)).Groups(Lr, 6).Select(g => g.Name));
        Assert.False(Table(("b", 1)).IsNumeric(Lr));
        Assert.True(Table(("True", 1), ("false", 2)).IsNumeric(Lr));
    }

    // Worked by hand: SSb = 24, SSw = 6, k = 3, n = 9, MSw = 1; ω² = (24 − 2) / (30 + 1).
    [Fact]
    public void Omega_squared_is_the_textbooks()
    {
        Assert.Equal(22d / 31, Association.OmegaSquared([[1, 2, 3], [3, 4, 5], [5, 6, 7]])!.Value, 12);
        Assert.Equal(0, Association.OmegaSquared([[1, 9], [2, 8], [3, 7]]));
        Assert.Equal(0, Association.OmegaSquared([[5, 5], [5, 5]]));
        Assert.Null(Association.OmegaSquared([[1, 2, 3]]));
        Assert.Null(Association.OmegaSquared([[1], [2], [3]]));
        Assert.NotNull(Association.OmegaSquared([[1, double.NaN, 2], [double.PositiveInfinity, 4, 5]]));
    }

    [Fact]
    public void Correlations_see_what_they_should()
    {
        (double, double)[] cubes = [.. Enumerable.Range(-5, 11).Select(i => ((double)i, Math.Pow(i, 3)))];
        Assert.Equal(1, Association.Spearman(cubes), 12);
        Assert.InRange(Association.Pearson(cubes), .8, .99);
        Assert.Equal(-1, Association.Pearson([(1, 3), (2, 2), (3, 1)]), 12);
        Assert.True(double.IsNaN(Association.Pearson([(1, 1), (2, 2)])));
        Assert.True(double.IsNaN(Association.Spearman([(1, 1), (1, 2), (1, 3)])));
        // Ties share their mean rank: ranks 1.5 1.5 3 against 1 2 3.
        Assert.Equal(Math.Sqrt(.75), Association.Spearman([(1, 1), (1, 2), (2, 3)]), 12);
    }
}
