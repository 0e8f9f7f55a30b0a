using Crucible.Charts;
using FsCheck;
using FsCheck.Fluent;

namespace Crucible.Tests.Charts;

public sealed class MinMaxTests
{
    private static Arbitrary<(Point[] Points, int Columns)> Lines =>
        (from values in ArbMap.Default.ArbFor<double>().Generator.NonEmptyListOf()
         from columns in Gen.Choose(1, 20)
         from gap in Gen.Choose(0, 3)
         select (values.Select((y, i) => new Point(i * gap, y)).ToArray(), columns)).ToArbitrary();

    [Fact]
    public void Keeps_the_ends_the_smallest_and_the_largest() => Prop.ForAll(Lines, line =>
    {
        var (points, columns) = line;
        var kept = MinMax.Reduce(points, columns);
        Assert.Equal((points[0].X, points[^1].X), (kept[0].X, kept[^1].X));
        Assert.Equal(points[0].Y, kept[0].Y);
        Assert.Equal(points[^1].Y, kept[^1].Y);
        double[] all = [.. points.Select(p => p.Y).Where(y => !double.IsNaN(y))], few = [.. kept.Select(p => p.Y).Where(y => !double.IsNaN(y))];
        if (all.Length > 0) Assert.Equal((all.Min(), all.Max()), (few.Min(), few.Max()));
        Assert.Equal(points.Any(p => double.IsNaN(p.Y)), kept.Any(p => double.IsNaN(p.Y)));
        Assert.True(kept.Count <= Math.Max(4 * columns, 5 * columns));
        Assert.True(kept.Zip(kept.Skip(1)).All(p => p.First.X <= p.Second.X));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void A_spike_of_one_point_among_a_million_stays()
    {
        var points = new Point[1_000_000];
        for (var i = 0; i < points.Length; i++) points[i] = new(i, i == 777_777 ? 100 : Math.Sin(i));
        var kept = MinMax.Reduce(points, 400);
        Assert.InRange(kept.Count, 800, 1600);
        Assert.Contains(points[777_777], kept);
    }

    [Fact]
    public void Points_at_one_place_are_one_column() =>
        Assert.Equal(4, MinMax.Reduce([.. Enumerable.Range(0, 100).Select(i => new Point(5, i is 40 ? -9 : i is 60 ? 900 : 1))], 3).Count);
}
