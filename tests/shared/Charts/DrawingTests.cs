using Crucible.Charts;

namespace Crucible.Tests.Charts;

public sealed class DrawingTests
{
    private static ChartDrawing Draw(params Point[] points) => new ChartPlan { Series = [new("a", points)] }.Draw();

    [Fact]
    public void NaN_breaks_the_line_and_lone_points_become_dots()
    {
        var drawing = Draw(new(0, 0), new(1, 1), new(2, double.NaN), new(3, 1), new(4, double.NaN), new(5, 0), new(10, 1));
        Assert.Equal("M0 1000L100 0M300 0M500 1000L1000 0", drawing.Line(drawing.Lines[0]));
        Assert.Equal("M300 0h0", drawing.Lone(drawing.Lines[0]));
    }

    [Fact]
    public void A_single_point_is_a_dot_in_the_middle()
    {
        var drawing = Draw(new Point(100, .4));
        Assert.Equal("M500 500h0", drawing.Lone(drawing.Lines[0]));
        Assert.False(drawing.IsEmpty);
        Assert.True(Draw().IsEmpty);
    }

    [Fact]
    public void Infinities_reach_the_edge_and_leave_the_scale_alone()
    {
        var drawing = Draw(new(0, 0), new(1, double.PositiveInfinity), new(2, 1));
        Assert.Equal((0, 1), (drawing.Y.Low, drawing.Y.High));
        Assert.Equal("M0 1000L500 0L1000 0", drawing.Line(drawing.Lines[0]));
    }

    [Fact]
    public void A_run_that_goes_on_has_room_to_the_right_and_a_finished_one_has_none()
    {
        Point[] points = [.. Enumerable.Range(0, 101).Select(i => new Point(i, i))];
        Assert.Equal(100, new ChartPlan { Series = [new("a", points)] }.Draw().X.High);
        Assert.InRange(new ChartPlan { Series = [new("a", points) { Live = true }] }.Draw().X.High, 105, 130);
        Assert.Equal(300, new ChartPlan { Series = [new("a", points) { Live = true }], End = 300 }.Draw().X.High);
    }

    [Fact]
    public void A_zoom_keeps_a_neighbour_on_either_side_and_fits_what_is_within()
    {
        var drawing = new ChartPlan { Series = [new("a", [.. Enumerable.Range(0, 101).Select(i => new Point(i, i))])], From = 40, To = 50 }.Draw();
        Assert.Equal((39, 51), (drawing.Lines[0].Points[0].Point.X, drawing.Lines[0].Points[^1].Point.X));
        Assert.Equal((40, 50), (drawing.Y.Low, drawing.Y.High));
        Assert.Equal(100, drawing.Lines[0].Last);
    }

    [Fact]
    public void Smoothing_begins_at_the_first_value_and_ignores_what_is_no_number()
    {
        var average = new Smoothing(.9);
        Assert.Equal(5, average.Next(5), 12);
        Assert.True(double.IsNaN(average.Next(double.NaN)));
        Assert.Equal(5, average.Next(5), 12);
        Assert.InRange(average.Next(10), 5.1, 7);
    }

    [Fact]
    public void What_was_left_out_by_the_zoom_still_counts_in_the_smoothing()
    {
        Point[] points = [.. Enumerable.Range(0, 50).Select(i => new Point(i, i))];
        var whole = new ChartPlan { Series = [new("a", points)], Smooth = .9 }.Draw().Lines[0];
        var part = new ChartPlan { Series = [new("a", points)], Smooth = .9, From = 30, To = 60 }.Draw().Lines[0];
        Assert.Equal(whole.Last, part.Last);
    }
}
