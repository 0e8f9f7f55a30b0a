namespace Crucible.Experiments.Domain.Search;

// filter     = [ clause { AND clause } ]
// clause     = identifier ( comparison value | [NOT] IN list | IS [NOT] NULL )
// identifier = [ entity "." ] key          key bare with dots, or in `…`, "…" or '…'
// value      = number | '…' | "…"          a quote inside is written twice
// list       = "(" text { "," text } ")"
/// <summary>Reads the AND-only grammar of MLflow's search.</summary>
internal ref struct FilterParser(string text, Vocabulary vocabulary)
{
    private Scanner _scanner = new(text);
    private FilterError? _error;

    /// <returns>The clauses, or null with the error.</returns>
    public static List<Clause>? Parse(string? text, Vocabulary vocabulary, out FilterError? error)
    {
        error = null;
        if (string.IsNullOrWhiteSpace(text) && (text?.Length ?? 0) <= SearchLimits.MaxText)
            return [];
        if (text!.Length > SearchLimits.MaxText)
        {
            error = new($"The filter has {text.Length:N0} characters; at most {SearchLimits.MaxText:N0} are read. Split the search.", SearchLimits.MaxText);
            return null;
        }
        if (text.IndexOf('\0') is >= 0 and var nul)
        {
            error = FilterError.At(nul, "The filter holds U+0000, which no stored text can. Remove it");
            return null;
        }
        var parser = new FilterParser(text, vocabulary);
        var clauses = parser.Clauses();
        error = parser._error;
        return error is null ? clauses : null;
    }

    private List<Clause> Clauses()
    {
        var clauses = new List<Clause>();
        while (true)
        {
            _scanner.SkipSpace();
            var from = _scanner.At;
            if (Clause() is not { } clause)
                return clauses;
            if (clauses.Count == SearchLimits.MaxClauses)
            {
                Fail(from, $"The filter has more than {SearchLimits.MaxClauses} clauses. Use IN ('…', '…') or split the search");
                return clauses;
            }
            clauses.Add(clause);
            _scanner.SkipSpace();
            if (_scanner.Ended)
                return clauses;
            if (!_scanner.Take("AND"))
            {
                Fail(_scanner.At, Unsupported() ?? $"Expected AND between clauses but found {_scanner.WordAt(_scanner.At)}");
                return clauses;
            }
        }
    }

    private Clause? Clause()
    {
        if (Unsupported() is { } unsupported)
            return Fail(_scanner.At, unsupported);
        var from = _scanner.At;
        if (!Identifier.TryRead(ref _scanner, out var entity, out var key, out var problem))
            return Fail(from, problem);
        if ((vocabulary.Filterable(entity, ref key, out var allowed) ?? KeyProblem(key)) is { } invalid)
            return Fail(from, invalid);
        _scanner.SkipSpace();
        var at = _scanner.At;
        if (Operators.Read(ref _scanner) is not { } op)
            return Fail(at, $"Expected a comparison ({Words.List(allowed)}) but found {_scanner.WordAt(at)}");
        if (!allowed.Contains(op))
            return Fail(at, $"Invalid comparator '{Words.Of(op)}' for {Words.Of(entity)}.{key}; use one of {Words.List(allowed)}");
        if (op is Operator.IsNull or Operator.IsNotNull)
            return new(entity, key, op, null);
        _scanner.SkipSpace();
        at = _scanner.At;
        FilterValue? value = op is Operator.In or Operator.NotIn ? List()
            : Vocabulary.TakesNumbers(allowed) ? Number(entity, key)
            : Text($"{Words.Of(entity)}.{key}");
        if (value is null)
            return null;
        if (op == Operator.RLike && Pattern.Problem(((FilterValue.Text)value).Value) is { } wrong)
            return Fail(at, wrong);
        return new(entity, key, op, value);
    }

    private static string? KeyProblem(string key) =>
        key.Length > SearchLimits.MaxKey ? $"A key has at most {SearchLimits.MaxKey} characters, this one {key.Length:N0}" : null;

    private readonly string? Unsupported()
    {
        var word = _scanner.Peek();
        return word.Equals("OR", StringComparison.OrdinalIgnoreCase) || word.Equals("NOT", StringComparison.OrdinalIgnoreCase)
            || _scanner.Next is '(' or ')'
            ? $"Invalid clause(s) in filter string: {_scanner.WordAt(_scanner.At)}. This protocol joins clauses with AND only: "
                + "OR, NOT and parentheses are not supported. Send one search for each alternative, or use IN ('…', '…')"
            : null;
    }

    private FilterValue? Number(Entity entity, string key)
    {
        var at = _scanner.At;
        var word = _scanner.Bare();
        if (Numbers.TryRead(word, out var number))
            return new FilterValue.Number(number);
        Fail(at, $"Expected a number without quotes for {Words.Of(entity)}.{key} but found {_scanner.WordAt(at)}");
        return null;
    }

    private FilterValue.Text? Text(string what)
    {
        var at = _scanner.At;
        if (_scanner.Next is not ('\'' or '"'))
            Fail(at, $"Expected a quoted string value for {what} (e.g. 'my-value') but found {_scanner.WordAt(at)}");
        else if (_scanner.Quoted() is { } text)
            return new(text);
        else
            Fail(at, "The quote that opens here is never closed. A quote inside a text is written twice");
        return null;
    }

    private FilterValue.Texts? List()
    {
        var texts = new List<string>();
        var separator = '(';
        while (true)
        {
            _scanner.SkipSpace();
            if (texts.Count > 0 && _scanner.Next == ')')
            {
                _scanner.Skip();
                return new(texts);
            }
            if (_scanner.Next != separator || _scanner.Ended)
            {
                Fail(_scanner.At, $"Expected a non-empty list of quoted strings, such as ('a', 'b'), but found {_scanner.WordAt(_scanner.At)}");
                return null;
            }
            _scanner.Skip();
            _scanner.SkipSpace();
            // Python writes a list of one as ('a',), and clients copy that.
            if (separator == ',' && _scanner.Next == ')')
                continue;
            if (texts.Count == SearchLimits.MaxList)
            {
                Fail(_scanner.At, $"A list has at most {SearchLimits.MaxList:N0} entries. Split the search");
                return null;
            }
            if (Text("a list") is not { } text)
                return null;
            texts.Add(text.Value);
            separator = ',';
        }
    }

    private Clause? Fail(int position, string message)
    {
        _error ??= FilterError.At(position, message);
        return null;
    }
}
