using Crucible.Data;
using Crucible.Search;
using Dapper;

namespace Crucible.Host.Audit;

/// <summary>A filter as the conditions of a statement. Every value is a parameter; the texts here are all there is of SQL.</summary>
internal static class AuditConditions
{
    public static (string Sql, DynamicParameters Values) Of(AuditFilter filter)
    {
        var values = new DynamicParameters();
        var all = new List<string> { "true" };
        foreach (var term in filter.Query.Terms)
            all.Add((term.Negated ? "not " : "") + Condition(term, values, $"v{all.Count}"));
        foreach (var word in filter.Query.Words)
        {
            var name = $"v{all.Count}";
            values.Add(name, Like.Within(word.Text));
            all.Add($"{(word.Negated ? "not " : "")}(a.title ilike @{name} or a.subject ilike @{name} or a.action ilike @{name} or a.actor ilike @{name})");
        }
        if (filter.Older is { } older)
        {
            values.Add("older", older);
            all.Add("a.id < @older");
        }
        return (string.Join(" and ", all), values);
    }

    private static string Condition(Qualifier term, DynamicParameters values, string name)
    {
        if (term.Key is "after" or "before")
        {
            values.Add(name, term.Time.UtcDateTime);
            return $"(a.at {(term.Key == "after" ? ">=" : "<")} @{name})";
        }
        values.Add(name, term.Values.Select(v => term.Key == "by" ? v.ToLowerInvariant() : v).ToArray());
        return term.Key switch
        {
            "by" => $"lower(a.actor) = any(@{name})",
            "action" => $"(a.action = any(@{name}) or {Under("a.action", ".", term, values, name)})",
            "on" => $"(a.subject = any(@{name}) or {Under("a.subject", ":", term, values, name)})",
            "from" => $"(a.address is not null and a.address = any(@{name}))",
            _ => $"a.via = any(@{name})",
        };
    }

    private static string Under(string column, string separator, Qualifier term, DynamicParameters values, string name)
    {
        values.Add(name + "u", term.Values.Select(v => Like.Literal(v) + separator + "%").ToArray());
        return $"{column} like any(@{name}u)";
    }
}
