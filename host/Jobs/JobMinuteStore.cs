using Crucible.Data;
using Dapper;

namespace Crucible.Host.Jobs;

/// <summary>The counts by minute that the charts are drawn from.</summary>
internal sealed class JobMinuteStore(Database database)
{
    /// <summary>Writes this host's rows as they stand now.</summary>
    public async Task Write(long node, IReadOnlyList<JobMinute> minutes, CancellationToken cancel)
    {
        if (minutes.Count == 0)
            return;
        await using var connection = await database.Open(cancel);
        await connection.ExecuteAsync(new CommandDefinition("""
            insert into crucible.job_minute (minute, job, node_id, succeeded, failed, cancelled, took, waited)
            values (@Minute, @Job, @node, @Succeeded, @Failed, @Cancelled, @Took, @Waited)
            on conflict (minute, job, node_id) do update
            set succeeded = excluded.succeeded, failed = excluded.failed, cancelled = excluded.cancelled, took = excluded.took, waited = excluded.waited
            """, minutes.Select(m => new { m.Minute, m.Job, node, m.Succeeded, m.Failed, m.Cancelled, m.Took, m.Waited }), cancellationToken: cancel));
    }

    /// <summary>Counts over all hosts, in steps of so many minutes, the oldest first; steps without a run are left out.</summary>
    /// <param name="job">One job, or null for all.</param>
    /// <param name="minutes">How far back.</param>
    /// <param name="step">Minutes to a step.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<IReadOnlyList<JobStep>> Read(string? job, int minutes, int step, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        var rows = await connection.QueryAsync<(DateTime At, int Succeeded, int Failed, int Cancelled, int[] Took, int[] Waited)>(new CommandDefinition("""
            select date_bin(@step * interval '1 minute', minute, timestamptz '2020-01-01 00:00+00') as at, succeeded, failed, cancelled, took, waited
            from crucible.job_minute
            where minute > now() - @minutes * interval '1 minute' and (@job::text is null or job = @job)
            """, new { job, minutes, step }, cancellationToken: cancel));
        var steps = new SortedDictionary<DateTime, JobStep>();
        foreach (var (at, succeeded, failed, cancelled, took, waited) in rows)
        {
            if (!steps.TryGetValue(at, out var sum))
                steps[at] = sum = new(at);
            sum.Add(succeeded, failed, cancelled, took, waited);
        }
        return [.. steps.Values];
    }
}

/// <summary>A step of a chart.</summary>
public sealed class JobStep(DateTime at)
{
    public DateTime At => at;
    public long Succeeded { get; private set; }
    public long Failed { get; private set; }
    public long Cancelled { get; private set; }
    public long[] Took { get; } = new long[Spread.Slots];
    public long[] Waited { get; } = new long[Spread.Slots];
    public long All => Succeeded + Failed + Cancelled;

    public void Add(long succeeded, long failed, long cancelled, IReadOnlyList<int> took, IReadOnlyList<int> waited)
    {
        (Succeeded, Failed, Cancelled) = (Succeeded + succeeded, Failed + failed, Cancelled + cancelled);
        for (var i = 0; i < Spread.Slots; i++)
        {
            Took[i] += i < took.Count ? took[i] : 0;
            Waited[i] += i < waited.Count ? waited[i] : 0;
        }
    }

    public void Add(JobStep other)
    {
        (Succeeded, Failed, Cancelled) = (Succeeded + other.Succeeded, Failed + other.Failed, Cancelled + other.Cancelled);
        for (var i = 0; i < Spread.Slots; i++)
        {
            Took[i] += other.Took[i];
            Waited[i] += other.Waited[i];
        }
    }
}
