using Crucible.Charts;
using Crucible.Host.Jobs;

namespace Crucible.Host.Pages.Admin.Jobs;

/// <summary>Durations of each step as lines, in milliseconds: below which half of them lie, and below which 95 of a hundred.</summary>
internal static class Latency
{
    // One slow minute would press all others flat.
    private const double WideApart = 50;

    public static ChartPlan Plan(IReadOnlyList<JobStep> steps, Func<JobStep, long[]> counts, DateTimeOffset from, DateTimeOffset until)
    {
        if (steps.Count == 0)
            return new() { Series = [] };
        var (most, half) = (Line(steps, counts, from, until, "p95", 3, .95), Line(steps, counts, from, until, "p50", 2, .5));
        var drawn = most.Points.Concat(half.Points).Select(p => p.Y).Where(y => y > 0).ToList();
        return new() { Axis = Axis.Time, Series = [most, half], XTicks = 4, End = until.ToUnixTimeMilliseconds(), Log = drawn.Count > 0 && drawn.Max() > WideApart * drawn.Min() };
    }

    public static string Words(JobStep all, Func<JobStep, long[]> counts, double share) =>
        Spread.Quantile(counts(all), share) is { } ms ? Ui.Text.Durations.Short(TimeSpan.FromMilliseconds(ms)) : "—";

    // An empty point at the beginning stretches the axis over the whole time; the plan says where it ends.
    private static Series Line(IReadOnlyList<JobStep> steps, Func<JobStep, long[]> counts, DateTimeOffset from, DateTimeOffset until, string name, int colour, double share) =>
        new(name, [new(from.ToUnixTimeMilliseconds(), double.NaN),
            .. steps.Select(s => new Point(Math.Clamp(new DateTimeOffset(s.At).ToUnixTimeMilliseconds(), from.ToUnixTimeMilliseconds(), until.ToUnixTimeMilliseconds()), Spread.Quantile(counts(s), share) ?? double.NaN))]) { Colour = colour };
}
