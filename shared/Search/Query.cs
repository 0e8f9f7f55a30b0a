using System.Diagnostics.CodeAnalysis;

namespace Crucible.Search;

/// <summary>A text of qualifiers and words, read. A term with an error is in <see cref="Errors"/> alone.</summary>
/// <param name="Text">As it was typed, cut at <see cref="Qualifiers.Longest"/>.</param>
/// <param name="Terms">What was understood, in order; all of them have to fit.</param>
/// <param name="Words">Words without a key, in order; all of them have to be found.</param>
/// <param name="Errors">What was not, in order. A list with errors shows them and no rows.</param>
public sealed record Query(string Text, IReadOnlyList<Qualifier> Terms, IReadOnlyList<FreeWord> Words, IReadOnlyList<QualifierError> Errors)
{
    /// <summary>Nothing asked for.</summary>
    public static Query Empty { get; } = new("", [], [], []);

    /// <summary>Whether it narrows the list at all.</summary>
    public bool Narrows => Terms.Count + Words.Count > 0;

    /// <summary>Every term of this key.</summary>
    public IEnumerable<Qualifier> Of(string key) => Terms.Where(t => t.Key.Equals(key, StringComparison.OrdinalIgnoreCase));

    /// <summary>The first plain term of this key that is not negated.</summary>
    public bool Has(string key, [NotNullWhen(true)] out Qualifier? term) => (term = Of(key).FirstOrDefault(t => !t.Negated)) is not null;

    /// <summary>The text without one of its terms.</summary>
    public string Without(Qualifier term) => Qualifiers.Tidy(Text.Remove(term.Start, term.Length));

    /// <summary>The text without everything that was understood as a term: words, and what is wrong.</summary>
    public string Rest => Qualifiers.Tidy(Terms.OrderByDescending(t => t.Start).Aggregate(Text, (text, term) => text.Remove(term.Start, term.Length)));

    /// <summary>The same question in its shortest spelling; reading it again gives the same terms and words.</summary>
    public override string ToString() => string.Join(' ', Terms.Select(t => t.ToString()).Concat(Words.Select(w => w.ToString())));
}
