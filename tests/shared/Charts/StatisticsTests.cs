using Crucible.Charts;
using FsCheck;
using FsCheck.Fluent;

namespace Crucible.Tests.Charts;

public sealed class StatisticsTests
{
    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(1000);

    private static readonly Arbitrary<double[]> AnyValues = ArbMap.Default.ArbFor<double>().Generator.ArrayOf().ToArbitrary();

    private static readonly Arbitrary<double[]> SomeValues = Gen.Choose(-5000, 5000).Select(v => v / 16d).NonEmptyListOf().Select(v => v.ToArray()).ToArbitrary();

    [Theory] // R: quantile(c(1,2,3,4), .25) and quantile(c(3,1,4,1,5,9,2,6), c(.1,.5,.9))
    [InlineData("1 2 3 4", .25, 1.75), InlineData("3 1 4 1 5 9 2 6", .1, 1), InlineData("3 1 4 1 5 9 2 6", .5, 3.5), InlineData("3 1 4 1 5 9 2 6", .9, 6.9), InlineData("7", .3, 7)]
    public void Quantiles_are_those_of_R(string values, double share, double expected) =>
        Assert.Equal(expected, Quantiles.Of(Quantiles.Sorted(values.Split(' ').Select(double.Parse)), share), 12);

    [Fact]
    public void Quantiles_grow_and_stay_within_the_values() => Prop.ForAll(AnyValues, values =>
    {
        var sorted = Quantiles.Sorted(values);
        if (sorted.Length == 0) return;
        var row = Enumerable.Range(0, 21).Select(i => Quantiles.Of(sorted, i / 20d)).ToList();
        Assert.Equal((sorted[0], sorted[^1]), (row[0], row[^1]));
        Assert.True(row.Zip(row.Skip(1)).All(p => p.First <= p.Second));
    }).Check(Many);

    [Fact]
    public void Bins_hold_every_value_once_and_adjoin() => Prop.ForAll(AnyValues, values =>
    {
        double[] finite = [.. values.Where(double.IsFinite)];
        var bins = Bins.Of(values);
        Assert.Equal(finite.Length, bins.Sum(b => b.Count));
        if (finite.Length == 0) { Assert.Empty(bins); return; }
        Assert.All(bins, b => Assert.True(b.From < b.To));
        Assert.True(bins.Zip(bins.Skip(1)).All(p => p.First.To == p.Second.From));
        Assert.True(bins[0].From <= finite.Min() && bins[^1].To >= finite.Max());
        Assert.InRange(bins.Count, 1, 80);
        for (var i = 0; i < bins.Count; i++)
            Assert.Equal(finite.Count(v => v >= bins[i].From && (v < bins[i].To || (i == bins.Count - 1 && v <= bins[i].To))), bins[i].Count);
    }).Check(Many);

    [Fact]
    public void The_width_of_bins_is_that_of_Freedman_and_Diaconis()
    {
        // 0 to 99.9: IQR 49.95, so the width is 2 · 49.95 / 10 = 9.99, which takes ten bins.
        Assert.Equal(10, Bins.Of(Enumerable.Range(0, 1000).Select(i => i / 10d + .01)).Count);
        // Half of the values the same: Sturges, ⌈log₂ 8⌉ + 1.
        Assert.Equal(4, Bins.Of([1, 1, 1, 1, 1, 1, 1, 1.5]).Count);
        // Whole numbers: as many of them in each bin.
        var dice = Bins.Of(Enumerable.Range(0, 600).Select(i => 1d + i % 6));
        Assert.Equal([100d, 100, 100, 100, 100, 100], dice.Select(b => b.Count));
        Assert.Equal(.5, dice[0].From);
    }

    [Fact]
    public void Whiskers_end_within_the_fences_and_outliers_lie_beyond() => Prop.ForAll(SomeValues, values =>
    {
        var f = BoxFigures.Of(Quantiles.Sorted(values))!;
        Assert.True(f.LowWhisker <= f.LowQuartile && f.LowQuartile <= f.Median && f.Median <= f.HighQuartile && f.HighQuartile <= f.HighWhisker);
        var reach = 1.5 * (f.HighQuartile - f.LowQuartile);
        Assert.True(f.LowWhisker >= f.LowQuartile - reach && f.HighWhisker <= f.HighQuartile + reach);
        Assert.Equal(values.Count(v => v < f.LowQuartile - reach || v > f.HighQuartile + reach), f.Outliers.Count);
        Assert.All(f.Outliers, o => Assert.False(o >= f.LowWhisker && o <= f.HighWhisker));
        Assert.InRange(f.Mean - values.Average(), -1e-9, 1e-9);
    }).Check(Many);

    [Fact]
    public void Tukeys_rule_finds_the_outlier()
    {
        var f = BoxFigures.Of([1, 2, 3, 4, 5, 6, 7, 8, 9, 30])!;
        Assert.Equal((1d, 9d, 5.5), (f.LowWhisker, f.HighWhisker, f.Median));
        Assert.Equal([30d], f.Outliers);
        Assert.Null(BoxFigures.Of([]));
    }

    [Fact]
    public void A_density_is_positive_and_has_the_area_of_one() => Prop.ForAll(SomeValues, values =>
    {
        if (Density.Of(Quantiles.Sorted(values), 400, cut: 6) is not { } density) { Assert.Single(values.Distinct()); return; }
        var area = density.Points.Zip(density.Points.Skip(1)).Sum(p => (p.Second.At - p.First.At) * (p.First.Height + p.Second.Height) / 2);
        Assert.All(density.Points, p => Assert.True(p.Height >= 0));
        // Two heaps far apart with a narrow kernel may fall between the places; otherwise the area is that of all of it.
        if ((density.Points[1].At - density.Points[0].At) < density.Bandwidth) Assert.InRange(area, .98, 1.02);
    }).Check(Many);

    [Fact]
    public void The_bandwidth_is_Silvermans_and_many_values_change_nothing()
    {
        double[] few = [.. Enumerable.Range(0, 101).Select(i => (double)i)];
        // s = 29.3002, IQR / 1.34 = 37.3134: the smaller one counts.
        Assert.Equal(.9 * 29.300170647967224 * Math.Pow(101, -.2), Density.Of(few)!.Bandwidth, 9);
        double[] many = Quantiles.Sorted(Enumerable.Range(0, 20_000).Select(i => Math.Sin(i * 12.9898) * 3 + i % 7));
        var gathered = Density.Of(many)!;
        foreach (var (at, height) in gathered.Points.Where((_, i) => i % 9 == 0))
        {
            var exact = many.Sum(v => Math.Exp(-.5 * Math.Pow((at - v) / gathered.Bandwidth, 2))) / (many.Length * gathered.Bandwidth * Math.Sqrt(2 * Math.PI));
            Assert.InRange(height, exact * .99 - 1e-4, exact * 1.01 + 1e-4);
        }
    }

    [Fact]
    public void A_line_is_found_again_and_noise_leaves_the_residuals_upright() => Prop.ForAll(SomeValues, values =>
    {
        var points = values.Select((v, i) => ((double)i, v)).ToList();
        if (Trend.Of(points) is not { } trend) { Assert.Single(points); return; }
        // The normal equations: residuals sum to nothing, alone and weighed by x.
        var size = values.Max(Math.Abs) * points.Count + 1;
        Assert.InRange(points.Sum(p => p.v - trend.At(p.Item1)), -1e-9 * size, 1e-9 * size);
        Assert.InRange(points.Sum(p => (p.v - trend.At(p.Item1)) * p.Item1), -1e-8 * size * points.Count, 1e-8 * size * points.Count);
        Assert.InRange(trend.R, -1, 1);
    }).Check(Many);

    [Fact]
    public void Far_away_points_keep_their_trend()
    {
        var trend = Trend.Of(Enumerable.Range(0, 100).Select(i => (1.7e12 + i, 5 - 2d * i)))!;
        Assert.Equal((-2, -1), (Math.Round(trend.Slope, 8), Math.Round(trend.R, 8)));
        Assert.Null(Trend.Of([(1, 2), (1, 3), (double.NaN, 4)]));
        Assert.Equal(0, Trend.Of([(1, 2), (2, 2)])!.R);
    }

    [Fact]
    public void Bars_in_a_row_never_overlap_and_no_row_is_wasted() => Prop.ForAll(
        Gen.Choose(0, 60).Two().Select(p => ((double)p.Item1, p.Item1 + (double)p.Item2 % 20)).ArrayOf().ToArbitrary(), bars =>
        {
            var rows = Lanes.Pack(bars);
            for (var i = 0; i < bars.Length; i++)
                for (var j = i + 1; j < bars.Length; j++)
                    if (rows[i] == rows[j]) Assert.True(bars[i].Item2 <= bars[j].Item1 || bars[j].Item2 <= bars[i].Item1);
            if (bars.Length == 0) return;
            var most = Enumerable.Range(0, 81).Max(t => bars.Count(b => b.Item1 <= t && b.Item2 > t));
            // Bars without length may share a moment without being counted by it.
            if (bars.All(b => b.Item2 > b.Item1)) Assert.Equal(most, rows.Max() + 1);
        }).Check(Many);

    [Fact]
    public void Shades_grow_with_the_value() => Prop.ForAll(AnyValues, values =>
    {
        foreach (var middle in (double?[])[null, 0, 1e9])
        {
            var shades = Shades.Fit(values, middle);
            double[] sorted = [.. values.Where(v => !double.IsNaN(v)).Order()];
            var steps = sorted.Select(v => shades.Of(v)!.Value).ToList();
            Assert.All(steps, s => Assert.InRange(s, middle is null ? 0 : -Shades.Steps, Shades.Steps));
            Assert.True(steps.Zip(steps.Skip(1)).All(p => p.First <= p.Second));
        }
        Assert.Null(Shades.Fit(values).Of(double.NaN));
    }).Check(Many);

    [Fact]
    public void Equal_shades_are_equally_far_from_the_middle()
    {
        var shades = Shades.Fit([-1, 4], 0);
        Assert.Equal((-4, 4), (shades.Low, shades.High));
        Assert.Equal((0, 10, -3, 3), (shades.Of(0), shades.Of(4), shades.Of(-1), shades.Of(1)));
    }

    [Fact]
    public void Turns_begin_at_the_top_and_go_clockwise()
    {
        Assert.Equal((500, 100), Polar.At(0, 400));
        Assert.Equal((900, 500), (Polar.At(.25, 400).X, Math.Round(Polar.At(.25, 400).Y)));
        Assert.Equal("M60 500A440 440 0 0 1 500 60", Polar.Arc(-.25, 0, 440));
        Assert.Equal("", Polar.Arc(.2, .2, 440));
    }
}
