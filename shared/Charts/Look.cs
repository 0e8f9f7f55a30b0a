namespace Crucible.Charts;

/// <summary>
/// How one line of many is told apart: a hue, a dash and a tone. The first six are the colours that a chart of few lines uses; after them
/// come the same hues with other dashes, then lighter and darker ones: 108 before one comes again.
/// </summary>
/// <param name="Hue">1 to 6.</param>
/// <param name="Dash">1 to 6.</param>
/// <param name="Tone">0 as the hue is, 1 nearer to the text, 2 nearer to the ground.</param>
public readonly record struct Look(int Hue, int Dash, int Tone)
{
    /// <summary>How many there are.</summary>
    public const int Count = 108;

    /// <summary>The look of a number, 1 to <see cref="Count"/>; higher ones begin again.</summary>
    public static Look Of(int number)
    {
        var at = (Math.Max(1, number) - 1) % Count;
        var (hue, round) = (at % 6, at / 6);
        return new(hue + 1, (hue + round) % 6 + 1, round / 6);
    }

    /// <summary>Its number.</summary>
    public int Number => (Hue - 1) + ((Dash - Hue + 6) % 6 + Tone * 6) * 6 + 1;
}
