namespace Crucible.Experiments.Domain.Search;

// filter     = any
// any        = all { OR all }
// all        = part { AND part }
// part       = NOT part | "(" any ")" | clause
// clause     = subject ( comparison value | [NOT] IN list | [NOT] BETWEEN value AND value | IS [NOT] NULL )
// subject    = [ function "(" ] [ entity "." ] key [ ")" ]      key bare with dots, or in `…`, "…" or '…'
// value      = number | '…' | "…" | true | false | -7d | 2h     a quote inside is written twice
// list       = "(" value { "," value } ")"
/// <summary>
/// Reads the grammar of the run search; of experiments and models, MLflow's part of it alone: clauses that AND joins. Descends
/// no deeper than <see cref="SearchLimits.MaxDepth"/>.
/// </summary>
internal ref struct FilterParser(string text, Vocabulary vocabulary)
{
    private Scanner _scanner = new(text);
    private FilterError? _error;
    private int _clauses;

    /// <returns>The tree, or null with the error; null without one for a filter that finds everything.</returns>
    public static FilterNode? Parse(string? text, Vocabulary vocabulary, out FilterError? error)
    {
        error = null;
        if (string.IsNullOrWhiteSpace(text) && (text?.Length ?? 0) <= SearchLimits.MaxText)
            return null;
        if (text!.Length > SearchLimits.MaxText)
        {
            error = new($"The filter has {text.Length:N0} characters; at most {SearchLimits.MaxText:N0} are read. Split the search.", SearchLimits.MaxText);
            return null;
        }
        if (text.IndexOf('\0') is >= 0 and var nul)
        {
            error = FilterError.At(nul, "The filter holds U+0000, which no stored text can. Remove it", 1);
            return null;
        }
        var parser = new FilterParser(text, vocabulary);
        var root = parser.Any(0);
        if (parser._error is null && !parser._scanner.Ended)
            parser.Stray();
        error = parser._error;
        return error is null ? root : null;
    }

    private FilterNode? Any(int depth)
    {
        var parts = new List<FilterNode>();
        do
        {
            if (All(depth) is not { } part)
                return null;
            parts.Add(part);
        }
        while (vocabulary.Whole && _scanner.Take("OR"));
        return FilterNode.Either(parts);
    }

    private FilterNode? All(int depth)
    {
        var parts = new List<FilterNode>();
        do
        {
            if (Part(depth) is not { } part)
                return null;
            parts.Add(part);
            _scanner.SkipSpace();
        }
        while (_scanner.Take("AND"));
        return FilterNode.Every(parts);
    }

    private FilterNode? Part(int depth)
    {
        _scanner.SkipSpace();
        var from = _scanner.At;
        if (!vocabulary.Whole && Unsupported() is { } unsupported)
            return Fail(from, unsupported);
        if (Peeks("OR") || Peeks("AND") || _scanner.Next == ')')
            return Fail(from, $"A comparison is missing before {_scanner.WordAt(from)}");
        var negates = _scanner.Take("NOT");
        if (!negates && _scanner.Next != '(')
            return Clause(depth);
        if (depth == SearchLimits.MaxDepth)
            return Fail(from, $"Parentheses and NOT are nested more than {SearchLimits.MaxDepth} deep. Write the filter flatter");
        if (negates)
            return Part(depth + 1) is { } part ? new FilterNode.Except(part) : null;
        _scanner.Skip();
        if (Any(depth + 1) is not { } inside)
            return null;
        if (_scanner.Next != ')')
            return _scanner.Ended ? Fail(from, "The parenthesis that opens here is never closed", 1) : Stray();
        _scanner.Skip();
        return inside;
    }

    private readonly bool Peeks(string keyword) => _scanner.Peek().Equals(keyword, StringComparison.OrdinalIgnoreCase);

    /// <summary>What stands where only AND, OR or the end can.</summary>
    private FilterNode? Stray()
    {
        var at = _scanner.At;
        return Fail(at, (vocabulary.Whole ? null : Unsupported()) ?? (_scanner.Next == ')'
            ? "The parenthesis that closes here was never opened"
            : $"Expected AND{(vocabulary.Whole ? " or OR" : "")} between clauses but found {_scanner.WordAt(at)}"));
    }

    private readonly string? Unsupported() =>
        Peeks("OR") || Peeks("NOT") || _scanner.Next is '(' or ')'
            ? $"Invalid clause(s) in filter string: {_scanner.WordAt(_scanner.At)}. This search joins clauses with AND only: "
                + "OR, NOT and parentheses are not supported. Send one search for each alternative, or use IN ('…', '…')"
            : null;

    private FilterNode? Clause(int depth)
    {
        var from = _scanner.At;
        if (_clauses++ == SearchLimits.MaxClauses)
            return Fail(from, $"The filter has more than {SearchLimits.MaxClauses} clauses. Use IN ('…', '…') or split the search");
        if (!Identifier.TryRead(ref _scanner, vocabulary.Whole, out var entity, out var key, out var aggregate, out var problem))
            return Fail(from, problem);
        if ((vocabulary.Filterable(entity, key, out var subject) ?? KeyProblem(key)) is { } invalid)
            return Fail(from, invalid);
        var what = new Clause(entity, subject.Name, Operator.Equal, null) { Aggregate = aggregate };
        _scanner.SkipSpace();
        var at = _scanner.At;
        if (vocabulary.Whole && Between(out var outside))
            return Range(what, subject, outside, at, depth);
        if (Operators.Read(ref _scanner) is not { } op)
            return Fail(at, $"Expected a comparison ({Words.List(subject.Operators)}) but found {_scanner.WordAt(at)}");
        if (!subject.Operators.Contains(op))
            return Fail(at, $"Invalid comparator '{Words.Of(op)}' for {Words.Of(entity)}.{Wording.Cut(key, 100)}; use one of {Words.List(subject.Operators)}", Words.Of(op).Length);
        if (op is Operator.IsNull or Operator.IsNotNull)
            return new FilterNode.One(what with { Operator = op });
        _scanner.SkipSpace();
        at = _scanner.At;
        var reader = new ValueReader(subject, $"{Words.Of(entity)}.{Wording.Cut(key, 100)}", op);
        var value = op is Operator.In or Operator.NotIn ? reader.List(ref _scanner) : reader.One(ref _scanner);
        if (value is null)
            return Fail(reader.At, reader.Problem!);
        if (op == Operator.RLike && Pattern.Problem(((FilterValue.Text)value).Value) is { } wrong)
            return Fail(at, wrong);
        return new FilterNode.One(what with { Operator = op, Value = value });
    }

    private bool Between(out bool outside)
    {
        var ahead = _scanner;
        if (outside = ahead.Take("NOT"))
            ahead.SkipSpace();
        if (!ahead.Take("BETWEEN"))
            return false;
        _scanner = ahead;
        return true;
    }

    /// <summary>BETWEEN is two clauses in a parenthesis.</summary>
    private FilterNode? Range(Clause what, Subject subject, bool outside, int at, int depth)
    {
        if (!subject.Operators.Contains(Operator.GreaterOrEqual))
            return Fail(at, $"Invalid comparator 'BETWEEN' for {Words.Of(what.Entity)}.{Wording.Cut(what.Key, 100)}; use one of {Words.List(subject.Operators)}");
        if (depth + (outside ? 2 : 1) > SearchLimits.MaxDepth || _clauses++ == SearchLimits.MaxClauses)
            return Fail(at, "BETWEEN stands for two clauses in a parenthesis, which is more than fits in here. Write the filter flatter or split the search");
        _scanner.SkipSpace();
        var low = new ValueReader(subject, $"{Words.Of(what.Entity)}.{Wording.Cut(what.Key, 100)}", Operator.GreaterOrEqual);
        if (low.One(ref _scanner) is not { } least)
            return Fail(low.At, low.Problem!);
        _scanner.SkipSpace();
        if (!_scanner.Take("AND"))
            return Fail(_scanner.At, $"Expected AND between the bounds of BETWEEN but found {_scanner.WordAt(_scanner.At)}");
        _scanner.SkipSpace();
        if (low.One(ref _scanner) is not { } most)
            return Fail(low.At, low.Problem!);
        FilterNode within = new FilterNode.All(
        [
            new FilterNode.One(what with { Operator = Operator.GreaterOrEqual, Value = least }),
            new FilterNode.One(what with { Operator = Operator.LessOrEqual, Value = most }),
        ]);
        return outside ? new FilterNode.Except(within) : within;
    }

    private static string? KeyProblem(string key) =>
        key.Length > SearchLimits.MaxKey ? $"A key has at most {SearchLimits.MaxKey} characters, this one {key.Length:N0}" : null;

    private FilterNode? Fail(int position, string message, int? length = null)
    {
        _error ??= FilterError.At(position, message, length ?? _scanner.LengthAt(position));
        return null;
    }
}
