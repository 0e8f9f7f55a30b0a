using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Crucible.Charts;
using Crucible.Live;
using Crucible.Ui.Guide;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crucible.Tests.Charts;

/// <summary>Every chart as it is written: what it must have, and what no value and no name may do to it.</summary>
public sealed class DrawnChartTests
{
    private const string Evil = "\"><script>alert(1)</script><img src=x onerror=alert(1)>&'";

    private static readonly double[] Odd = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, 1e308, -1e308, 5e-324, 0, -0d, 3];

    private static readonly DateTimeOffset Noon = new(2026, 3, 14, 12, 0, 0, TimeSpan.Zero);

    private static async Task<IHtmlDocument> Draw(Type chart, params (string, object?)[] parameters)
    {
        await using var services = new ServiceCollection().BuildServiceProvider();
        var renderer = new FragmentRenderer(services.GetRequiredService<IServiceScopeFactory>(), NullLoggerFactory.Instance);
        return new HtmlParser().ParseDocument(await renderer.Render(chart, parameters.ToDictionary(p => p.Item1, p => p.Item2)));
    }

    // Each chart with names and values that its plan is made of.
    private static IEnumerable<(Type Chart, (string, object?)[] Parameters)> All(string name, params double[] v) =>
    [
        (typeof(HeatMap), [("Plan", new HeatPlan { Rows = [name, "b"], Columns = [.. v.Select((_, i) => name + i)], Values = [v, [.. v.Reverse()]] }), ("Head", name)]),
        (typeof(HeatMap), [("Plan", new HeatPlan { Rows = [name], Columns = [.. v.Select((_, i) => name + i)], Values = [v], Middle = 0 })]),
        (typeof(Histogram), [("Plan", new HistogramPlan { Values = v })]),
        (typeof(Histogram), [("Plan", new HistogramPlan { Bins = [.. v.Select(x => new Bin(x, x + 1, x))], Log = true })]),
        (typeof(BoxPlot), [("Plan", new BoxPlan { Groups = [new(name, v), new("one", [.. v.Take(1)])], Violin = true })]),
        (typeof(BoxPlot), [("Plan", new BoxPlan { Groups = [new(name, v)], Log = true })]),
        (typeof(ScatterPlot), [("Plan", new ScatterPlan { Dots = [.. v.Select((x, i) => new Dot(x, v[^(i + 1)], name, name + i % 7))], Trend = true })]),
        (typeof(ScatterPlot), [("Plan", new ScatterPlan { Dots = [.. v.Select(x => new Dot(x, x))], Trend = true, Log = true, LogX = true, From = 0, To = 30 })]),
        (typeof(ForestPlot), [("Plan", new ForestPlan { Rows = [.. v.Select((x, i) => new ForestRow(name, x, v[^(i + 1)], x) { Weight = x, Summary = i % 3 == 0 })], Reference = v.FirstOrDefault() }), ("Interval", name)]),
        (typeof(ForestPlot), [("Plan", new ForestPlan { Rows = [.. v.Select(x => new ForestRow(name, x, x, x))], Log = true, Reference = 0 })]),
        (typeof(TimelineChart), [("Plan", new TimelinePlan { Now = Noon, Lanes = [name], Spans = [.. v.Select((x, i) => new Span(name, name, Noon.AddSeconds(double.IsFinite(x) && Math.Abs(x) < 1e6 ? x : i), i % 2 == 0 ? null : Noon.AddSeconds(-9), "failed") { Url = "/x?" + name })] })]),
        (typeof(BarChart), [("Plan", new BarPlan { Categories = [.. v.Select(_ => name)], Series = [new(name, v) { Errors = [.. v.Reverse()] }, new("b", [1])] })]),
        (typeof(BarChart), [("Plan", new BarPlan { Categories = [.. v.Select(_ => name)], Series = [new(name, v), new("b", v)], Stacked = true, Log = true })]),
        (typeof(BarChart), [("Plan", new BarPlan { Categories = [.. v.Select(_ => name)], Series = [new(name, v)], Log = true })]),
        (typeof(BarChart), [("Items", v.Select(x => new Bar(name, x, name)).ToArray())]),
        (typeof(AreaChart), [("Plan", new AreaPlan { Axis = Axis.Step, Places = [.. v.Select((_, i) => (double)i)], Series = [new(name, v), new("b", v)], Stacked = true })]),
        (typeof(AreaChart), [("Plan", new AreaPlan { Places = [.. v.Where(double.IsFinite).Order()], Series = [new(name, v)] })]),
        (typeof(RadarChart), [("Plan", new RadarPlan { Spokes = [.. v.Select(x => new Spoke(name, 0, x))], Series = [new(name, v)] })]),
        (typeof(ParallelCoordinates), [("Plan", new ParallelPlan { Axes = [new(name), new("b") { Log = true }, new("c") { Names = [name, name] }], ShadedBy = 1, Strands = [.. v.Select(x => new Strand(name, [x, x, x]))] })]),
        (typeof(Gauge), [("Value", v.FirstOrDefault(double.NaN)), ("Unit", name), ("Thresholds", v.Where(double.IsFinite).Order().Select(x => new Threshold(x, name, "failed")).ToArray())]),
        (typeof(LineChart), [("Plan", new ChartPlan { Series = [new(name, [.. v.Select((y, i) => new Point(i, y))])], Log = true, LogX = true })]),
    ];

    public static TheoryData<string> Charts => [.. All("a", 1).Select(c => c.Chart.Name).Distinct()];

    [Theory, MemberData(nameof(Charts))]
    public async Task A_chart_has_words_keys_data_and_a_menu(string name)
    {
        foreach (var (chart, parameters) in All("a", 4, 2, 7, 5).Where(c => c.Chart.Name == name))
        {
            var page = await Draw(chart, [.. parameters, ("Title", "Shape of things"), ("XTitle", "Across (s)"), ("YTitle", "Up (GB)"), ("LogName", "log")]);
            Assert.Equal("Shape of things", page.QuerySelector("figcaption h2")!.TextContent);
            Assert.Contains("Across (s)", page.QuerySelectorAll("text.axis-title").Select(t => t.TextContent));
            Assert.Contains("Up (GB)", page.QuerySelectorAll("text.axis-title").Select(t => t.TextContent));
            var plot = page.QuerySelector(".plot")!;
            Assert.Equal(("0", "group"), (plot.GetAttribute("tabindex"), plot.GetAttribute("role")));
            Assert.StartsWith("Shape of things", plot.QuerySelector("svg")!.GetAttribute("aria-label"));
            Assert.True(plot.QuerySelector("svg")!.GetAttribute("aria-label")!.Length > 25);
            Assert.Equal("log", page.QuerySelector("[data-chart-menu]")!.GetAttribute("data-log-name"));
            if (chart == typeof(LineChart)) continue; // its points are in its attributes, and grow
            var rows = page.QuerySelectorAll(".chart-data tbody tr");
            Assert.NotEmpty(rows);
            Assert.All(rows, r => Assert.Equal(page.QuerySelectorAll(".chart-data thead th").Length, r.Children.Length));
            // The read-out goes through the table by what the plot says of its rows.
            var places = plot.GetAttribute("data-grid") is { } grid ? grid.Split(' ').Select(int.Parse).First()
                : (plot.GetAttribute("data-spots") ?? plot.GetAttribute("data-lines"))!.Split(';').Length;
            Assert.Equal(rows.Length, places);
        }
    }

    [Theory, MemberData(nameof(Charts))]
    public async Task Nothing_is_said_in_words_and_can_be_neither_read_nor_saved(string name)
    {
        foreach (var (chart, parameters) in All("a").Where(c => c.Chart.Name == name && c.Chart != typeof(ParallelCoordinates)))
        {
            var page = await Draw(chart, [.. parameters, ("Title", "t"), ("Nothing", "None so far")]);
            Assert.Contains("None so far", page.QuerySelector(".plot svg")!.TextContent);
            Assert.Null(page.QuerySelector(".plot[tabindex], .chart-data"));
        }
    }

    [Theory, MemberData(nameof(Charts))]
    public async Task Odd_values_never_reach_the_drawing(string name)
    {
        foreach (var values in (double[][])[Odd, [.. Odd.Reverse()], [double.NaN], [5], [-2, -2], [double.PositiveInfinity], [1e308, -1e308], [0, 5e-324]])
            foreach (var (chart, parameters) in All("a", values).Where(c => c.Chart.Name == name))
            {
                var page = await Draw(chart, [.. parameters, ("Title", "t")]);
                foreach (var element in page.QuerySelectorAll("svg *"))
                    foreach (var attribute in element.Attributes.Where(a => a.Name is "d" or "x" or "y" or "width" or "height" or "cx" or "cy" or "x1" or "x2" or "y1" or "y2" or "transform"))
                    {
                        Assert.DoesNotMatch("NaN|∞|Infinity|[0-9]E", attribute.Value);
                        if (attribute.Name is "width" or "height") Assert.DoesNotContain('-', attribute.Value);
                    }
            }
    }

    [Theory, MemberData(nameof(Charts))]
    public async Task Names_from_outside_are_text_and_nothing_else(string name)
    {
        foreach (var (chart, parameters) in All(Evil, 1, 2, 3, 4, 5, 6, 7, 8).Where(c => c.Chart.Name == name))
        {
            var page = await Draw(chart, [.. parameters, ("Title", Evil), ("Hint", Evil), ("XTitle", Evil), ("YTitle", Evil), ("Nothing", Evil)]);
            Assert.Empty(page.QuerySelectorAll("script, img, [onerror], [style]"));
            Assert.Equal(Evil, page.QuerySelector("figcaption h2")!.TextContent);
        }
    }

    [Fact]
    public async Task The_style_guide_draws_by_its_address()
    {
        var page = await Draw(typeof(StyleGuide), ("Query", new Dictionary<string, string> { ["scatter-from"] = "20", ["scatter-to"] = "40", ["log"] = "0" }));
        Assert.True(page.QuerySelector("#guide-scatter .plot")!.HasAttribute("data-zoomed"));
        Assert.Equal("20", page.QuerySelector("#guide-scatter .plot")!.GetAttribute("data-x0"));
        Assert.False(page.QuerySelector("#guide-bar-log .plot")!.HasAttribute("data-log"));
        Assert.True((await Draw(typeof(StyleGuide))).QuerySelector("#guide-bar-log .plot")!.HasAttribute("data-log"));
    }

    [Fact]
    public async Task A_hundred_by_a_hundred_is_a_handful_of_paths()
    {
        double[][] values = [.. Enumerable.Range(0, 100).Select(r => Enumerable.Range(0, 100).Select(c => (double)(r * c)).ToArray())];
        string[] names = [.. Enumerable.Range(0, 100).Select(i => $"{i}")];
        var page = await Draw(typeof(HeatMap), ("Title", "t"), ("Plan", new HeatPlan { Rows = names, Columns = names, Values = values }));
        Assert.InRange(page.QuerySelectorAll("path.cell").Length, 2, 11);
        Assert.Equal(10_000, page.QuerySelectorAll("path.cell").Sum(p => p.GetAttribute("d")!.Count(c => c == 'M')));
        Assert.Equal("9801", page.QuerySelector(".chart-data tbody tr:last-child td:last-child")!.GetAttribute("data-v"));
    }

    [Fact]
    public void Stacks_end_at_their_sums_on_either_side_of_nought()
    {
        var drawing = new BarPlan { Categories = ["a"], Series = [new("x", [3]), new("y", [5]), new("z", [-2])], Stacked = true }.Draw();
        Assert.Equal(1000 - drawing.Y.At(8), drawing.Bars[1].Place.Y, 6);
        Assert.Equal(drawing.Bars[0].Place.Y, drawing.Bars[1].Place.Y + drawing.Bars[1].Place.Height, 6);
        Assert.Equal(drawing.Base, drawing.Bars[2].Place.Y, 6);
        Assert.Equal(1000 - drawing.Y.At(-2), drawing.Bars[2].Place.Y + drawing.Bars[2].Place.Height, 6);
    }

    [Fact]
    public void Error_bars_belong_to_the_scale()
    {
        var drawing = new BarPlan { Categories = ["a"], Series = [new("x", [10]) { Errors = [15] }] }.Draw();
        Assert.True(drawing.Y is { High: >= 25, Low: <= -5 });
        Assert.Equal((1000 - drawing.Y.At(25), 1000 - drawing.Y.At(-5)), drawing.Bars[0].Error);
    }

    [Fact]
    public void Bars_by_logarithms_begin_below_the_smallest()
    {
        var drawing = new BarPlan { Categories = ["a", "b", "c"], Series = [new("x", [1, 1000, 0])], Log = true }.Draw();
        Assert.True(drawing.Y.Log);
        Assert.Equal(2, drawing.Bars.Count);
        Assert.All(drawing.Bars, b => Assert.True(b.Place.Height > 0));
    }

    [Fact]
    public void What_overlaps_in_a_lane_lies_below_and_what_goes_on_ends_now()
    {
        var drawing = new TimelinePlan
        {
            Now = Noon,
            Spans = [new("a", "first", Noon.AddMinutes(-10), Noon.AddMinutes(-4)), new("a", "second", Noon.AddMinutes(-6), null, "running"), new("b", "third", Noon.AddMinutes(-2), Noon.AddMinutes(-1))],
        }.Draw();
        Assert.Equal(3, drawing.Rows);
        Assert.Equal(["a", "b"], drawing.Lanes.Select(l => l.Name));
        Assert.True(drawing.Bars[0].Place.Y < drawing.Bars[1].Place.Y);
        Assert.Equal(1000, drawing.Bars[1].Place.X + drawing.Bars[1].Place.Width, 6);
        Assert.Equal(1000, drawing.Now);
    }

    [Fact]
    public void Unequal_bins_are_drawn_by_their_area()
    {
        var drawing = new HistogramPlan { Bins = [new(0, 1, 10), new(1, 11, 10)] }.Draw();
        Assert.True(drawing.IsDensity);
        Assert.Equal(10, drawing.Bar(drawing.Bins[0]).Height / drawing.Bar(drawing.Bins[1]).Height, 6);
    }

    [Fact]
    public void A_square_has_the_area_of_its_weight_and_an_open_interval_ends_at_the_edge()
    {
        var drawing = new ForestPlan { Rows = [new("a", 1, 0, 2) { Weight = 40 }, new("b", 1, double.NegativeInfinity, 2) { Weight = 20 }] }.Draw();
        Assert.Equal(2, Math.Pow(drawing.Side(drawing.Plan.Rows[0]) / drawing.Side(drawing.Plan.Rows[1]), 2), 6);
        Assert.True(drawing.Interval(drawing.Plan.Rows[1]) is { From: 0, OpenLeft: true, OpenRight: false });
    }

    [Fact]
    public void Less_may_be_better_on_a_spoke()
    {
        var drawing = new RadarPlan { Spokes = [new("latency", 400, 50), new("b")], Series = [new("x", [50, .5])] }.Draw();
        Assert.Equal(RadarDrawing.Rim, drawing.Radius(0, 0));
        Assert.Equal(RadarDrawing.Rim / 2, drawing.Radius(0, 1));
    }

    [Fact]
    public void A_missing_value_breaks_a_strand()
    {
        var drawing = new ParallelPlan { Axes = [new("a"), new("b"), new("c"), new("d")], Strands = [new("x", [1, double.NaN, 3, 4]), new("y", [2, 2, 5, 5])] }.Draw();
        Assert.Equal("M0 1000h0M666.7 1000L1000 1000", drawing.Path(drawing.Plan.Strands[0]));
    }

    [Fact]
    public void Points_without_a_logarithm_have_no_place_on_its_axis()
    {
        var drawing = new ChartPlan { Series = [new("a", [new(0, 1), new(1, 2), new(10, 3), new(100, 4)])], LogX = true }.Draw();
        Assert.Equal((1, 100, true), (drawing.X.Low, drawing.X.High, drawing.X.Log));
        Assert.Equal([1d, 10, 100], drawing.Lines[0].Points.Select(p => p.Point.X));
        Assert.False(new ChartPlan { Series = [new("a", [new(1, 1)])], LogX = true, Axis = Axis.Time }.Draw().X.Log);
    }

    [Fact]
    public void Labels_leave_room_to_each_other_and_keep_the_nought()
    {
        var ticks = Enumerable.Range(0, 8).Select(i => new Tick(i * 1000 / 7d, i == 2 ? "0" : "−.025")).ToList();
        Assert.Equal([0d, 2, 4, 6], SvgText.Apart(ticks).Select(t => Math.Round(t.At * 7 / 1000)));
        Assert.Equal(5, SvgText.Places(["a", "b", "c", "d", "e"]).Count);
        Assert.InRange(SvgText.Places([.. Enumerable.Range(0, 100).Select(i => $"layer {i}")]).Count, 4, 8);
    }
}
