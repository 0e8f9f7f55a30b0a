using System.Diagnostics;
using Crucible.Data;
using Dapper;

namespace Crucible.Host.Jobs;

/// <summary>Writes what runs say about themselves: progress and log lines, many runs at a time.</summary>
internal sealed class RunReportStore(Database database)
{
    public async Task Write(long node, IReadOnlyList<RunReport> reports, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        var lines = reports.SelectMany(r => r.Lines.Select(l => (r.Run, Line: l))).ToList();
        await connection.ExecuteAsync(new CommandDefinition("""
            update crucible.job_run r
            set done = coalesce(p.done, r.done), total = coalesce(p.total, r.total),
                doing = case when p.done is null then r.doing else p.doing end, lines = greatest(r.lines, p.said)
            from unnest(@ids, @attempts, @dones, @totals, @doings, @saids) as p(id, attempt, done, total, doing, said)
            where r.id = p.id and r.attempt = p.attempt and r.node_id = @node and r.state = 'running';
            insert into crucible.job_log (run_id, line, attempt, at, level, text)
            select l.id, l.line, l.attempt, now() - l.age * interval '1 millisecond', l.level, l.text
            from unnest(@lineIds, @lines, @lineAttempts, @ages, @levels, @texts) as l(id, line, attempt, age, level, text)
            where exists (select from crucible.job_run r where r.id = l.id)
            on conflict do nothing
            """, new
        {
            node,
            ids = reports.Select(r => r.Run.Id).ToArray(),
            attempts = reports.Select(r => r.Run.Claim.Attempt).ToArray(),
            dones = reports.Select(r => r.Progress?.Done).ToArray(),
            totals = reports.Select(r => r.Progress?.Total).ToArray(),
            doings = reports.Select(r => r.Progress?.What).ToArray(),
            saids = reports.Select(r => r.Said).ToArray(),
            lineIds = lines.Select(l => l.Run.Id).ToArray(),
            lines = lines.Select(l => l.Line.Line).ToArray(),
            lineAttempts = lines.Select(l => l.Run.Claim.Attempt).ToArray(),
            ages = lines.Select(l => Stopwatch.GetElapsedTime(l.Line.Stamp).TotalMilliseconds).ToArray(),
            levels = lines.Select(l => l.Line.Level).ToArray(),
            texts = lines.Select(l => l.Line.Text).ToArray(),
        }, cancellationToken: cancel));
    }
}
