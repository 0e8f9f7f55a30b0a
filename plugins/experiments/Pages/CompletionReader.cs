using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Search;
using Crucible.Ui;

namespace Crucible.Experiments.Pages;

/// <summary>Gathers what can be written at a place of a filter: the words of the grammar, and keys and values of one experiment.</summary>
public sealed class CompletionReader(KeyStore keys, TimeProvider time)
{
    private const int Most = 40;
    private const int MostOfKind = 12;
    private const int LongestValue = 100;
    private static readonly Entity[] Keyed = [Entity.Metric, Entity.Param, Entity.Tag];

    /// <summary>Options whose values are the text to put in place of the piece.</summary>
    public async Task<IReadOnlyList<Option>> Options(long experimentId, Completion completion, CancellationToken cancel)
    {
        var options = completion.Expected switch
        {
            Expected.Subject => await Subjects(experimentId, completion.Piece, cancel),
            Expected.Metric => await Keys(experimentId, Entity.Metric, Plain(completion.Piece, "metrics."), ") ", Most, cancel),
            Expected.Comparison => Fitting(Comparisons(completion), completion.Piece),
            Expected.Value => await Values(experimentId, completion, cancel),
            Expected.Word => Fitting(completion.Words.Select(w => new Option(w is "," ? ", " : w is "(" or "IN (" ? w : w + " ", w, Wordy(w))), completion.Piece),
            _ => [],
        };
        return [.. options.Take(Most)];
    }

    private async Task<IEnumerable<Option>> Subjects(long experimentId, string piece, CancellationToken cancel)
    {
        var dot = piece.IndexOf('.', StringComparison.Ordinal);
        if (dot > 0 && Words.TryEntity(piece[..dot], out var entity))
            return entity switch
            {
                Entity.Attribute => Attributes(Plain(piece, piece[..(dot + 1)])),
                Entity.Dataset => Vocabulary.Datasets.Where(k => k.StartsWith(Plain(piece, piece[..(dot + 1)]), StringComparison.OrdinalIgnoreCase)).Select(k => new Option($"datasets.{k} ", $"datasets.{k}", "text")),
                _ => await Keys(experimentId, entity, Plain(piece, piece[..(dot + 1)]), " ", Most, cancel),
            };
        var options = new List<Option>(Attributes(piece));
        options.AddRange(Fitting(
        [
            new("metrics.", Hint: "last value of a metric"), new("params.", Hint: "parameter"), new("tags.", Hint: "tag"), new("datasets.", Hint: "dataset read"),
            new("min(", "min( )", "least of a metric"), new("max(", "max( )", "greatest"), new("mean(", "mean( )", "mean"), new("NOT ", "NOT", "not"),
        ], piece));
        if (piece.Length > 0 && piece[0] is not ('`' or '"' or '\''))
            foreach (var kind in Keyed)
                options.AddRange(await Keys(experimentId, kind, piece, " ", MostOfKind, cancel));
        return options;
    }

    private static IEnumerable<Option> Attributes(string piece) =>
        Vocabulary.Runs.Attributes.Where(a => a.Name.StartsWith(piece, StringComparison.OrdinalIgnoreCase)).Select(a => new Option(a.Name + " ", a.Name, a.Kind switch
        {
            ValueKind.Time => "time",
            ValueKind.Length => "length of time",
            ValueKind.Flag => "true or false",
            _ => "text",
        }));

    private async Task<IEnumerable<Option>> Keys(long experimentId, Entity kind, string text, string behind, int most, CancellationToken cancel)
    {
        var page = await keys.Names(experimentId, kind, text, most, cancel);
        return page.Select(k => $"{Words.Of(kind)}.{Written(k)}").Select(k => new Option(k + behind, k, kind switch { Entity.Metric => "metric", Entity.Param => "parameter", _ => "tag" }));
    }

    private static IEnumerable<Option> Comparisons(Completion completion)
    {
        foreach (var op in completion.Operators)
            yield return new(op is Operator.In or Operator.NotIn ? $"{Words.Of(op)} (" : $"{Words.Of(op)} ", Words.Of(op), op switch
            {
                Operator.Like => "% any characters, _ one",
                Operator.ILike => "the same, A as a",
                Operator.RLike => "regular expression",
                Operator.In or Operator.NotIn => "a list",
                Operator.IsNull => "has none",
                Operator.IsNotNull => "has one",
                _ => null,
            });
        if (completion.Operators.Contains(Operator.GreaterOrEqual))
            yield return new("BETWEEN ", "BETWEEN", "both ends included");
    }

    private async Task<IEnumerable<Option>> Values(long experimentId, Completion completion, CancellationToken cancel)
    {
        var clause = completion.Clause!;
        var now = time.GetUtcNow();
        IEnumerable<Option> fixedly = completion.Kind switch
        {
            ValueKind.Flag => [new("true "), new("false ")],
            ValueKind.Time => [new("-1h ", Hint: "an hour ago"), new("-1d ", Hint: "a day ago"), new("-7d ", Hint: "a week ago"), new("-30d ", Hint: "30 days ago"), new($"'{now:yyyy-MM-dd}' ", Hint: "today")],
            ValueKind.Length => [new("10m "), new("1h "), new("1d ")],
            _ when clause is { Entity: Entity.Attribute, Key: "status" } => Enum.GetValues<RunStatus>().Where(s => s != RunStatus.Lost).Select(s => new Option($"'{s.Word()}'{Behind(clause)}", s.Word())),
            _ => [],
        };
        var piece = completion.Piece.Trim('\'', '"');
        if (fixedly.Any())
            return fixedly.Where(o => o.Value.TrimStart('\'').StartsWith(piece, StringComparison.OrdinalIgnoreCase));
        if (clause.Entity == Entity.Metric)
            return [];
        var values = await keys.Values(experimentId, new(clause.Entity, clause.Key), piece, Most, cancel);
        var numeric = clause.Operator is Operator.Greater or Operator.GreaterOrEqual or Operator.Less or Operator.LessOrEqual;
        return values.Where(v => v.Length <= LongestValue && (!numeric || Numbers.TryRead(v, out _)))
            .Select(v => new Option((numeric ? v : Words.Quote(v, '\'')) + Behind(clause), v));
    }

    // In a list a comma or the parenthesis comes next.
    private static string Behind(Clause clause) => clause.Operator is Operator.In or Operator.NotIn ? "" : " ";

    private static IEnumerable<Option> Fitting(IEnumerable<Option> options, string piece) =>
        options.Where(o => o.Value.StartsWith(piece, StringComparison.OrdinalIgnoreCase));

    private static string Plain(string piece, string prefix) =>
        (piece.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) ? piece[prefix.Length..] : piece).Trim('`', '"', '\'');

    private static string Written(string key) =>
        key.All(c => char.IsLetterOrDigit(c) || c is '_' or '.' or '/' or '-' or ':' or '@') ? key : Words.Quote(key, '`');

    private static string? Wordy(string word) => word switch { "AND" => "both", "OR" => "one of them", "NULL" => "has none", "NOT NULL" => "has one", _ => null };
}
