using System.Globalization;

namespace Crucible.Experiments.Domain.Search;

/// <summary>
/// Writes clauses as conditions on <c>experiments.run r</c>. A key that is absent fails every comparison (MLflow joins),
/// NaN fails every comparison but <c>!=</c> (IEEE 754; PostgreSQL alone would say that NaN is greater than everything).
/// </summary>
internal sealed class ClauseSql(SqlDraft sql, string experiments, string fence)
{
    /// <summary>MLflow's status word, for patterns and sorting; equality translates the value instead.</summary>
    internal const string StatusWord =
        "case r.status when 'running' then 'RUNNING' when 'pending' then 'SCHEDULED' when 'completed' then 'FINISHED' when 'failed' then 'FAILED' when 'cancelled' then 'KILLED' end";

    internal const string RunIdText = "replace(r.run_id::text, '-', '')";

    /// <summary>The conditions that together say what the clauses say; fewer than clauses where those share a key.</summary>
    public IEnumerable<string> Conditions(IEnumerable<Clause> clauses)
    {
        // A run has at most one row for a key, so all clauses on a key are one probe, and all IS NULL of a table another.
        foreach (var group in clauses.GroupBy(c => (c.Entity, Key: c.Entity switch
        {
            Entity.Attribute or Entity.Dataset => null,
            _ => c.Operator == Operator.IsNull ? "" : c.Key,
        })))
        {
            if (group.Key.Key is null)
                foreach (var clause in group)
                    yield return clause.Entity == Entity.Dataset ? Dataset(clause) : Attribute(clause);
            else if (group.Key.Key.Length == 0)
                yield return "not " + Exists(group.Key.Entity, $"= any({sql.Value(group.Select(c => c.Key).Distinct().ToArray())})");
            else
                yield return Exists(group.Key.Entity, "= " + sql.Value(group.Key.Key), [.. group.Select(Keyed).OfType<string>()]);
        }
    }

    /// <summary>A clause on a metric whose series is joined already.</summary>
    public string OnMetric(string alias, Clause clause) => Compare($"{alias}.last_value", clause);

    private string? Keyed(Clause clause) => clause switch
    {
        { Operator: Operator.IsNotNull } => null,
        { Entity: Entity.Metric } => OnMetric("x", clause),
        // The index is on the first characters, because a value can be longer than an index entry.
        { Operator: Operator.Equal, Value: FilterValue.Text text } => Prefixed(text.Value),
        _ => Compare("x.value", clause),
    };

    private string Prefixed(string value)
    {
        var name = sql.Value(value);
        // A beginning shorter than the index holds is the whole value. To ask for both then would have the planner
        // multiply two odds that are one, and expect a twentieth of the rows.
        return Wording.Length(value) < RunQuery.IndexedCharacters
            ? $"left(x.value, {RunQuery.IndexedCharacters}) = {name}"
            : $"left(x.value, {RunQuery.IndexedCharacters}) = left({name}, {RunQuery.IndexedCharacters}) and x.value = {name}";
    }

    // The experiment stands in the probe as well, so that the planner may come from (experiment_id, key, …).
    private string Exists(Entity entity, string key, params string[] conditions)
    {
        var table = entity switch { Entity.Metric => "series", Entity.Param => "param", _ => "tag" };
        return $"exists (select from experiments.{table} x where x.run_id = r.run_id and x.{experiments} and x.key {key}"
            + string.Concat(conditions.Select(c => $" and {c}")) + $"{fence})";
    }

    private string Dataset(Clause clause)
    {
        var column = clause.Key == "context" ? "i.context" : $"d.{(clause.Key == "name" ? "name" : "digest")}";
        return $"exists (select from experiments.input i join experiments.dataset d on d.dataset_id = i.dataset_id where i.run_id = r.run_id and {Compare(column, clause)}{fence})";
    }

    private string Attribute(Clause clause) => clause.Key switch
    {
        "run_id" => Id(clause),
        "status" when clause.Operator is Operator.Equal or Operator.NotEqual =>
            Compare("r.status", clause with { Value = new FilterValue.Text(Status(((FilterValue.Text)clause.Value!).Value)) }),
        "status" => Compare($"({StatusWord})", clause),
        var key => Compare(Column(key), clause),
    };

    internal static string Column(string key) => key switch
    {
        "run_id" => "r.run_id",
        "run_name" => "r.name",
        "status" => StatusWord,
        "artifact_uri" => "r.artifact_uri",
        "user_id" => "r.user_id",
        "start_time" => "r.start_time",
        "end_time" => "r.end_time",
        _ => throw new InvalidOperationException($"No column is known for the attribute {key}."),
    };

    /// <summary>Both vocabularies are understood: FINISHED as clients write it, completed as pages do.</summary>
    private static string Status(string word) =>
        (RunStatusWords.FromProtocol(word.ToUpperInvariant()) ?? RunStatusWords.FromWord(word.ToLowerInvariant()))?.Word() ?? "";

    private string Id(Clause clause)
    {
        if (clause.Operator is Operator.Like or Operator.ILike)
            return Compare(RunIdText, clause);
        // Ids are stored as UUIDs. What is no UUID equals no run; in lists MLflow reads lower-case ids only.
        var texts = clause.Value is FilterValue.Texts several
            ? several.Values.Where(t => !t.Any(char.IsUpper))
            : [((FilterValue.Text)clause.Value!).Value];
        var ids = texts.Select(t => RunId.TryRead(t, out var id) ? id : (Guid?)null).OfType<Guid>().ToArray();
        var any = $"r.run_id = any({sql.Value(ids)})";
        return clause.Operator is Operator.NotEqual or Operator.NotIn ? $"not {any}" : any;
    }

    private string Compare(string column, Clause clause) => clause.Value switch
    {
        FilterValue.Number number => Number(column, clause, number.Value),
        FilterValue.Texts several => (clause.Operator == Operator.NotIn ? "not " : "")
            + $"{column} = any({sql.Value(several.Values.ToArray())})",
        _ => $"{column} {Symbol(clause.Operator)} {sql.Value(Pattern(clause))}",
    };

    private string Number(string column, Clause clause, double number)
    {
        // Whole milliseconds compare as bigint, which an index can serve.
        object value = clause.Entity == Entity.Attribute && number == Math.Floor(number) && Math.Abs(number) < 9e18
            ? (object)(long)number
            : number;
        var condition = $"{column} {Symbol(clause.Operator)} {sql.Value(value)}";
        return clause.Entity == Entity.Metric && clause.Operator is Operator.Greater or Operator.GreaterOrEqual
            ? $"{condition} and {column} < 'NaN'"
            : condition;
    }

    private static string Pattern(Clause clause)
    {
        var text = ((FilterValue.Text)clause.Value!).Value;
        if (clause.Operator is not (Operator.Like or Operator.ILike))
            return text;
        // A pattern that ends within an escape is an error to PostgreSQL; it can only mean the backslash itself.
        var slashes = text.Length - text.TrimEnd('\\').Length;
        return slashes % 2 == 0 ? text : text + '\\';
    }

    private static string Symbol(Operator op) => op switch
    {
        Operator.Equal => "=",
        Operator.NotEqual => "<>",
        Operator.Greater => ">",
        Operator.GreaterOrEqual => ">=",
        Operator.Less => "<",
        Operator.LessOrEqual => "<=",
        Operator.Like => "like",
        Operator.ILike => "ilike",
        Operator.RLike => "~",
        _ => throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"No symbol for {op}.")),
    };
}
