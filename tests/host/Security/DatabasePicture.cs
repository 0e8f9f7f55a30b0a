using System.Collections.Concurrent;
using Npgsql;

namespace Crucible.Host.Tests.Security;

/// <summary>Every table of the database as a count and a hash, to tell whether anything is different afterwards.</summary>
internal sealed record DatabasePicture(IReadOnlyDictionary<string, string> Tables)
{
    // What changes by itself while nobody asks for anything: the scheduler's clockwork, how far reactions have come.
    private static readonly string[] Background =
    [
        "qrtz_triggers", "qrtz_cron_triggers", "qrtz_fired_triggers", "qrtz_scheduler_state", "qrtz_locks", "qrtz_execution_history", "reaction", "job_minute", "sign_in_place", "alert_pulse",
    ];

    // Rows that come by themselves in tables where others do not: what is noted of a refusal, what the scheduler queues, what
    // reactions make of what was done before.
    private static readonly Dictionary<string, string> Rows = new()
    {
        ["crucible.audit"] = "action <> 'access.refused'",
        ["crucible.job_run"] = "asked_by not in ('schedule', 'crucible')",
        ["crucible.notice"] = "kind not in ('crucible.access', 'crucible.credentials', 'crucible.sign-in')",
        ["crucible.change"] = "topic not like 'audit:%' and kind not like '%NoticesChanged'",
        ["crucible.topic"] = "topic not like 'audit:%' and topic not like 'person:%'",
    };

    // What every request moves, refused or not: when a credential was last seen, and how far its session therefore reaches.
    private static readonly string[] Moving = ["seen_at", "used_at", "expires_at", "beat_at"];

    private static readonly ConcurrentDictionary<string, string> Statements = new();

    public static async Task<DatabasePicture> Take(string connectionString)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        if (!Statements.TryGetValue(connectionString, out var hashes))
            Statements[connectionString] = hashes = await Statement(connection);
        await using var all = new NpgsqlCommand(hashes, connection) { Parameters = { new() { Value = Moving } } };
        // Of some seventy tables: planning it takes longer than the rest.
        await all.PrepareAsync();
        await using var found = await all.ExecuteReaderAsync();
        var picture = new Dictionary<string, string>();
        while (await found.ReadAsync())
            picture[found.GetString(0)] = found.GetString(1);
        return new(picture);
    }

    private static async Task<string> Statement(NpgsqlConnection connection)
    {
        var tables = new List<string>();
        await using (var list = new NpgsqlCommand("""
            select quote_ident(schemaname) || '.' || quote_ident(tablename) from pg_tables
            where schemaname not in ('pg_catalog', 'information_schema') and not lower(tablename) = any($1) order by 1
            """, connection) { Parameters = { new() { Value = Background } } })
        await using (var rows = await list.ExecuteReaderAsync())
            while (await rows.ReadAsync())
                tables.Add(rows.GetString(0));
        return string.Join(" union all ", tables.Select(t =>
            $"select '{t}', count(*) || ' rows ' || coalesce(sum(hashtextextended((to_jsonb(t) - $1)::text, 0)), 0) from {t} t where {Rows.GetValueOrDefault(t, "true")}"));
    }

    /// <summary>The tables that are different in the later picture.</summary>
    public IEnumerable<string> Differences(DatabasePicture later) =>
        Tables.Keys.Union(later.Tables.Keys).Where(t => Tables.GetValueOrDefault(t) != later.Tables.GetValueOrDefault(t)).Order(StringComparer.Ordinal);
}
