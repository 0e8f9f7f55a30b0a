using Crucible.Ui.Text;

namespace Crucible.Charts;

/// <summary>
/// The figures behind a drawing: what "Show data" opens, what the read-out says and what the CSV file holds. A row is what a reader
/// can point at.
/// </summary>
/// <param name="Head">What a row's name is: <c>Batch size</c>.</param>
/// <param name="Columns">What a row tells.</param>
/// <param name="Rows">In the order in which the arrow keys go through them.</param>
public sealed record ChartTable(string Head, IReadOnlyList<ChartColumn> Columns, IReadOnlyList<ChartRow> Rows);

/// <summary>A column of a <see cref="ChartTable"/>.</summary>
/// <param name="Name">With its unit: <c>Loss (nats)</c>.</param>
/// <param name="Colour">Of the series that it belongs to, 1 to 6; 0 for none.</param>
public sealed record ChartColumn(string Name, int Colour = 0);

/// <summary>A row of a <see cref="ChartTable"/>.</summary>
/// <param name="Name">What it is about.</param>
/// <param name="Cells">One for each column.</param>
public sealed record ChartRow(string Name, IReadOnlyList<ChartCell> Cells)
{
    /// <summary>Colour of the series that the row belongs to, 1 to 6; 0 for none.</summary>
    public int Colour { get; init; }

    /// <summary>Where its name leads; Enter follows it from the read-out.</summary>
    public string? Url { get; init; }
}

/// <summary>A figure: in words, and exactly.</summary>
/// <param name="Text">As people read it.</param>
/// <param name="Exact">As a machine reads it; the same words when null.</param>
public readonly record struct ChartCell(string Text, string? Exact = null)
{
    /// <summary>A measurement; NaN is a figure that is missing.</summary>
    public static implicit operator ChartCell(double value) => Of(value);

    /// <summary>Words.</summary>
    public static implicit operator ChartCell(string text) => new(text);

    /// <summary>A measurement; NaN is a figure that is missing.</summary>
    public static ChartCell Of(double value)
    {
        if (double.IsNaN(value)) return new("–", "");
        var (text, exact) = (Numbers.Short(value), Numbers.Exact(value));
        return new(text, text == exact ? null : exact);
    }
}

/// <summary>An entry of a legend.</summary>
/// <param name="Name">What is drawn so.</param>
/// <param name="Colour">1 to 6.</param>
/// <param name="Marker">Path of the marker, where points are marked; otherwise the dash is shown.</param>
/// <param name="Status">A status whose colour it has instead; the marker is then the sign beside a bar.</param>
public sealed record LegendItem(string Name, int Colour, string? Marker = null, string? Status = null);

/// <summary>Where a row of the table lies in the drawing, 0 to 1000 from the left and the top; without a size it is a point.</summary>
/// <param name="X">Left edge.</param>
/// <param name="Y">Upper edge.</param>
/// <param name="Width">Width.</param>
/// <param name="Height">Height.</param>
public readonly record struct Spot(double X, double Y, double Width = 0, double Height = 0)
{
    /// <summary>For the scripts: <c>x y w h</c>, or <c>x y</c> of a point.</summary>
    public override string ToString() => Width == 0 && Height == 0
        ? $"{SvgPath.Text(X)} {SvgPath.Text(Y)}"
        : $"{SvgPath.Text(X)} {SvgPath.Text(Y)} {SvgPath.Text(Width)} {SvgPath.Text(Height)}";
}
