using Crucible.Experiments.Domain.Alerts;
using FsCheck;
using FsCheck.Fluent;

namespace Crucible.Experiments.Tests.Domain.Alerts;

/// <summary>What alert rules make of the points of a curve.</summary>
public sealed class AlertProgressTests
{
    private static IEnumerable<AlertPoint> Curve(params double[] values) => values.Select((v, i) => new AlertPoint(i, i * 1000, v));

    private static long? Crossed(AlertCondition rule, params double[] values) => new AlertProgress().Read(rule, Curve(values)).Crossed?.Step;

    [Fact]
    public void A_threshold_is_crossed_at_the_nth_point_in_a_row()
    {
        var above = new AlertCondition(AlertKind.Above, "m") { Bound = 1, Points = 3 };
        Assert.Null(Crossed(above, 2, 2, 1, 2, 2));
        Assert.Equal(5, Crossed(above, 2, 2, 1, 2, 2, 2, 2));
        Assert.Null(Crossed(above, 2, 2, double.NaN, 2, 2));
        Assert.Equal(0, Crossed(above with { Points = 1 }, double.MaxValue));
        Assert.Equal(1, Crossed(new(AlertKind.Below, "m") { Bound = 0 }, 0, -1e-300));
    }

    [Fact]
    public void Nan_and_what_was_infinite_are_no_numbers_and_nothing_else_is()
    {
        var rule = new AlertCondition(AlertKind.Nan);
        Assert.Null(Crossed(rule, 0, -0.0, 1e308, -1e308, double.Epsilon));
        Assert.Equal(1, Crossed(rule, 1, double.NaN, double.NaN));
        Assert.Equal(0, Crossed(rule, double.MaxValue));
        Assert.Equal(0, Crossed(rule, double.MinValue));
        Assert.Equal(2, new AlertProgress().Read(rule, Curve(double.NaN, 1, double.NaN, double.NaN)).After.Crossings);
    }

    [Fact]
    public void A_metric_stops_improving_when_no_gain_came_for_so_many_steps()
    {
        var rule = new AlertCondition(AlertKind.Plateau, "m") { Steps = 3, Bound = 0.1 };
        Assert.Null(Crossed(rule, 1, 0.9, 0.8, 0.7, 0.6, 0.5));
        Assert.Equal(3, Crossed(rule, 1, 0.95, 0.95, 0.95, 0.95));
        Assert.Equal(5, Crossed(rule, 1, 1, 0.5, 0.45, double.NaN, 0.45));
        Assert.Equal(3, Crossed(rule with { Larger = true }, 1, 0.9, 0.8, 0.7));
        // Nothing but NaN is no gain either, counted from the first point.
        Assert.Equal(3, Crossed(rule, double.NaN, double.NaN, double.NaN, double.NaN));
        // A gain of nothing is none, whatever the least gain is.
        Assert.Equal(3, Crossed(rule with { Bound = 0 }, 1, 1, 1, 1));
    }

    [Fact]
    public void Or_for_so_long_by_the_clock_of_its_client()
    {
        var rule = new AlertCondition(AlertKind.Plateau, "m") { Patience = TimeSpan.FromMinutes(1) };
        AlertPoint[] points = [new(1, 0, 1), new(2, 59_999, 1), new(3, 60_000, 1)];
        Assert.Null(new AlertProgress().Read(rule, points[..2]).Crossed);
        Assert.Equal(3, new AlertProgress().Read(rule, points).Crossed?.Step);
        // From one end of the steps to the other is far, not an overflow.
        Assert.Equal(long.MaxValue, new AlertProgress().Read(rule with { Patience = null, Steps = 10 }, [new(long.MinValue, 0, 1), new(long.MinValue + 9, 0, 1), new(long.MaxValue, 0, 1)]).Crossed?.Step);
    }

    [Fact]
    public void Reading_in_pieces_is_reading_at_once() => Check.QuickThrowOnFailure(Prop.ForAll(
        Gen.Choose(-3, 3).Select(v => v == 3 ? double.NaN : v).ArrayOf().ToArbitrary(), Gen.Choose(0, 20).ToArbitrary(), Gen.Choose(0, 3).ToArbitrary(), (values, cut, kind) =>
    {
        AlertCondition rule = kind switch
        {
            0 => new(AlertKind.Above, "m") { Points = 2 },
            1 => new(AlertKind.Below, "m"),
            2 => new(AlertKind.Plateau, "m") { Steps = 2, Bound = 1 },
            _ => new(AlertKind.Nan),
        };
        var points = Curve(values).ToList();
        var whole = new AlertProgress().Read(rule, points);
        var (first, crossed) = new AlertProgress().Read(rule, points.Take(cut));
        var rest = first.Read(rule, points.Skip(cut));
        Assert.Equal(whole.After, rest.After);
        Assert.Equal(whole.Crossed, crossed ?? rest.Crossed);
        Assert.Equal(whole.After.Crossings > 0, whole.Crossed is not null);
    }));

    [Theory]
    [InlineData("kind", "kind", "gone")]
    [InlineData("metric", "metric", "")]
    [InlineData("bound", "bound", "high")]
    [InlineData("bound", "bound", "Infinity")]
    [InlineData("points", "points", "0")]
    [InlineData("points", "points", "1.5")]
    [InlineData("filter", "filter", "params.lr >")]
    [InlineData("people", "people", "7")]
    [InlineData("rest", "rest", "3")]
    public void What_cannot_be_read_is_refused_at_its_field(string wrong, string field, string value)
    {
        var form = new Dictionary<string, string> { ["kind"] = "above", ["metric"] = "loss", ["bound"] = "1", ["points"] = "2", ["people"] = "team", ["rest"] = "60" };
        Assert.Null(AlertInput.Read(form.GetValueOrDefault).Check(out var right));
        Assert.Equal("loss is above 1, 2 points in a row", right!.Words());
        form[field] = value;
        Assert.Equal(wrong, AlertInput.Read(form.GetValueOrDefault).Check(out _)?.Field);
    }

    [Fact]
    public void A_rule_reads_back_from_its_form()
    {
        foreach (var rule in (AlertCondition[])[new(AlertKind.Lost), new(AlertKind.Nan), new(AlertKind.Above, "a/b") { Bound = 1e-3, Points = 4 },
            new(AlertKind.Plateau, "x") { Steps = 500, Bound = 0.01, Larger = true }, new(AlertKind.Plateau, "x") { Patience = TimeSpan.FromMinutes(90) }, new(AlertKind.Plateau, "x") { Patience = TimeSpan.FromHours(3) }])
        {
            Assert.Null(AlertInput.Of(rule).Check(out var again));
            Assert.Equal(rule, again);
        }
    }
}
