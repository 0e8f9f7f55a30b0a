namespace Crucible.Search;

/// <summary>How a value is compared.</summary>
public enum Comparison
{
    /// <summary>No sign.</summary>
    Is,

    /// <summary><c>&lt;</c></summary>
    Less,

    /// <summary><c>&lt;=</c></summary>
    AtMost,

    /// <summary><c>&gt;</c></summary>
    More,

    /// <summary><c>&gt;=</c></summary>
    AtLeast,
}

/// <summary>A term that was understood: <c>-node:a</c>, <c>took:&gt;5s</c>.</summary>
/// <param name="Key">As the vocabulary writes it.</param>
/// <param name="Comparison"><see cref="Comparison.Is"/> for texts and choices.</param>
/// <param name="Values">At least one; any of them fits. Choices as the vocabulary writes them.</param>
/// <param name="Negated">Led by a minus: what does not fit.</param>
public sealed record Qualifier(string Key, Comparison Comparison, IReadOnlyList<string> Values, bool Negated)
{
    /// <summary>The value of a <see cref="QualifierKind.Number"/>.</summary>
    public double Number { get; init; }

    /// <summary>The value of a <see cref="QualifierKind.Duration"/>, from 0 to ten years.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>The value of a <see cref="QualifierKind.Time"/>; a day is its first moment.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>Where it stands in the text.</summary>
    public int Start { get; init; }

    /// <summary>How many characters it takes there.</summary>
    public int Length { get; init; }

    /// <summary>The sign of the comparison; empty for <see cref="Comparison.Is"/>.</summary>
    public string Sign => Comparison switch { Comparison.Less => "<", Comparison.AtMost => "<=", Comparison.More => ">", Comparison.AtLeast => ">=", _ => "" };

    /// <summary>The values as they are typed.</summary>
    public string Written => string.Join(',', Values.Select(Qualifiers.Quote));

    /// <summary>The term as it is typed.</summary>
    public override string ToString() => $"{(Negated ? "-" : "")}{Key}:{Sign}{Written}";
}

/// <summary>A word without a key.</summary>
/// <param name="Text">What is looked for, without quotes.</param>
/// <param name="Negated">Led by a minus.</param>
public sealed record FreeWord(string Text, bool Negated)
{
    /// <summary>The word as it is typed.</summary>
    public override string ToString() => (Negated ? "-" : "") + Qualifiers.QuoteWord(Text);
}

/// <summary>What was not understood.</summary>
/// <param name="Message">What is wrong and what would be right, in plain words.</param>
/// <param name="Start">Where the wrong word begins.</param>
/// <param name="Length">How long it is; 0 at the end of the text.</param>
public sealed record QualifierError(string Message, int Start, int Length);
