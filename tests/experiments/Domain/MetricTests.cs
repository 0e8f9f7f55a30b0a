using FsCheck;
using FsCheck.Fluent;

namespace Crucible.Experiments.Domain;

public sealed class MetricTests
{
    [Fact]
    public void The_latest_point_has_the_largest_step_then_time_then_value()
    {
        MetricPoint[] points =
        [
            new("a", 9, 100, 1), new("a", 1, 50, 2), new("a", 2, 60, 2), new("a", 3, 60, 2), new("a", double.NaN, 60, 2),
            new("b", -1, 5, -7), new("c", double.NaN, 1, 1), new("c", -1, 1, 1),
        ];
        foreach (var order in new[] { points, [.. points.Reverse()] })
        {
            var latest = MetricPoint.Latest(order);
            Assert.Equal(3, latest.Count);
            Assert.Equal(new MetricPoint("a", 3, 60, 2), latest["a"]);
            Assert.Equal(new MetricPoint("b", -1, 5, -7), latest["b"]);
            Assert.True(double.IsNaN(latest["c"].Value), "NaN counts as 0, which is more than -1");
        }
    }

    [Fact]
    public void The_same_point_sent_again_is_the_same_point()
    {
        Assert.Single(new HashSet<MetricPoint> { new("a", double.NaN, 1, 1), new("a", double.NaN, 1, 1) });
        Assert.Equal(2, new HashSet<MetricPoint> { new("a", 1, 1, 1), new("a", 1, 2, 1) }.Count);
    }

    [Fact]
    public void Infinities_become_the_largest_numbers()
    {
        Assert.Equal(1.7976931348623157e308, MetricPoint.Stored(double.PositiveInfinity));
        Assert.Equal(-1.7976931348623157e308, MetricPoint.Stored(double.NegativeInfinity));
        Assert.True(double.IsNaN(MetricPoint.Stored(double.NaN)));
        Assert.Equal(-0.5, MetricPoint.Stored(-0.5));
    }

    [Fact]
    public void Of_two_points_at_most_one_is_later() => Prop.ForAll<(double Value, byte Time, byte Step), (double Value, byte Time, byte Step)>((a, b) =>
    {
        var (x, y) = (new MetricPoint("k", a.Value, a.Time, a.Step), new MetricPoint("k", b.Value, b.Time, b.Step));
        return !(x.IsLaterThan(y) && y.IsLaterThan(x)) && !x.IsLaterThan(x);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Few_steps_are_all_kept() =>
        Assert.Equal([-3, 1, 2, 5], EvenSteps.Pick([[5, 1], [2, -3, 2]], 4));

    [Fact]
    public void Many_steps_are_picked_evenly_over_all_runs() =>
        Assert.Equal([0, 250, 500, 750, 999], EvenSteps.Pick([[.. Enumerable.Range(0, 1000).Select(n => (long)n)]], 4));

    [Fact]
    public void Each_runs_own_ends_are_kept_beside_the_even_ones()
    {
        var long1 = Enumerable.Range(0, 1000).Select(n => (long)n).ToArray();
        Assert.Equal([0, 313, 317, 500, 999], EvenSteps.Pick([long1, [317, 313, 315]], 2));
    }

    [Fact]
    public void A_range_leaves_out_what_lies_outside()
    {
        var steps = Enumerable.Range(0, 100).Select(n => (long)n).ToArray();
        Assert.Equal([10, 11, 12], EvenSteps.Pick([steps], 5, (10, 12)));
        Assert.Equal([10, 15, 19], EvenSteps.Pick([steps], 2, (10, 19)));
        Assert.Empty(EvenSteps.Pick([steps], 2, (200, 300)));
        Assert.Empty(EvenSteps.Pick([], 2));
        Assert.Empty(EvenSteps.Pick([[]], 2));
    }

    [Fact]
    public void Picked_steps_exist_are_sorted_and_bounded() => Prop.ForAll<long[][], PositiveInt>((runs, most) =>
    {
        var steps = EvenSteps.Pick(runs, most.Get);
        return steps.All(s => runs.Any(r => r.Contains(s)))
            && steps.Zip(steps.Skip(1)).All(p => p.First < p.Second)
            && steps.Length <= most.Get + 1 + 2 * runs.Length
            && runs.Where(r => r.Length > 0).All(r => steps.Contains(r.Min()) && steps.Contains(r.Max()));
    }).QuickCheckThrowOnFailure();
}
