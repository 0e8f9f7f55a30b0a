using Crucible.Ui;
using FsCheck;
using FsCheck.Fluent;

namespace Crucible.Tests.Ui;

public sealed class EstimateTests
{
    private static readonly DateTimeOffset Start = new(2026, 9, 14, 16, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private static (DateTimeOffset, double) At(double seconds, double done) => (Start.AddSeconds(seconds), done);

    [Theory]
    [InlineData(50, 100, 60, 60d), InlineData(25, 100, 30, 90d), InlineData(100, 100, 60, 0d), InlineData(120, 100, 60, 0d)]
    [InlineData(.5, 100, 60, null), InlineData(50, 100, 1, null), InlineData(5, 0, 60, null), InlineData(double.NaN, 100, 60, null), InlineData(5, double.PositiveInfinity, 60, null)]
    public void Follows_the_pace_so_far(double done, double total, double elapsed, double? left) =>
        Assert.Equal(left, Estimate.Left(done, total, TimeSpan.FromSeconds(elapsed))?.TotalSeconds);

    [Fact]
    public void A_slower_pace_of_late_counts_more()
    {
        // A minute at 1 a second, then three minutes at a quarter of that.
        var reports = Enumerable.Range(0, 7).Select(i => At(i * 10, i * 10)).Concat(Enumerable.Range(1, 18).Select(i => At(60 + i * 10, 60 + i * 2.5))).ToList();
        var last = reports[^1];
        var left = Estimate.Left(reports, 205, last.Item1, Minute)!.Value.TotalSeconds;
        Assert.InRange(left, (205 - last.Item2) * 3, (205 - last.Item2) * 4); // all in all it would be 2.3 s each
    }

    [Fact]
    public void A_restart_forgets_what_was_before() =>
        Assert.Equal(90, Estimate.Left([At(0, 0), At(10, 90), At(20, 0), At(30, 10)], 100, Start.AddSeconds(30), Minute)!.Value.TotalSeconds, 1);

    [Fact]
    public void Silence_makes_it_longer()
    {
        List<(DateTimeOffset, double)> reports = [At(0, 0), At(10, 10), At(20, 20)];
        Assert.True(Estimate.Left(reports, 100, Start.AddSeconds(80), Minute) > Estimate.Left(reports, 100, Start.AddSeconds(20), Minute));
    }

    [Fact]
    public void Whatever_is_reported_the_answer_is_a_length_of_time() =>
        Prop.ForAll((from steps in (from s in Gen.Choose(-5, 60) from d in Gen.Choose(-20, 50) select (s, d)).ListOf() from total in Gen.Choose(-10, 500) select (steps, total)).ToArbitrary(), x =>
        {
            var (at, done) = (Start, 0d);
            var reports = x.steps.Select(s => (at = at.AddSeconds(s.s), done += s.d)).ToList();
            if (Estimate.Left(reports, x.total, at.AddSeconds(5), Minute) is { } left) Assert.InRange(left, TimeSpan.Zero, Estimate.Longest);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
}
