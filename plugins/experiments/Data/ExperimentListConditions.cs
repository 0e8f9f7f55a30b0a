using Crucible.Data;
using Crucible.Experiments.Domain;
using Crucible.Search;
using Dapper;

namespace Crucible.Experiments.Data;

/// <summary>The filter of the list of experiments as conditions. Every value is a parameter.</summary>
internal static class ExperimentListConditions
{
    public static string Of(ExperimentListFilter filter, DynamicParameters values)
    {
        var all = new List<string> { filter.View switch { "deleted" => "e.lifecycle = 'deleted'", "archived" => "e.lifecycle = 'active' and e.archived", _ => "e.lifecycle = 'active' and not e.archived" } };
        if (filter.Text.Length > 0)
        {
            values.Add("text", Like.Within(filter.Text));
            all.Add("e.name ilike @text");
        }
        foreach (var word in filter.Query.Words.Where(w => w.Negated))
        {
            values.Add($"v{all.Count}", Like.Within(word.Text));
            all.Add($"e.name not ilike @v{all.Count}");
        }
        foreach (var term in filter.Query.Terms)
            all.Add($"{(term.Negated ? "not " : "")}({Condition(term, values, $"v{all.Count}")})");
        return string.Join(" and ", all);
    }

    private static string Condition(Qualifier term, DynamicParameters values, string name)
    {
        switch (term.Key)
        {
            case "status":
                values.Add(name, term.Values.ToArray());
                return $"case when e.paused then 'paused' else e.status end = any(@{name})";
            case "project":
                values.Add(name, term.Values.Select(v => v.ToLowerInvariant()).ToArray());
                return $"coalesce((select lower(p.name) from experiments.project p where p.project_id = e.project_id), 'none') = any(@{name})";
            case "owner":
                values.Add(name, term.Values.Select(v => v.ToLowerInvariant()).ToArray());
                return $"e.owner_id is null and 'none' = any(@{name}) or exists (select from crucible.person p where p.id = e.owner_id and (lower(p.user_name) = any(@{name}) or lower(p.display_name) = any(@{name})))";
            case "tag":
                values.Add(name, term.Values.ToArray());
                return $"exists (select from experiments.experiment_tag t where t.experiment_id = e.experiment_id and (t.key = any(@{name}) or t.key || '=' || t.value = any(@{name})))";
            case "runs":
                values.Add(name, term.Number);
                return $"(select count(*) from experiments.run r where r.experiment_id = e.experiment_id and r.lifecycle = e.lifecycle) {(term.Sign.Length == 0 ? "=" : term.Sign)} @{name}";
            default:
                values.Add(name, term.Time.ToUnixTimeMilliseconds());
                var since = term.Comparison is Comparison.Less or Comparison.AtMost ? "<" : ">=";
                return term.Key == "created" ? $"e.created_ms {since} @{name}" : $"coalesce(a.start_time, e.created_ms) {since} @{name}";
        }
    }
}
