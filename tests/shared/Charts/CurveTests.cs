using Crucible.Charts;

namespace Crucible.Tests.Charts;

/// <summary>Lines that are smoothed, grouped, cut at outliers, and told apart when there are many.</summary>
public sealed class CurveTests
{
    [Theory]
    [InlineData(Smoother.Gaussian)]
    [InlineData(Smoother.Mean)]
    public void Neighbours_leave_a_straight_middle_and_a_level_line_alone(Smoother smoother)
    {
        Assert.All(Smoothing.Around([.. Enumerable.Repeat(7d, 50)], smoother, .9), v => Assert.Equal(7, v, 12));
        var rising = Smoothing.Around([.. Enumerable.Range(0, 201).Select(i => (double)i)], smoother, .9);
        Assert.Equal(100, rising[100], 9);
    }

    [Fact]
    public void A_running_mean_is_the_mean_of_the_window()
    {
        Assert.Equal(1, Smoothing.Reach(.5));
        Assert.Equal([1.5, 2, 3, 4, 4.5], Smoothing.Around([1, 2, 3, 4, 5], Smoother.Mean, .5).Select(v => Math.Round(v, 12)));
        Assert.Equal([1, 2, 3], Smoothing.Around([1, 2, 3], Smoother.Mean, 0));
    }

    [Fact]
    public void A_gaussian_weighs_by_distance()
    {
        var smooth = Smoothing.Around([0, 0, 0, 0, 1, 0, 0, 0, 0], Smoother.Gaussian, .5);
        var mass = 1 + 2 * (Math.Exp(-.5) + Math.Exp(-2) + Math.Exp(-4.5));
        Assert.Equal(1 / mass, smooth[4], 12);
        Assert.Equal(Math.Exp(-.5) / mass, smooth[3], 12);
        Assert.Equal(0, smooth[0]);
    }

    [Fact]
    public void What_is_no_number_counts_for_nobody_and_huge_values_do_not_overflow()
    {
        var smooth = Smoothing.Around([1, double.NaN, 3, double.PositiveInfinity], Smoother.Mean, .7);
        Assert.True(double.IsNaN(smooth[1]) && double.IsPositiveInfinity(smooth[3]));
        Assert.Equal([2, 2], [smooth[0], smooth[2]]);
        Assert.All(Smoothing.Around([.. Enumerable.Repeat(1.7e308, 20)], Smoother.Gaussian, .9), v => Assert.True(double.IsFinite(v)));
    }

    [Fact]
    public void A_group_is_the_mean_with_its_spread()
    {
        // 2, 4, 4, 4, 5, 5, 7, 9: mean 5, sum of squares 32.
        Point[][] lines = [.. new double[] { 2, 4, 4, 4, 5, 5, 7, 9 }.Select(y => new[] { new Point(0, y), new Point(10, y) })];
        var deviation = Math.Sqrt(32 / 7d);
        double half(BandKind kind) => GroupedLine.Of(lines, 11, kind).Band[5].High - 5;
        Assert.Equal(11, GroupedLine.Of(lines, 11, BandKind.Deviation).Mean.Count);
        Assert.All(GroupedLine.Of(lines, 11, BandKind.Deviation).Mean, p => Assert.Equal(5, p.Y, 12));
        Assert.Equal(deviation, half(BandKind.Deviation), 12);
        Assert.Equal(deviation / Math.Sqrt(8), half(BandKind.Error), 12);
        Assert.Equal(2.3646 * deviation / Math.Sqrt(8), half(BandKind.Confidence), 12);
    }

    [Fact]
    public void Lines_of_a_group_are_aligned_and_count_only_where_they_are()
    {
        Point[][] lines = [[new(0, 0), new(10, 10)], [new(5, 20), new(10, 20)], [new(0, double.NaN)]];
        var group = GroupedLine.Of(lines, 11, BandKind.Deviation);
        Assert.Equal(3, group.Mean[3].Y, 12);
        Assert.Equal((6 + 20) / 2d, group.Mean[6].Y, 12);
        Assert.Equal((10 + 20) / 2d, group.Mean[10].Y, 12);
        Assert.DoesNotContain(group.Band, r => r.X < 5);
        Assert.Single(GroupedLine.Of([[new(3, 1)], [new(3, 2)]], 100, BandKind.Error).Mean);
        Assert.Empty(GroupedLine.Of([], 100, BandKind.Error).Mean);
    }

    [Theory] // R: qt(.975, n)
    [InlineData(1, 12.7062)]
    [InlineData(30, 2.0423)]
    [InlineData(31, 2.0395)]
    [InlineData(60, 2.0003)]
    [InlineData(1000, 1.9623)]
    public void Students_quantiles_are_those_of_R(int freedom, double expected) => Assert.Equal(expected, GroupedLine.Student(freedom), 4);

    [Fact]
    public void Outliers_are_left_out_of_the_scale_and_counted()
    {
        Point[] points = [.. Enumerable.Range(0, 200).Select(i => new Point(i, i is 50 or 120 ? 1e6 : 1 + Math.Sin(i) / 10))];
        var drawing = new ChartPlan { Series = [new("a", points)], IgnoreOutliers = true }.Draw();
        Assert.InRange(drawing.Y.High, 1.1, 2);
        Assert.Equal(2, drawing.Outside);
        var whole = new ChartPlan { Series = [new("a", points)] }.Draw();
        Assert.True(whole.Y.High >= 1e6);
        Assert.Equal(0, whole.Outside);
        Assert.Equal(0, new ChartPlan { Series = [new("a", [new(0, 5), new(1, 5)])], IgnoreOutliers = true }.Draw().Outside);
    }

    [Fact]
    public void A_hundred_and_eight_lines_look_different()
    {
        Assert.Equal(Look.Count, Enumerable.Range(1, Look.Count).Select(Look.Of).Distinct().Count());
        Assert.All(Enumerable.Range(1, 6), i => Assert.Equal(new Look(i, i, 0), Look.Of(i)));
        Assert.All(Enumerable.Range(1, Look.Count), i => Assert.Equal(i, Look.Of(i).Number));
        Assert.Equal(Look.Of(1), Look.Of(Look.Count + 1));
    }

    [Fact]
    public void A_short_path_adds_up_to_the_same_places()
    {
        var (x, y) = (new Scale(0, 999), new Scale(-1, 1));
        var points = Enumerable.Range(0, 1000).Select(i => ((double)i, i == 500 ? double.NaN : Math.Sin(i * .37))).ToList();
        var path = SvgPath.Short(points, x, y);
        var places = new List<(double X, double Y)>();
        foreach (System.Text.RegularExpressions.Match step in System.Text.RegularExpressions.Regex.Matches(path, @"([Ml])(-?[\d.]+)[ ]?(-?[\d.]+)"))
        {
            var (dx, dy) = (double.Parse(step.Groups[2].Value), double.Parse(step.Groups[3].Value));
            places.Add(step.Groups[1].Value == "M" ? (dx, dy) : (places[^1].X + dx, places[^1].Y + dy));
        }
        var expected = points.Where(p => !double.IsNaN(p.Item2)).Select(p => (x.At(p.Item1), y.FromTop(p.Item2))).ToList();
        Assert.Equal(expected.Count, places.Count);
        Assert.All(expected.Zip(places), p => Assert.True(Math.Abs(p.First.Item1 - p.Second.X) < .06 && Math.Abs(p.First.Item2 - p.Second.Y) < .06));
        Assert.True(path.Length < points.Count * 11);
    }
}
