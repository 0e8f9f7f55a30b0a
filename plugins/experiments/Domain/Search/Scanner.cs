namespace Crucible.Experiments.Domain.Search;

/// <summary>
/// A place in a text and the reading of words and quoted parts from it. Every step moves forward, so a text is read in
/// one pass.
/// </summary>
internal ref struct Scanner(string text)
{
    private readonly string _text = text;

    public int At { get; private set; }

    public readonly bool Ended => At >= _text.Length;

    public readonly char Next => Ended ? '\0' : _text[At];

    public void Skip(int count = 1) => At += count;

    public void SkipSpace()
    {
        while (!Ended && char.IsWhiteSpace(_text[At]))
            At++;
    }

    /// <summary>Whether a bare word ends at this character.</summary>
    private static bool Stops(char c) =>
        char.IsWhiteSpace(c) || c is '=' or '!' or '<' or '>' or '(' or ')' or ',' or ';' or '\'' or '"' or '`';

    /// <summary>A run of characters that need no quotes; empty when the next one does.</summary>
    public string Bare(bool stopAtDot = false)
    {
        var from = At;
        while (!Ended && !Stops(_text[At]) && !(stopAtDot && _text[At] == '.'))
            At++;
        return _text[from..At];
    }

    /// <summary>The next bare word without taking it.</summary>
    public readonly ReadOnlySpan<char> Peek()
    {
        var to = At;
        while (to < _text.Length && !Stops(_text[to]))
            to++;
        return _text.AsSpan(At, to - At);
    }

    /// <summary>Takes a keyword if it comes next, without regard to case.</summary>
    public bool Take(string keyword)
    {
        if (!Peek().Equals(keyword, StringComparison.OrdinalIgnoreCase))
            return false;
        At += keyword.Length;
        return true;
    }

    /// <summary>A quoted part; the quote itself is written twice inside. Null when it is never closed.</summary>
    public string? Quoted()
    {
        var quote = _text[At];
        var from = ++At;
        var doubled = false;
        while (!Ended)
        {
            if (_text[At++] != quote)
                continue;
            if (Next != quote || Ended)
            {
                var inside = _text[from..(At - 1)];
                return doubled ? inside.Replace(new string(quote, 2), quote.ToString(), StringComparison.Ordinal) : inside;
            }
            doubled = true;
            At++;
        }
        return null;
    }

    /// <summary>How long the word at a position is that a message should mark; 0 at the end.</summary>
    public readonly int LengthAt(int position)
    {
        var to = position;
        while (to < _text.Length && !char.IsWhiteSpace(_text[to]) && (to == position || _text[to] is not ('(' or ')' or ',')))
            to++;
        return to - position;
    }

    /// <summary>The offending word at a position, for a message: what stands there up to the next space, shortened.</summary>
    public readonly string WordAt(int position)
    {
        if (position >= _text.Length)
            return "the end";
        var to = position;
        while (to < _text.Length && to < position + 60 && !char.IsWhiteSpace(_text[to]))
            to++;
        return $"'{Wording.Cut(_text[position..], Math.Max(1, to - position))}'";
    }
}
