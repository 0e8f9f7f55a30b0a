namespace Crucible.Experiments.Domain.Console;

/// <summary>A line of a run's console as it is kept.</summary>
/// <param name="Number">From 1, in the order of arrival; never used twice.</param>
/// <param name="At">When the program wrote it, or when it arrived.</param>
/// <param name="Level">0 trace to 5 fatal; null where nobody said.</param>
/// <param name="IsError">It came from stderr.</param>
/// <param name="Source">Which of several writers; empty for the only one.</param>
/// <param name="Text">May hold ANSI sequences.</param>
public sealed record ConsoleLine(long Number, DateTime At, short? Level, bool IsError, string Source, string Text)
{
    /// <summary>Lines that one call may bring.</summary>
    public const int MostAtOnce = 1000;

    /// <summary>UTF-8 bytes of a line; the rest is cut.</summary>
    public const int MostBytes = 16 * 1024;

    /// <summary>Characters of a writer's name.</summary>
    public const int MostSource = 100;
}

/// <summary>A line that a program sends.</summary>
/// <param name="Text">What it wrote, within the limits.</param>
/// <param name="Level">0 trace to 5 fatal; null when it does not say.</param>
/// <param name="At">When; null for now.</param>
/// <param name="IsError">To stderr.</param>
/// <param name="Seq">Its own number, by which a repeated line is known.</param>
public sealed record SentLine(string Text, short? Level, DateTimeOffset? At, bool IsError, long? Seq);

/// <summary>Which lines are asked for.</summary>
/// <param name="Least">At least this level, 0 to 5; lines without one count as info. Null for all.</param>
/// <param name="Text">Lines that hold this, in either case; empty for all.</param>
/// <param name="Since">Lines written from then on.</param>
public sealed record ConsoleFilter(short? Least, string Text, DateTimeOffset? Since)
{
    /// <summary>All lines.</summary>
    public static ConsoleFilter All { get; } = new(null, "", null);

    /// <summary>It leaves some out.</summary>
    public bool Sifts => Least is not null || Text.Length > 0 || Since is not null;
}
