namespace Crucible.Experiments.Domain.Search;

/// <summary>Reads what stands at the right of a comparison of <paramref name="subject"/>, called <paramref name="what"/> in messages.</summary>
internal sealed class ValueReader(Subject subject, string what, Operator op)
{
    /// <summary>Why nothing was read.</summary>
    public string? Problem { get; private set; }

    /// <summary>And where.</summary>
    public int At { get; private set; }

    public FilterValue? One(ref Scanner scanner) => subject.Kind switch
    {
        ValueKind.Number => Number(ref scanner),
        ValueKind.Time => Time(ref scanner),
        ValueKind.Length => Length(ref scanner),
        ValueKind.Flag => Flag(ref scanner),
        ValueKind.Either when IsQuoted(scanner) && op is Operator.Greater or Operator.GreaterOrEqual or Operator.Less or Operator.LessOrEqual =>
            Fail(scanner.At, $"'{Words.Of(op)}' compares numbers: write the number after {what} {Words.Of(op)} without quotes"),
        ValueKind.Either when !IsQuoted(scanner) && op is not (Operator.Like or Operator.ILike) => Either(ref scanner),
        _ => Text(ref scanner, what),
    };

    /// <summary>A list of texts, or of numbers where the subject takes those.</summary>
    public FilterValue? List(ref Scanner scanner)
    {
        var texts = new List<string>();
        var numbers = new List<double>();
        var separator = '(';
        while (true)
        {
            scanner.SkipSpace();
            var count = texts.Count + numbers.Count;
            if (count > 0 && scanner.Next == ')')
            {
                scanner.Skip();
                return numbers.Count > 0 ? new FilterValue.Numbers(numbers) : new FilterValue.Texts(texts);
            }
            if (scanner.Next != separator || scanner.Ended)
                return Fail(scanner.At, $"Expected a non-empty list of {Members}, but found {scanner.WordAt(scanner.At)}");
            scanner.Skip();
            scanner.SkipSpace();
            // Python writes a list of one as ('a',), and clients copy that.
            if (separator == ',' && scanner.Next == ')')
                continue;
            if (count == SearchLimits.MaxList)
                return Fail(scanner.At, $"A list has at most {SearchLimits.MaxList:N0} entries. Split the search");
            var at = scanner.At;
            var numeric = subject.Kind is ValueKind.Number || (subject.Kind is ValueKind.Either && !IsQuoted(scanner));
            FilterValue? member = numeric ? Number(ref scanner) : Text(ref scanner, "a list");
            switch (member)
            {
                case null:
                    return null;
                case FilterValue.Number when texts.Count > 0:
                case FilterValue.Text when numbers.Count > 0:
                    return Fail(at, "A list holds either quoted strings or numbers, not both");
                case FilterValue.Number number:
                    numbers.Add(number.Value);
                    break;
                case FilterValue.Text text:
                    texts.Add(text.Value);
                    break;
            }
            separator = ',';
        }
    }

    private string Members => subject.Kind switch
    {
        ValueKind.Number => "numbers, such as (1, 2)",
        ValueKind.Either => "quoted strings or numbers, such as ('a', 'b') or (1, 2)",
        _ => "quoted strings, such as ('a', 'b')",
    };

    private static bool IsQuoted(Scanner scanner) => scanner.Next is '\'' or '"';

    private FilterValue.Number? Number(ref Scanner scanner)
    {
        var at = scanner.At;
        if (Numbers.TryRead(scanner.Bare(), out var number))
            return new(number);
        Fail(at, $"Expected a number without quotes for {what} but found {scanner.WordAt(at)}");
        return null;
    }

    private FilterValue? Either(ref Scanner scanner)
    {
        var at = scanner.At;
        return Numbers.TryRead(scanner.Bare(), out var number) ? new FilterValue.Number(number)
            : Fail(at, $"Expected a quoted string value for {what} (e.g. 'my-value') or a number but found {scanner.WordAt(at)}");
    }

    private FilterValue? Time(ref Scanner scanner)
    {
        var at = scanner.At;
        if (IsQuoted(scanner))
        {
            if (scanner.Quoted() is { } text && Numbers.TryDate(text, out var date))
                return new FilterValue.Number(date);
        }
        else
        {
            var word = scanner.Bare();
            if (Numbers.TryRead(word, out var number))
                return new FilterValue.Number(number);
            if (word.StartsWith('-') && Numbers.TryLength(word.AsSpan(1), out var length))
                return new FilterValue.Ago(length);
        }
        return Fail(at, $"Expected a time for {what} but found {scanner.WordAt(at)}: write a time ago such as -7d or -30m (s m h d w), a date such as '2026-11-01', or a number of milliseconds");
    }

    private FilterValue? Length(ref Scanner scanner)
    {
        var at = scanner.At;
        var word = scanner.Bare();
        return Numbers.TryRead(word, out var number) ? new FilterValue.Number(number)
            : Numbers.TryLength(word, out var length) ? new FilterValue.Number(length.TotalSeconds)
            : Fail(at, $"Expected a length of time for {what} but found {scanner.WordAt(at)}: write a number of seconds, or 90s, 30m, 2h, 1d");
    }

    private FilterValue? Flag(ref Scanner scanner)
    {
        var at = scanner.At;
        return scanner.Take("true") ? new FilterValue.Flag(true) : scanner.Take("false") ? new FilterValue.Flag(false)
            : Fail(at, $"Expected true or false for {what} but found {scanner.WordAt(at)}");
    }

    private FilterValue.Text? Text(ref Scanner scanner, string of)
    {
        var at = scanner.At;
        if (!IsQuoted(scanner))
            Fail(at, $"Expected a quoted string value for {of} (e.g. 'my-value') but found {scanner.WordAt(at)}");
        else if (scanner.Quoted() is { } text)
            return new(text);
        else
            Fail(at, "The quote that opens here is never closed. A quote inside a text is written twice");
        return null;
    }

    private FilterValue? Fail(int at, string problem)
    {
        (At, Problem) = (at, problem);
        return null;
    }
}
