using Crucible.Charts;

namespace Crucible.Ui.Guide;

/// <summary>Figures for the charts of the style guide: invented, and the same every time, so that its pictures can be compared.</summary>
internal static class GuideFigures
{
    internal static readonly DateTimeOffset Noon = new(2026, 3, 14, 12, 0, 0, TimeSpan.Zero);

    internal static readonly IReadOnlyList<Series> Six =
        [.. Enumerable.Range(0, 6).Select(s => new Series($"{(char)('a' + s)}", [.. GuideData.Wave(s, 120).Select(p => new Point(p.X * 84, s * .9 + p.Y / 3))]))];

    internal static readonly ChartPlan Smoothed = new()
    {
        Smooth = .86, YTicks = 4,
        Series =
        [
            new("this run", [.. Draw(51, 184).Select((noise, i) => new Point(i * 100, .45 - .2 * Math.Exp(-i / 60d) + .005 * noise))])
            {
                Live = true,
                Band = [.. Enumerable.Range(0, 184).Select(i => (X: i * 100, Y: .45 - .2 * Math.Exp(-i / 60d))).Select(p => new Crucible.Charts.Range(p.X, p.Y - .02, p.Y + .015))],
            },
        ],
    };

    internal static readonly IReadOnlyList<Series> Decay =
        [new("a", [.. Draw(52, 400).Select((noise, i) => new Point(i + 1, i is > 40 and < 60 ? double.NaN : 3 * Math.Pow(i + 1, -.8) * Math.Exp(.08 * noise)))])];

    internal static readonly BarPlan Grouped = new()
    {
        Categories = ["q1", "q2", "q3", "q4", "q5"],
        Series = [new("before", [70, 84, 62, 91, 48]) { Errors = [6, 4, 7, 5, 8] }, new("after", [55, 61, 58, 70, 66]) { Errors = [4, 5, 3, 6, 4] }],
    };

    internal static readonly BarPlan Stacked = new()
    {
        Stacked = true,
        Categories = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
        Series = [new("done", [120, 132, 101, 134, 90, 30, 20]), new("failed", [12, 8, 20, 4, 9, 2, 1]), new("undone", [-20, -14, -31, -8, -12, -4, 0])],
    };

    internal static BarPlan Sizes(bool log) => new() { Log = log, Categories = ["runs", "steps", "points", "events", "files"], Series = [new("Rows", [248, 18_420, 3_200_000, 91_000, 61])] };

    internal static readonly double[] Normal = [.. Draw(7, 900)];

    internal static readonly double[] Skewed = [.. Draw(11, 400).Select(v => Math.Exp(v * .9) * 40)];

    internal static readonly IReadOnlyList<Bin> Latencies = [new(0, 5, 120), new(5, 10, 480), new(10, 25, 900), new(25, 50, 610), new(50, 100, 220), new(100, 250, 90)];

    internal static IReadOnlyList<BoxGroup> Groups { get; } =
    [
        new("16", [.. Draw(1, 80).Select(v => .22 + v * .05)]), new("32", [.. Draw(2, 80).Select(v => .26 + v * .06)]),
        new("64", [.. Draw(3, 60).Select((v, i) => (i % 2 == 0 ? .17 : .36) + v * .03)]), new("128", [.. Draw(4, 90).Select(v => .3 + v * .03), .48, .5, .12]),
    ];

    internal static readonly IReadOnlyList<Dot> Dots =
        [.. Draw(21, 66).Zip(Draw(22, 66)).Select((p, i) => new Dot(25 + i % 3 * 22 + p.First * 9, .7 - i % 3 * .12 + p.Second * .09, $"run {i + 1}", ((string[])["small", "medium", "large"])[i % 3]))];

    internal static readonly IReadOnlyList<Dot> Costs = [.. Draw(31, 60).Zip(Draw(32, 60)).Select((p, i) => new Dot(Math.Pow(10, 1 + p.First * .8), Math.Pow(10, 2 + p.First * .6 + p.Second * .3), $"job {i + 1}"))];

    internal static readonly ForestPlan Differences = new()
    {
        Reference = 0,
        Rows =
        [
            new("news", .042, .012, .071) { Weight = 28 }, new("legal", .018, -.022, .058) { Weight = 15 }, new("medical", -.011, -.047, .025) { Weight = 19 },
            new("code", .066, .031, .101) { Weight = 20 }, new("chat", .031, .006, .056) { Weight = 38 }, new("all", .032, .017, .047) { Summary = true },
        ],
    };

    internal static readonly ForestPlan Ratios = new()
    {
        Reference = 1, Log = true,
        Rows = [new("retry", 1.8, 1.2, 2.7), new("longer prompt", .7, .4, 1.3), new("few samples", 3.1, .6, double.PositiveInfinity), new("no estimate", double.NaN, double.NaN, double.NaN)],
    };

    internal static readonly RadarPlan Models = new()
    {
        Spokes = [new("accuracy"), new("recall"), new("latency (ms)", 400, 50), new("cost ($)", 2, 0), new("safety"), new("style", 1, 5)],
        Series = [new("xl-12b", [.91, .84, 310, 1.6, .93, 4.4]), new("m-3b", [.82, .78, 120, .4, .9, 3.9]), new("s-1b", [.7, .74, 70, .1, .82, 3.1])],
    };

    internal static readonly ParallelPlan Sweep = new()
    {
        ShadedBy = 4,
        Axes = [new("lr") { Log = true }, new("batch"), new("teacher") { Names = ["m-3b", "xl-12b"] }, new("dropout"), new("ndcg")],
        Strands = [.. Draw(41, 48).Zip(Draw(42, 48), Draw(43, 48)).Select((p, i) => new Strand($"run {i + 1}", [Math.Pow(10, -3.5 + p.First * .5), 16 << (i % 4), i % 2, i == 9 ? double.NaN : .2 + p.Second * .05, .40 + i % 2 * .03 - Math.Abs(p.First) * .02 + p.Third * .005]))],
    };

    internal static readonly HeatPlan Confusion = new()
    {
        Rows = ["A", "B", "C", "D", "E", "F"], Columns = ["A", "B", "C", "D", "E", "F"], Low = 0, High = 1,
        Values = [[.83, .12, .08, .13, .14, .01], [0, .95, .06, .05, .22, .1], [.18, .1, .91, .03, .14, .19], [.12, .16, .15, .79, .17, .13], [.07, .01, .19, .1, .92, double.NaN], [.16, .2, .09, .18, .1, .97]],
    };

    internal static readonly HeatPlan Correlations = new()
    {
        Rows = ["learning rate", "batch size", "warm-up steps", "dropout", "weight decay"], Columns = ["loss", "ndcg", "recall", "seconds", "memory"], Middle = 0, Low = -1, High = 1,
        Values = [[.62, -.48, -.31, .02, 0], [-.2, .24, .18, -.71, .93], [-.33, .4, .29, .11, .01], [.15, -.09, -.14, .03, .02], [-.05, .12, .07, .01, -.02]],
    };

    internal static readonly HeatPlan Hundred = new()
    {
        Rows = [.. Enumerable.Range(1, 100).Select(i => $"layer {i}")], Columns = [.. Enumerable.Range(1, 100).Select(i => $"{i}")],
        Values = [.. Enumerable.Range(0, 100).Select(r => Enumerable.Range(0, 100).Select(c => Math.Exp(-Math.Pow((r - c) / 14d, 2)) + .25 * Math.Sin(r / 9d) * Math.Cos(c / 7d)).ToArray())],
    };

    internal static readonly TimelinePlan Jobs = new()
    {
        Now = Noon, Ticks = 5, Lanes = ["node-01", "node-02", "node-03", "node-04"],
        Spans =
        [
            new("node-01", "Retention of points", Noon.AddMinutes(-58), Noon.AddMinutes(-31)), new("node-01", "Weekly digest", Noon.AddMinutes(-27), Noon.AddMinutes(-24), "failed"), new("node-01", "Weekly digest, attempt 2", Noon.AddMinutes(-14), null, "running"),
            new("node-02", "Nightly backup", Noon.AddMinutes(-50), Noon.AddMinutes(-12)), new("node-02", "Verified restore", Noon.AddMinutes(-40), Noon.AddMinutes(-6), "cancelled"), new("node-02", "Statistics", Noon.AddMinutes(-5), null, "running"),
            new("node-03", "Sync trials", Noon.AddMinutes(-33), Noon.AddMinutes(-33).AddSeconds(4)), new("node-03", "Sync trials", Noon.AddMinutes(-18), Noon.AddMinutes(-17.5), "lost"), new("node-03", "Sync trials", Noon.AddMinutes(2), Noon.AddMinutes(9), "pending"),
        ],
    };

    internal static readonly AreaPlan Throughput = new()
    {
        Stacked = true, XTicks = 5,
        Places = [.. Enumerable.Range(0, 90).Select(i => (double)Noon.AddMinutes(i - 90).ToUnixTimeMilliseconds())],
        Series =
        [
            new("completed", [.. Draw(53, 90).Select((noise, i) => Math.Round(240 + 90 * Math.Sin(i / 11d) + 8 * noise))], 4),
            new("retried", [.. Enumerable.Range(0, 90).Select(i => Math.Round(30 + 14 * Math.Sin(i / 5d)))], 3),
            new("failed", [.. Enumerable.Range(0, 90).Select(i => i is > 50 and < 60 ? 80d : Math.Round(6 + 4 * Math.Cos(i / 4d)))], 5),
        ],
    };

    internal static readonly AreaPlan Memory = new()
    {
        Axis = Axis.Elapsed,
        Places = [.. Enumerable.Range(0, 60).Select(i => i * 30d)],
        Series = [new("used", [.. Enumerable.Range(0, 60).Select(i => i is > 30 and < 35 ? double.NaN : 6 + i / 14d + .6 * Math.Sin(i / 3d))]), new("cache", [.. Enumerable.Range(0, 60).Select(i => 3 + Math.Cos(i / 8d))])],
    };

    // Box and Muller: two even numbers make a normal one.
    private static IEnumerable<double> Draw(int seed, int count)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++) yield return Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
    }
}
