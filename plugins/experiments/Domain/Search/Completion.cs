namespace Crucible.Experiments.Domain.Search;

/// <summary>What can be written at a place of a filter.</summary>
public enum Expected
{
    /// <summary>Nothing that could be listed.</summary>
    Nothing,

    /// <summary>What a clause looks at, NOT or a parenthesis.</summary>
    Subject,

    /// <summary>The metric of a function.</summary>
    Metric,

    /// <summary>How the subject is compared.</summary>
    Comparison,

    /// <summary>What it is compared with.</summary>
    Value,

    /// <summary>One of the words in <see cref="Completion.Words"/>.</summary>
    Word,
}

/// <summary>What somebody who types a filter may want next. Reads half of a filter, so it knows no errors: where it loses the thread nothing is expected.</summary>
/// <param name="Expected">What kind of thing.</param>
/// <param name="From">Where the piece begins that is being written.</param>
/// <param name="Until">Behind its last character.</param>
/// <param name="Piece">What of it stands before the caret.</param>
public sealed record Completion(Expected Expected, int From, int Until, string Piece)
{
    /// <summary>What is compared, where that was written.</summary>
    public Clause? Clause { get; init; }

    /// <summary>Keywords and signs that fit.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>How the subject can be compared.</summary>
    public IReadOnlyList<Operator> Operators { get; init; } = [];

    internal ValueKind Kind { get; init; }

    /// <summary>Reads the text up to the caret.</summary>
    /// <param name="text">The filter so far.</param>
    /// <param name="caret">Where the caret stands; beyond the text is its end.</param>
    public static Completion At(string text, int caret)
    {
        caret = Math.Clamp(caret, 0, text.Length);
        if (caret > SearchLimits.MaxText)
            return new(Expected.Nothing, caret, caret, "");
        var thread = new Thread();
        var scanner = new Scanner(text[..caret]);
        while (true)
        {
            scanner.SkipSpace();
            var from = scanner.At;
            if (scanner.Ended)
                return thread.Expect(from, from, "");
            if (Token(ref scanner) is { } token && !(scanner.Ended && IsWord(token)))
                thread.Take(token);
            else
            {
                // A quote that was closed is a whole value: whatever follows begins behind a blank.
                var closed = scanner.Ended && text[caret - 1] is '\'' or '"' or '`' && Token(text[from..caret]) is not null;
                return closed ? new(Expected.Nothing, caret, caret, "") : thread.Expect(from, caret + Rest(text, caret), text[from..caret]);
            }
        }
    }

    private static int Rest(string text, int caret)
    {
        var rest = new Scanner(text[caret..]);
        return rest.Bare().Length;
    }

    private static string? Token(string text)
    {
        var scanner = new Scanner(text);
        return Token(ref scanner);
    }

    /// <summary>The next sign, word, key with its quotes, or quoted text; null when its quote is never closed.</summary>
    private static string? Token(ref Scanner scanner)
    {
        switch (scanner.Next)
        {
            case '(' or ')' or ',' or ';':
                var sign = scanner.Next.ToString();
                scanner.Skip();
                return sign;
            case '=' or '!' or '<' or '>':
                var signs = "";
                for (; scanner.Next is '=' or '!' or '<' or '>'; scanner.Skip())
                    signs += scanner.Next;
                return signs;
        }
        var word = scanner.Bare();
        return (word.Length == 0 || word.EndsWith('.')) && scanner.Next is '`' or '"' or '\''
            ? scanner.Quoted() is { } quoted ? $"{word}\"{quoted.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : null
            : word;
    }

    private static bool IsWord(string token) => token[0] is not ('(' or ')' or ',' or ';' or '=' or '!' or '<' or '>');

    /// <summary>How far the filter has come: a machine that takes one token after another.</summary>
    private sealed class Thread
    {
        private string _at = "subject";
        private Clause? _clause;
        private Subject? _subject;
        private Aggregate _aggregate;
        private Operator _operator;
        private bool _between;
        private int _open;

        public void Take(string token) => _at = (_at, token.ToUpperInvariant()) switch
        {
            ("subject", "(") => Opened("subject"),
            ("subject", "NOT") => "subject",
            ("subject", _) when Search.Words.Function(token) is { } function => Set(ref _aggregate, function, "open"),
            ("subject", _) when IsWord(token) => Look(token, "comparison"),
            ("open", "(") => "metric",
            ("metric", _) when IsWord(token) => Look(token, "close"),
            ("close", ")") => "comparison",
            ("comparison", "IN") => Set(ref _operator, Operator.In, "list"),
            ("comparison", "IS") => "null",
            ("comparison", "NOT") => "not",
            ("comparison", "BETWEEN") or ("not", "BETWEEN") => Set(ref _between, true, Set(ref _operator, Operator.GreaterOrEqual, "value")),
            ("not", "IN") => Set(ref _operator, Operator.NotIn, "list"),
            ("comparison", _) when Read(token) is { } op => Set(ref _operator, op, "value"),
            ("null", "NOT") => "null",
            ("null", "NULL") => "connective",
            ("list", "(") => "member",
            ("member", _) when IsWord(token) => "separator",
            ("separator", ",") => "member",
            ("separator", ")") => "connective",
            ("value", _) when IsWord(token) => _between ? "and" : "connective",
            ("and", "AND") => Set(ref _between, false, "value"),
            ("connective", "AND" or "OR") => Set(ref _aggregate, Aggregate.Last, "subject"),
            ("connective", ")") when _open-- > 0 => "connective",
            _ => "lost",
        };

        public Completion Expect(int from, int until, string piece)
        {
            var (expected, words) = _at switch
            {
                "subject" => (Expected.Subject, []),
                "metric" => (Expected.Metric, []),
                "comparison" => (Expected.Comparison, []),
                "value" or "member" => (Expected.Value, []),
                "open" or "list" => (Expected.Word, ["("]),
                "close" => (Expected.Word, [")"]),
                "null" => (Expected.Word, ["NULL", "NOT NULL"]),
                "not" => (Expected.Word, ["IN (", "BETWEEN"]),
                "separator" => (Expected.Word, [",", ")"]),
                "and" => (Expected.Word, ["AND"]),
                "connective" => (Expected.Word, _open > 0 ? ["AND", "OR", ")"] : ["AND", "OR"]),
                _ => (Expected.Nothing, (string[])[]),
            };
            return new(expected, from, until, piece)
            {
                Words = words,
                Clause = _clause is null ? null : _clause with { Operator = _operator },
                Operators = _subject?.Operators ?? [],
                Kind = _subject?.Kind ?? default,
            };
        }

        private static Operator? Read(string token)
        {
            var scanner = new Scanner(token);
            return Search.Operators.Read(ref scanner) is { } op && scanner.Ended ? op : null;
        }

        private string Look(string token, string next)
        {
            var scanner = new Scanner(token);
            if (!Identifier.TryRead(ref scanner, false, out var entity, out var key, out _, out _) || !scanner.Ended
                || Vocabulary.Runs.Filterable(entity, key, out var subject) is not null || (next == "close" && entity != Entity.Metric))
                return "lost";
            (_subject, _clause) = (subject, new(entity, subject.Name, Operator.Equal, null) { Aggregate = _aggregate });
            return next;
        }

        private string Opened(string next)
        {
            _open++;
            return next;
        }

        private static string Set<T>(ref T field, T value, string next)
        {
            field = value;
            return next;
        }
    }
}
