using System.Globalization;
using Crucible.Charts;
using Crucible.Host.Jobs;

namespace Crucible.Host.Pages.Admin.Jobs;

/// <summary>How many runs ended how in each step of a time, as bars on each other, the unwelcome on top.</summary>
internal static class Outcomes
{
    private const int Emerald = 4, Amber = 3, Red = 5;

    /// <param name="steps">Steps with a run in them.</param>
    /// <param name="until">The time ends here.</param>
    /// <param name="minutes">How much time.</param>
    /// <param name="step">Minutes to a bar.</param>
    public static BarPlan Plan(IReadOnlyList<JobStep> steps, DateTimeOffset until, int minutes, int step)
    {
        var known = steps.ToDictionary(s => s.At);
        var last = until.UtcTicks - until.UtcTicks % TimeSpan.FromMinutes(step).Ticks;
        var all = Enumerable.Range(0, minutes / step).Select(i => new DateTime(last, DateTimeKind.Utc) - TimeSpan.FromMinutes((minutes / step - 1 - i) * step)).ToList();
        BarSeries Series(string name, int colour, Func<JobStep, long> count) =>
            new(name, [.. all.Select(at => known.GetValueOrDefault(at) is { } found && count(found) is > 0 and var some ? some : double.NaN)]) { Colour = colour };
        return new()
        {
            Stacked = true,
            Categories = [.. all.Select(at => at.ToString("HH:mm", CultureInfo.InvariantCulture))],
            Series = [Series("succeeded", Emerald, s => s.Succeeded), Series("cancelled", Amber, s => s.Cancelled), Series("failed", Red, s => s.Failed)],
        };
    }
}
