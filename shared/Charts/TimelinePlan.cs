using Crucible.Ui.Text;

namespace Crucible.Charts;

/// <summary>Something that took time.</summary>
/// <param name="Lane">In which lane it lies: a node, a job, a person.</param>
/// <param name="Name">What it was.</param>
/// <param name="From">When it began.</param>
/// <param name="To">When it ended; null while it goes on.</param>
/// <param name="Status">A status of the kit: <c>running</c>, <c>failed</c>, …</param>
public sealed record Span(string Lane, string Name, DateTimeOffset From, DateTimeOffset? To, string Status = "completed")
{
    /// <summary>Where a click on it leads.</summary>
    public string? Url { get; init; }
}

/// <summary>What a timeline (a Gantt chart) is asked to show.</summary>
public sealed record TimelinePlan
{
    /// <summary>The bars, in any order.</summary>
    public required IReadOnlyList<Span> Spans { get; init; }

    /// <summary>Lanes from top to bottom, also those that are empty; the others follow as they come.</summary>
    public IReadOnlyList<string> Lanes { get; init; } = [];

    /// <summary>The present: where what goes on ends, and where a line stands if it lies on the plot.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>Left end, if not where the first bar begins.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Right end, if not where the last bar ends.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>About how many labels the axis has.</summary>
    public int Ticks { get; init; } = 4;

    /// <summary>Works out the drawing.</summary>
    public TimelineDrawing Draw() => new(this);
}

/// <summary>A bar as it is drawn.</summary>
/// <param name="Span">What it stands for.</param>
/// <param name="Place">Where it lies.</param>
/// <param name="Until">Where it ends, or would if it ended now.</param>
public sealed record DrawnSpan(Span Span, Spot Place, DateTimeOffset Until)
{
    /// <summary>How long it took, or has taken.</summary>
    public TimeSpan Length => Until > Span.From ? Until - Span.From : TimeSpan.Zero;
}

/// <summary>A timeline, worked out: what overlaps in a lane lies in rows of its own.</summary>
public sealed class TimelineDrawing
{
    internal TimelineDrawing(TimelinePlan plan)
    {
        Plan = plan;
        static double At(DateTimeOffset time) => time.ToUnixTimeMilliseconds();
        DateTimeOffset Until(Span s) => s.To ?? (plan.Now > s.From ? plan.Now : s.From);
        var shown = plan.Spans.Where(s => Until(s) >= (plan.From ?? DateTimeOffset.MinValue) && s.From <= (plan.To ?? DateTimeOffset.MaxValue)).ToList();
        var low = At(plan.From ?? shown.Select(s => s.From).DefaultIfEmpty(plan.Now.AddHours(-1)).Min());
        var high = At(plan.To ?? shown.Select(Until).DefaultIfEmpty(plan.Now).Max());
        X = low < high ? new(low, high) : new(low - 30_000, low + 30_000);
        XTicks = Charts.Ticks.Of(X, Axis.Time, plan.Ticks);

        var names = plan.Lanes.Concat(shown.Select(s => s.Lane)).Distinct().ToList();
        var rows = names.Select(name =>
        {
            var own = shown.Where(s => s.Lane == name).ToList();
            return (Name: name, Spans: own, Rows: Charts.Lanes.Pack([.. own.Select(s => (At(s.From), At(Until(s))))]));
        }).ToList();
        Rows = rows.Sum(l => Math.Max(1, l.Rows.DefaultIfEmpty(0).Max() + 1));
        var height = Scale.Extent / Math.Max(1, Rows);
        var (top, lanes, bars) = (0, new List<(string, double, double)>(), new List<DrawnSpan>());
        foreach (var (name, own, places) in rows)
        {
            var count = Math.Max(1, places.DefaultIfEmpty(0).Max() + 1);
            lanes.Add((name, top * height, count * height));
            foreach (var (span, row) in own.Zip(places).OrderBy(p => p.First.From))
            {
                var (left, right) = (Math.Clamp(X.At(At(span.From)), 0, 1000), Math.Clamp(X.At(At(Until(span))), 0, 1000));
                bars.Add(new(span, new(left, (top + row + .18) * height, right - left, height * .64), Until(span)));
            }
            top += count;
        }
        (Lanes, Bars) = (lanes, bars);
    }

    /// <summary>What was asked for.</summary>
    public TimelinePlan Plan { get; }

    /// <summary>The scale in Unix milliseconds.</summary>
    public Scale X { get; }

    /// <summary>Labels from left to right, in UTC.</summary>
    public IReadOnlyList<Tick> XTicks { get; }

    /// <summary>How many rows all lanes have together.</summary>
    public int Rows { get; }

    /// <summary>The lanes with their upper edges and heights.</summary>
    public IReadOnlyList<(string Name, double Top, double Height)> Lanes { get; }

    /// <summary>The bars, lane by lane and in each by their beginning.</summary>
    public IReadOnlyList<DrawnSpan> Bars { get; }

    /// <summary>Whether there is no bar; lanes may be there.</summary>
    public bool IsEmpty => Bars.Count == 0;

    /// <summary>Where the present is; null outside of the plot.</summary>
    public double? Now => X.At(Plan.Now.ToUnixTimeMilliseconds()) is >= 0 and <= 1000 and var at ? at : null;

    /// <summary>A moment in words, as exact as the scale is.</summary>
    public string Clock(DateTimeOffset at) => at.ToUniversalTime().ToString(X.High - X.Low < 3_600_000 ? "HH:mm:ss" : X.High - X.Low < 86_400_000 ? "HH:mm" : "d MMM HH:mm", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>A length in words: <c>1m 12s</c>, or milliseconds of what is shorter than a second.</summary>
    public static string Words(TimeSpan length) => length < TimeSpan.FromSeconds(1) ? $"{Numbers.Count((long)length.TotalMilliseconds)} ms" : Durations.Whole(length);
}
