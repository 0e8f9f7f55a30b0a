using System.Globalization;

namespace Crucible.Experiments.Domain.Search;

/// <summary>
/// Writes clauses as conditions on <c>experiments.run r</c>. A key that is absent fails every comparison (MLflow joins),
/// NaN fails every comparison but <c>!=</c> (IEEE 754; PostgreSQL alone would say that NaN is greater than everything).
/// What all must hold is written so that the planner may join it; alternatives and NOT are subplans, each a hash or a probe.
/// </summary>
internal sealed class ClauseSql(SqlDraft sql, string experiments, string fence, DateTimeOffset now)
{
    /// <summary>MLflow's status word, for patterns and sorting; equality translates the value instead.</summary>
    internal const string StatusWord =
        "case r.status when 'running' then 'RUNNING' when 'pending' then 'SCHEDULED' when 'completed' then 'FINISHED' when 'failed' then 'FAILED' when 'cancelled' then 'KILLED' end";

    /// <summary>The conditions that together say what the parts say; fewer than parts where clauses share a key.</summary>
    public IEnumerable<string> Conditions(IEnumerable<FilterNode> parts)
    {
        var nodes = parts.ToArray();
        foreach (var condition in Together(nodes.OfType<FilterNode.One>().Select(n => n.Clause)))
            yield return condition;
        foreach (var node in nodes)
            if (node is not FilterNode.One)
                yield return (fence.Length == 0 ? this : new(sql, experiments, "", now)).Expression(node);
    }

    // Nothing in here can become a join, and without a fence the planner may hash what it would else probe for each run.
    private string Expression(FilterNode node) => node switch
    {
        FilterNode.All all => $"({string.Join("\n  and ", Conditions(all.Parts))})",
        FilterNode.Any any => $"({string.Join("\n  or ", any.Parts.Select(Expression))})",
        // Of a run without an end every comparison of it is neither true nor false; not to be true is what NOT says.
        FilterNode.Except except => $"({Expression(except.Part)} is not true)",
        _ => $"({string.Join(" and ", Conditions([node]))})",
    };

    private IEnumerable<string> Together(IEnumerable<Clause> clauses)
    {
        // A run has at most one row for a key, so all clauses on a key are one probe, and all IS NULL of a table another.
        foreach (var group in clauses.GroupBy(c => (c.Entity, Key: c.Entity switch
        {
            Entity.Attribute or Entity.Dataset => null,
            _ => c.Operator == Operator.IsNull ? "" : c.Key,
        }, Aggregate: c.Operator == Operator.IsNull ? c.Aggregate : default)))
        {
            if (group.Key.Key is null)
                foreach (var clause in group)
                    yield return clause.Entity == Entity.Dataset ? Dataset(clause) : Attribute(clause);
            else if (group.Key.Key.Length == 0)
                yield return "not " + Exists(group.Key.Entity, $"= any({sql.Value(group.Select(c => c.Key).Distinct().ToArray())})",
                    group.Key.Entity == Entity.Metric ? [$"{MetricColumn("x", group.Key.Aggregate)} is not null"] : []);
            else
                yield return Exists(group.Key.Entity, "= " + sql.Value(group.Key.Key), [.. group.Select(Keyed).OfType<string>()]);
        }
    }

    /// <summary>A clause on a metric whose series is joined already.</summary>
    public string OnMetric(string alias, Clause clause) => Compare(MetricColumn(alias, clause.Aggregate), clause);

    internal static string MetricColumn(string alias, Aggregate aggregate) => aggregate switch
    {
        Aggregate.Min => $"{alias}.min_value",
        Aggregate.Max => $"{alias}.max_value",
        Aggregate.Mean => $"experiments.mean_of({alias}.mean_sum, {alias}.mean_points)",
        _ => $"{alias}.last_value",
    };

    private string? Keyed(Clause clause) => clause switch
    {
        { Entity: Entity.Metric } => OnMetric("x", clause),
        { Operator: Operator.IsNotNull } => null,
        // The index is on the first characters, because a value can be longer than an index entry.
        { Operator: Operator.Equal, Value: FilterValue.Text text } => Prefixed(text.Value),
        { Value: FilterValue.Number or FilterValue.Numbers } => Compare("experiments.number_of(x.value)", clause),
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
        var (not, condition) = clause.Operator == Operator.IsNull ? ("not ", $"{column} is not null") : ("", Compare(column, clause));
        return $"{not}exists (select from experiments.input i join experiments.dataset d on d.dataset_id = i.dataset_id where i.run_id = r.run_id and {condition}{fence})";
    }

    private string Attribute(Clause clause) => clause.Key switch
    {
        "run_id" => Id("r.run_id", clause),
        "parent_run_id" => Id("r.parent_run_id", clause),
        RunScopes.Owner => Id("r.owner_id", clause),
        RunScopes.Nested => $"{(Asks(clause) ? "" : "not ")}exists (select from experiments.run p where p.run_id = r.parent_run_id and p.run_id <> r.run_id and p.experiment_id = r.experiment_id and p.lifecycle = 'active' and p.archived_at is null offset 0)",
        "status" => Status(clause),
        "user_id" when clause.Value is null => Compare("nullif(r.user_id, '')", clause),
        "duration" => Compare(Duration(sql, now), clause),
        "archived" => $"r.archived_at is {(Asks(clause) ? "not " : "")}null",
        "lost" => $"(r.status = 'running' and r.heard_at <= {sql.Value(now.UtcDateTime)} - (select e.lost_after from experiments.experiment e where e.experiment_id = r.experiment_id)) is {(Asks(clause) ? "" : "not ")}true",
        var key => Compare(Column(key), clause),
    };

    private static bool Asks(Clause clause) => ((FilterValue.Flag)clause.Value!).Value == (clause.Operator == Operator.Equal);

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

    /// <summary>Seconds from start to end, of a running run until now; null of one that never ended.</summary>
    internal static string Duration(SqlDraft sql, DateTimeOffset now) =>
        $"((case when r.status = 'running' then {sql.Value((double)now.ToUnixTimeMilliseconds())} else r.end_time::double precision end - r.start_time) / 1000)";

    private string Status(Clause clause)
    {
        var stored = clause.Value switch
        {
            FilterValue.Text text when clause.Operator is Operator.Equal or Operator.NotEqual => new FilterValue.Text(Stored(text.Value)),
            FilterValue.Texts several => new FilterValue.Texts([.. several.Values.Select(Stored)]),
            var other => other,
        };
        return Compare(clause.Operator is Operator.Like or Operator.ILike ? $"({StatusWord})" : "r.status", clause with { Value = stored });
    }

    /// <summary>Both vocabularies are understood: FINISHED as clients write it, completed as pages do.</summary>
    private static string Stored(string word) =>
        (RunStatusWords.FromProtocol(word.ToUpperInvariant()) ?? RunStatusWords.FromWord(word.ToLowerInvariant()))?.Word() ?? "";

    private string Id(string column, Clause clause)
    {
        if (clause.Operator is Operator.Like or Operator.ILike)
            return Compare($"replace({column}::text, '-', '')", clause);
        if (clause.Value is null)
            return Compare(column, clause);
        // Ids are stored as UUIDs. What is no UUID equals no run; in lists MLflow reads lower-case ids only.
        var texts = clause.Value is FilterValue.Texts several
            ? several.Values.Where(t => !t.Any(char.IsUpper))
            : [((FilterValue.Text)clause.Value).Value];
        var ids = texts.Select(t => RunId.TryRead(t, out var id) ? id : (Guid?)null).OfType<Guid>().ToArray();
        var any = $"{column} = any({sql.Value(ids)})";
        return clause.Operator is Operator.NotEqual or Operator.NotIn ? $"not {any}" : any;
    }

    private string Compare(string column, Clause clause) => clause.Value switch
    {
        null => $"{column} is {(clause.Operator == Operator.IsNotNull ? "not " : "")}null",
        FilterValue.Number number => Number(column, clause, number.Value),
        FilterValue.Ago ago => Number(column, clause, (now - ago.Length).ToUnixTimeMilliseconds()),
        FilterValue.Numbers several => (clause.Operator == Operator.NotIn ? "not " : "")
            + $"{column} = any({sql.Value(several.Values.ToArray())})",
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
