using System.Text;
using System.Text.RegularExpressions;

namespace Crucible.Search;

/// <summary>
/// Reads what stands in a filter field: <c>state:failed job:"x y" -node:a took:&gt;5s after:2026-11-01 free words</c>. A value in quotes may hold
/// blanks, commas, and <c>\"</c> and <c>\\</c>; a word with a colon is looked for literally when it is quoted.
/// </summary>
public static partial class Qualifiers
{
    /// <summary>Characters that are read; more is an error.</summary>
    public const int Longest = 1000;

    /// <summary>Reads a text. Never throws.</summary>
    /// <param name="text">What was typed; null is nothing.</param>
    /// <param name="words">The qualifiers there are.</param>
    /// <param name="now">For <c>today</c> and <c>7d</c>.</param>
    public static Query Parse(string? text, Vocabulary words, DateTimeOffset now)
    {
        text ??= "";
        var reader = new Reader(text.Length > Longest ? text[..Longest] : text, words, now);
        reader.Read();
        if (text.Length > Longest)
            reader.Errors.Add(new($"A filter has at most {Longest} characters. Shorten it.", Longest, 0));
        return new(reader.Text, reader.Terms, reader.Words, reader.Errors);
    }

    /// <summary>A value as it has to be typed.</summary>
    public static string Quote(string value) =>
        value.Length == 0 || value[0] is '"' or '<' or '>' or '=' || value.Any(c => char.IsWhiteSpace(c) || c == ',') ? Quoted(value) : value;

    internal static string QuoteWord(string word) =>
        word.Length == 0 || word[0] is '"' or '-' || word.Any(char.IsWhiteSpace) || KeyPattern().IsMatch(word) ? Quoted(word) : word;

    internal static string Tidy(string text) => string.Join(' ', Pieces(text));

    private static string Quoted(string text) => $"\"{text.Replace("\\", "\\\\").Replace("\"", "\\\"")}\"";

    // Blanks inside quotes count; between terms one is enough.
    private static IEnumerable<string> Pieces(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            if (char.IsWhiteSpace(text[at])) { at++; continue; }
            var end = Reader.EndOfPiece(text, at);
            yield return text[at..end];
            at = end;
        }
    }

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_.-]*:")]
    private static partial Regex KeyPattern();

    private sealed class Reader(string text, Vocabulary vocabulary, DateTimeOffset now)
    {
        public string Text => text;
        public List<Qualifier> Terms { get; } = [];
        public List<FreeWord> Words { get; } = [];
        public List<QualifierError> Errors { get; } = [];

        public void Read()
        {
            for (var at = 0; at < text.Length;)
            {
                if (char.IsWhiteSpace(text[at])) { at++; continue; }
                var end = EndOfPiece(text, at);
                Piece(at, end);
                at = end;
            }
        }

        /// <summary>Where the piece that begins here ends: at a blank outside quotes. Quotes open only where a value may begin.</summary>
        public static int EndOfPiece(string text, int at)
        {
            var begin = at;
            if (text[at] == '-' && at + 1 < text.Length && !char.IsWhiteSpace(text[at + 1])) at++;
            var key = KeyPattern().Match(text[at..]).Length;
            at += key;
            if (key > 0)
                while (at < text.Length && text[at] is '<' or '>' or '=') at++;
            while (at < text.Length && !char.IsWhiteSpace(text[at]))
            {
                if (text[at] == '"') at = EndOfQuotes(text, at);
                while (at < text.Length && !char.IsWhiteSpace(text[at]) && !(key > 0 && text[at] == ',')) at++;
                if (at < text.Length && text[at] == ',' && key > 0) at++;
            }
            return Math.Max(at, begin + 1);
        }

        // Behind the closing quote, or the end of the text where there is none.
        private static int EndOfQuotes(string text, int at)
        {
            for (at++; at < text.Length; at++)
            {
                if (text[at] == '\\') at++;
                else if (text[at] == '"') return at + 1;
            }
            return text.Length;
        }

        private void Piece(int start, int end)
        {
            var negated = text[start] == '-' && end > start + 1;
            var at = negated ? start + 1 : start;
            var key = KeyPattern().Match(text[at..end]).Value;
            if (key.Length == 0)
            {
                if (Value(at, end) is { } word) Words.Add(new(word, negated));
                return;
            }
            var name = key[..^1];
            if (vocabulary.Find(name) is not { } known)
            {
                Errors.Add(new(vocabulary.Near(name) is { } near ? $"There is no “{name}:”. Did you mean “{near}:”?"
                    : $"There is no “{name}:”. Put the word in quotes to look for it.", at, name.Length));
                return;
            }
            at += key.Length;
            var comparison = Comparison.Is;
            if (known.Kind is not (QualifierKind.Text or QualifierKind.Choice)) (comparison, at) = Sign(at, end);
            var values = new List<string>();
            for (var begin = at; ;)
            {
                var stop = text[begin..end] is ['"', ..] ? EndOfQuotes(text, begin) : begin;
                while (stop < end && text[stop] != ',') stop++;
                if (Value(begin, Math.Min(stop, end)) is not { } value) return;
                if (value.Length == 0)
                {
                    Errors.Add(new($"“{known.Name}:” needs a value{Example(known)}.", start, end - start));
                    return;
                }
                values.Add(value);
                if (stop >= end) break;
                begin = stop + 1;
            }
            Term(new(known.IsOpen ? known.Name + name[known.Name.Length..] : known.Name, comparison, values, negated) { Start = start, Length = end - start }, known, at, end);
        }

        private (Comparison, int) Sign(int at, int end) => text[at..end] switch
        {
            ['<', '=', ..] => (Comparison.AtMost, at + 2),
            ['>', '=', ..] => (Comparison.AtLeast, at + 2),
            ['<', ..] => (Comparison.Less, at + 1),
            ['>', ..] => (Comparison.More, at + 1),
            ['=', ..] => (Comparison.Is, at + 1),
            _ => (Comparison.Is, at),
        };

        private string? Value(int at, int end)
        {
            if (at >= end || text[at] != '"') return text[at..end];
            var value = new StringBuilder();
            for (var i = at + 1; i < end; i++)
            {
                if (text[i] == '"')
                {
                    if (i + 1 == end) return value.ToString();
                    Errors.Add(new("There is something behind the closing quote. Leave a blank there.", i + 1, end - i - 1));
                    return null;
                }
                if (text[i] == '\\' && i + 1 < end) i++;
                value.Append(text[i]);
            }
            Errors.Add(new("The quote is not closed. Add \" at the end.", at, end - at));
            return null;
        }

        private void Term(Qualifier term, QualifierKey key, int at, int end)
        {
            var value = term.Values[0];
            if (term.Values.Count > 1 && key.Kind is not (QualifierKind.Text or QualifierKind.Choice))
                Errors.Add(new($"“{key.Name}:” takes one value.", at, end - at));
            else if (key.Kind == QualifierKind.Choice)
            {
                var chosen = term.Values.Select(v => key.Values.FirstOrDefault(k => k.Equals(v, StringComparison.OrdinalIgnoreCase))).ToList();
                if (chosen.IndexOf(null) is >= 0 and var wrong)
                    Errors.Add(new($"“{term.Values[wrong]}” is no {key.Name}. There are {string.Join(", ", key.Values)}.", at, end - at));
                else Terms.Add(term with { Values = chosen! });
            }
            else if (key.Kind == QualifierKind.Text) Terms.Add(term);
            else if (key.Kind == QualifierKind.Number && Values.Number(value) is { } number) Terms.Add(term with { Number = number });
            else if (key.Kind == QualifierKind.Duration && Values.Duration(value) is { } duration) Terms.Add(term with { Duration = duration });
            else if (key.Kind == QualifierKind.Time && Values.Time(value, now) is { } time) Terms.Add(term with { Time = time });
            else Errors.Add(new($"“{value}” is {Wanted(key.Kind)}.", at, end - at));
        }

        private static string Wanted(QualifierKind kind) => kind switch
        {
            QualifierKind.Number => "no number. Try 3 or 0.5",
            QualifierKind.Duration => "no length of time. Try 500ms, 5s, 1m30s or 2h",
            _ => "no date. Try 2026-11-01, 2026-11-01T14:30, today or 7d",
        };

        private static string Example(QualifierKey key) => key.Values.Count > 0 ? $", for example {key.Name}:{Quote(key.Values[0])}" : key.Kind switch
        {
            QualifierKind.Number => $", for example {key.Name}:>3",
            QualifierKind.Duration => $", for example {key.Name}:>5s",
            QualifierKind.Time => $", for example {key.Name}:7d",
            _ => "",
        };
    }
}
