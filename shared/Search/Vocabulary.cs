namespace Crucible.Search;

/// <summary>What the value of a qualifier is.</summary>
public enum QualifierKind
{
    /// <summary>Any text: <c>job:"x y"</c>.</summary>
    Text,

    /// <summary>One or more of a few words: <c>state:failed,running</c>.</summary>
    Choice,

    /// <summary>A finite number, which may be compared: <c>attempts:&gt;3</c>.</summary>
    Number,

    /// <summary>A length of time, which may be compared: <c>took:&gt;1m30s</c>. Units: <c>ms s m h d w</c>.</summary>
    Duration,

    /// <summary>A moment in UTC: <c>2026-11-01</c>, <c>2026-11-01T14:30</c>, <c>today</c>, <c>yesterday</c>, or how long ago, <c>7d</c>.</summary>
    Time,
}

/// <summary>One qualifier that a list understands.</summary>
/// <param name="Name">Before the colon: a letter, then letters, digits, <c>_ . -</c>; compared without case. One that ends in a dot stands for
/// every key that begins so: <c>arg.</c> for <c>arg.room:attic</c>; a term then has the whole key, what follows the dot as it was typed.</param>
/// <param name="Kind">What stands after it.</param>
/// <param name="Hint">What it does, in a few words, shown while typing.</param>
public sealed record QualifierKey(string Name, QualifierKind Kind, string Hint)
{
    /// <summary>The words a <see cref="QualifierKind.Choice"/> takes; suggestions for every other kind.</summary>
    public IReadOnlyList<string> Values { get; init; } = [];

    internal bool IsOpen => Name.EndsWith('.');

    /// <summary>The values are many: the field asks its endpoint while somebody types them.</summary>
    public bool Ask { get; init; }
}

/// <summary>The qualifiers of one list.</summary>
public sealed class Vocabulary(params IReadOnlyList<QualifierKey> keys)
{
    /// <summary>In the order to suggest.</summary>
    public IReadOnlyList<QualifierKey> Keys { get; } = keys;

    /// <summary>The key of this name, without regard to case; else the one that ends in a dot and that it begins with.</summary>
    public QualifierKey? Find(string name) => Keys.FirstOrDefault(k => k.Name.Equals(name, StringComparison.OrdinalIgnoreCase) && !k.IsOpen)
        ?? Keys.FirstOrDefault(k => k.IsOpen && name.Length > k.Name.Length && name.StartsWith(k.Name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The known name that somebody may have meant: at most two letters away.</summary>
    public string? Near(string name) => Keys.Select(k => (k.Name, Distance: Distance(k.Name, name.ToLowerInvariant())))
        .Where(k => k.Distance <= Math.Min(2, name.Length / 2)).OrderBy(k => k.Distance).Select(k => k.Name).FirstOrDefault();

    // Levenshtein, in one row; names are short.
    private static int Distance(string a, string b)
    {
        if (b.Length > 40) return int.MaxValue;
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var corner = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
                (corner, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, corner + (char.ToLowerInvariant(a[i - 1]) == b[j - 1] ? 0 : 1)));
        }
        return row[^1];
    }
}
