using Crucible.Data;
using Crucible.Jobs;
using Dapper;

namespace Team.Chores;

public sealed class DiaryStore(Database database)
{
    public async Task Add(JobRun run, string what, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await connection.ExecuteAsync(new CommandDefinition("insert into chores.did (run_id, attempt, what) values (@Id, @Attempt, @what)", new { run.Id, run.Attempt, what }, cancellationToken: cancel));
    }

    public async Task<bool> Holds(string what, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.ExecuteScalarAsync<bool>(new CommandDefinition("select exists (select from chores.did where what = @what)", new { what }, cancellationToken: cancel));
    }
}
