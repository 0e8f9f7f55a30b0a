namespace Crucible.Charts;

/// <summary>A bar of a <see cref="BarList"/> or a <see cref="BarChart"/>.</summary>
/// <param name="Name">What it counts.</param>
/// <param name="Value">How much; bars begin at 0.</param>
/// <param name="Text">The value formatted, if not as a short number.</param>
/// <param name="Colour">1 to 6; 0 is the first.</param>
public sealed record Bar(string Name, double Value, string? Text = null, int Colour = 0);
