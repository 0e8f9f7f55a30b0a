using Crucible.Charts;
using Crucible.Host.Jobs;

namespace Crucible.Host.Pages.Admin.Jobs;

/// <summary>Durations of each step as lines, in milliseconds: below which half of them lie, and below which 95 of a hundred.</summary>
internal static class Latency
{
    public static ChartPlan Plan(IReadOnlyList<JobStep> steps, Func<JobStep, long[]> counts) =>
        new() { Axis = Axis.Time, Series = [Line(steps, counts, "p95", 3, .95), Line(steps, counts, "p50", 2, .5)], XTicks = 4 };

    public static string Words(JobStep all, Func<JobStep, long[]> counts, double share) =>
        Spread.Quantile(counts(all), share) is { } ms ? Ui.Text.Durations.Short(TimeSpan.FromMilliseconds(ms)) : "—";

    private static Series Line(IReadOnlyList<JobStep> steps, Func<JobStep, long[]> counts, string name, int colour, double share) =>
        new(name, [.. steps.Select(s => new Point(new DateTimeOffset(s.At).ToUnixTimeMilliseconds(), Spread.Quantile(counts(s), share) ?? double.NaN))]) { Colour = colour };
}
