using Crucible.Data;
using Crucible.Notices;
using Dapper;

namespace Crucible.Host.Mail;

/// <summary>What a week held, for the weekly mail.</summary>
internal sealed class DigestStore(Database database)
{
    private const int Patience = 30;

    public async Task<int> NewPeople(Week week, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.ExecuteScalarAsync<int>(new("select count(*)::int from crucible.person where created_at >= @From and created_at < @Until", week, cancellationToken: cancel));
    }

    /// <summary>Runs that ended as dead letters, discarded since or not, by job; the most first.</summary>
    public async Task<IReadOnlyList<(string Job, int Runs)>> GivenUp(Week week, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<(string, int)>(new("""
            select job, count(*)::int from crucible.job_run where state in ('dead', 'failed') and ended_at >= @From and ended_at < @Until group by job order by 2 desc, 1
            """, week, commandTimeout: Patience, cancellationToken: cancel))).AsList();
    }

    public async Task<int> Succeeded(string[] jobs, Week week, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.ExecuteScalarAsync<int>(new("""
            select count(*)::int from crucible.job_run where job = any(@jobs) and state = 'succeeded' and ended_at >= @From and ended_at < @Until
            """, new { jobs, week.From, week.Until }, commandTimeout: Patience, cancellationToken: cancel));
    }
}
