using System.Diagnostics;
using System.Text;
using Crucible.Data;
using Crucible.Search;
using Dapper;

namespace Crucible.Host.Jobs;

/// <summary>
/// Finds runs, the newest first. However many there are, a search looks at the newest <see cref="Window"/> and no further, but
/// for states that an index of their own holds; so the page is as fast with a million rows as with a thousand.
/// </summary>
internal sealed class RunListStore(Database database, DeclaredJobs jobs)
{
    public const int Window = 100_000;
    public const int MostCounted = 10_000;

    /// <summary>So many digits of an id name a run, the last ones, as lists show them.</summary>
    public const int LeastOfId = 6;

    private static readonly TimeSpan FloorAge = TimeSpan.FromSeconds(30);

    private const string Columns = """
        r.id, r.job, r.state, r.arguments::text, r.asked_by, r.due, r.created_at, r.ready_at, r.attempt, r.forgiven, r.node, r.started_at, r.ended_at,
        r.wait_ms, r.took_ms, r.done, r.total, r.doing, r.lines, r.cancel_at, r.cancel_by, r.error,
        (r.state not in ('queued', 'retrying') or exists (select from crucible.node n where n.state = 'up' and r.job = any(n.jobs))) as known
        """;

    private Floor? _floor;

    private sealed record Floor(Guid Id, bool Cuts, long Stamp);

    /// <summary>Whether there are runs that a search does not look at.</summary>
    public bool IsCut => _floor is { Cuts: true };

    /// <param name="filter">What to find.</param>
    /// <param name="before">Id of the last run of the page before; null for the first page.</param>
    /// <param name="most">How many.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<IReadOnlyList<RunRow>> Page(RunFilter filter, Guid? before, int most, CancellationToken cancel)
    {
        var (conditions, parameters) = await Conditions(filter, cancel);
        if (before is not null)
        {
            conditions.Append(" and r.id < @before");
            parameters.Add("before", before);
        }
        parameters.Add("most", most);
        await using var connection = await database.Open(cancel);
        return [.. await connection.QueryAsync<RunRow>(new CommandDefinition($"select {Columns} from crucible.job_run r where {conditions} order by r.id desc limit @most", parameters, commandTimeout: 10, cancellationToken: cancel))];
    }

    /// <summary>Ids that a filter finds in some states and that were over before a moment; for acting on them in slices.</summary>
    public async Task<IReadOnlyList<Guid>> Ids(RunFilter filter, IReadOnlyList<string> states, DateTimeOffset until, int most, CancellationToken cancel)
    {
        var (conditions, parameters) = await Conditions(filter with { States = filter.States.Count == 0 ? states : [.. filter.States.Intersect(states)] }, cancel);
        if (filter.States.Count > 0 && !filter.States.Intersect(states).Any())
            return [];
        parameters.Add("most", most);
        parameters.Add("until", until);
        await using var connection = await database.Open(cancel);
        return [.. await connection.QueryAsync<Guid>(new CommandDefinition($"select r.id from crucible.job_run r where {conditions} and coalesce(r.ended_at, r.created_at) < @until order by r.id desc limit @most", parameters, commandTimeout: 30, cancellationToken: cancel))];
    }

    public async Task<RunRow?> Find(Guid id, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.QuerySingleOrDefaultAsync<RunRow>(new CommandDefinition($"select {Columns} from crucible.job_run r where r.id = @id", new { id }, cancellationToken: cancel));
    }

    /// <summary>Runs by their id without hyphens, or by its end, which is looked for among the newest ten thousand.</summary>
    public async Task<IReadOnlyList<(Guid Id, string Job, string State)>> EndingIn(string digits, int most, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<(Guid, string, string)>(new CommandDefinition(digits.Length == 32
            ? "select id, job, state from crucible.job_run where id = @digits::uuid"
            : """
              select id, job, state from (select id, job, state from crucible.job_run order by id desc limit 10000) r
              where right(replace(id::text, '-', ''), length(@digits)) = @digits order by id desc limit @most
              """, new { digits, most }, cancellationToken: cancel))).AsList();
    }

    public async Task<IReadOnlyList<AttemptRow>> Attempts(Guid id, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return [.. await connection.QueryAsync<AttemptRow>(new CommandDefinition(
            "select attempt, outcome, node, started_at, took_ms, error, details from crucible.job_attempt where run_id = @id order by attempt desc limit 100", new { id }, cancellationToken: cancel))];
    }

    /// <summary>The last lines of a run's log from a line on, the newest last.</summary>
    public async Task<IReadOnlyList<LogRow>> Log(Guid id, int from, int most, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return [.. (await connection.QueryAsync<LogRow>(new CommandDefinition(
            "select line, attempt, at, level, text from crucible.job_log where run_id = @id and line >= @from order by line desc limit @most", new { id, from, most }, cancellationToken: cancel))).Reverse()];
    }

    /// <summary>How many runs are in the states that an index knows, up to <see cref="MostCounted"/> each.</summary>
    public async Task<IReadOnlyDictionary<string, int>> Counts(CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<(string State, int Count)>(new CommandDefinition($"""
            select 'queued', count(*)::int from (select from crucible.job_run where state = 'queued' and state in ('queued', 'retrying') limit {MostCounted + 1}) x
            union all select 'retrying', count(*)::int from (select from crucible.job_run where state = 'retrying' and state in ('queued', 'retrying') limit {MostCounted + 1}) x
            union all select 'running', count(*)::int from (select from crucible.job_run where state = 'running' limit {MostCounted + 1}) x
            union all select 'dead', count(*)::int from (select from crucible.job_run where state = 'dead' limit {MostCounted + 1}) x
            """, cancellationToken: cancel))).ToDictionary(c => c.State, c => c.Count);
    }

    private async Task<(StringBuilder Sql, DynamicParameters Parameters)> Conditions(RunFilter filter, CancellationToken cancel)
    {
        var sql = new StringBuilder("true");
        var parameters = new DynamicParameters();
        // Words of the code, not of the query: only as literals do they lead to the indexes made for them.
        if (filter.States.Count > 0)
            sql.Append($" and r.state in ({string.Join(", ", RunState.All.Intersect(filter.States).Select(s => $"'{s}'").DefaultIfEmpty("null"))})");
        if (filter.States.Count == 0 || filter.States.Contains(RunState.Succeeded))
        {
            sql.Append(" and r.id >= @floor");
            parameters.Add("floor", await FloorId(cancel));
        }
        if (filter.Jobs.Count > 0)
        {
            sql.Append(" and r.job = any(@jobs)");
            parameters.Add("jobs", Keys(filter.Jobs));
        }
        for (var i = 0; i < filter.Terms.Count; i++)
            sql.Append($" and ({Condition(filter.Terms[i], parameters, $"t{i}")}) {(filter.Terms[i].Negated ? "is not true" : "")}");
        for (var i = 0; i < filter.Words.Count; i++)
        {
            var word = filter.Words[i].Text;
            // Lists show the end of an id.
            var id = word.Length >= LeastOfId && word.All(c => char.IsAsciiHexDigit(c) || c == '-') ? $" or right(replace(r.id::text, '-', ''), length(@id{i})) = @id{i}" : "";
            sql.Append($" and (strpos(lower(r.job), lower(@word{i})) > 0 or strpos(lower(r.error), lower(@word{i})) > 0{id}) {(filter.Words[i].Negated ? "is not true" : "")}");
            parameters.Add($"word{i}", word);
            if (id.Length > 0)
                parameters.Add($"id{i}", word.Replace("-", "", StringComparison.Ordinal).ToLowerInvariant());
        }
        return (sql, parameters);
    }

    private string Condition(Qualifier term, DynamicParameters parameters, string name)
    {
        parameters.Add(name, term.Key switch
        {
            "took" or "wait" => term.Duration.TotalMilliseconds,
            "attempts" => term.Number,
            "after" or "before" => term.Time.UtcDateTime,
            "job" => Keys(term.Values),
            _ => term.Values.ToArray(),
        });
        var than = term.Sign.Length == 0 ? "=" : term.Sign;
        switch (term.Key)
        {
            case "job": return $"r.job = any(@{name})";
            case "plugin": return $"split_part(r.job, '.', 1) = any(@{name})";
            case "node": return $"r.node = any(@{name})";
            case "by": return $"r.asked_by = any(@{name})";
            case "took": return $"coalesce(r.took_ms, case when r.state = 'running' then extract(epoch from now() - r.started_at) * 1000 end) {than} @{name}";
            case "wait": return $"coalesce(r.wait_ms, extract(epoch from now() - r.ready_at) * 1000) {than} @{name}";
            case "attempts": return $"r.attempt {than} @{name}";
            case "after": return $"r.created_at >= @{name}";
            case "before": return $"r.created_at < @{name}";
            case "error": return $"exists (select from unnest(@{name}) e where strpos(lower(r.error), lower(e)) > 0)";
            default:
                parameters.Add($"{name}n", term.Key["arg.".Length..]);
                return $"r.arguments ->> @{name}n = any(@{name})";
        }
    }

    // Keys rather than a pattern, so that the index by job is used. Jobs that no plugin declares any more are found by their whole key.
    private string[] Keys(IReadOnlyList<string> names) =>
        [.. names.SelectMany(name => jobs.All.Where(j => j.Key.Contains(name, StringComparison.OrdinalIgnoreCase) || j.Title.Contains(name, StringComparison.OrdinalIgnoreCase)).Select(j => j.Key).Append(name)).Distinct()];

    private async Task<Guid> FloorId(CancellationToken cancel)
    {
        if (_floor is { } known && Stopwatch.GetElapsedTime(known.Stamp) < FloorAge)
            return known.Id;
        await using var connection = await database.Open(cancel);
        var id = await connection.QuerySingleOrDefaultAsync<Guid?>(new CommandDefinition($"select id from crucible.job_run order by id desc offset {Window - 1} limit 1", cancellationToken: cancel));
        _floor = new(id ?? Guid.Empty, id is not null, Stopwatch.GetTimestamp());
        return _floor.Id;
    }
}

/// <summary>An attempt that did not succeed.</summary>
public sealed record AttemptRow(int Attempt, string Outcome, string? Node, DateTime StartedAt, double? TookMs, string Error, string? Details);

/// <summary>A line of a run's log.</summary>
public sealed record LogRow(int Line, int Attempt, DateTime At, string Level, string Text);
