using Crucible.Experiments.Domain.Search;

namespace Crucible.Experiments.Data;

/// <summary>Clauses of a filter as conditions on a column; every value is a parameter.</summary>
internal static class Conditions
{
    /// <summary>Compares a column as the clause says.</summary>
    public static string Compare(SqlDraft sql, string column, Clause clause) => clause.Value switch
    {
        FilterValue.Number number => $"{column} {Symbol(clause.Operator)} {sql.Value(number.Value)}"
            + (clause.Entity == Entity.Metric && clause.Operator is Operator.Greater or Operator.GreaterOrEqual ? $" and {column} < 'NaN'" : ""),
        FilterValue.Texts several => $"{(clause.Operator == Operator.NotIn ? "not " : "")}{column} = any({sql.Value(several.Values.ToArray())})",
        FilterValue.Text text => $"{column} {Symbol(clause.Operator)} {sql.Value(Pattern(text.Value, clause.Operator))}",
        _ => $"{column} is {(clause.Operator == Operator.IsNotNull ? "not " : "")}null",
    };

    /// <summary>Asks a table of keys and values of <paramref name="parent"/>.</summary>
    public static string Keyed(SqlDraft sql, string table, string link, string parent, Clause clause)
    {
        var row = $"select from experiments.{table} x where x.{link} = {parent}.{link} and x.key = {sql.Value(clause.Key)}";
        return clause.Operator switch
        {
            Operator.IsNull => $"not exists ({row})",
            Operator.IsNotNull => $"exists ({row})",
            _ => $"exists ({row} and {Compare(sql, "x.value", clause)})",
        };
    }

    // A pattern that ends within an escape is an error to PostgreSQL; it can only mean the backslash itself.
    private static string Pattern(string text, Operator op)
    {
        var slashes = text.Length - text.TrimEnd('\\').Length;
        return op is Operator.Like or Operator.ILike && slashes % 2 == 1 ? text + '\\' : text;
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
        _ => throw new InvalidOperationException($"No symbol for {op}."),
    };
}
