using Crucible.Data;
using Crucible.Jobs;
using Crucible.Notices;
using Crucible.People;
using Dapper;

namespace Crucible.Host.Notices;

/// <summary>Tells owners of tokens that end within a week, once for each.</summary>
internal sealed class WarnOfExpiringTokens(Database database, INotices notices, TimeProvider time) : IBackgroundJob
{
    private static readonly TimeSpan Ahead = TimeSpan.FromDays(7);

    public async Task Run(JobRun run, CancellationToken cancel)
    {
        await using var write = await database.Write(Actor.System("token warnings"), cancel);
        var now = time.GetUtcNow();
        var ending = await write.Connection.QueryAsync<(Guid Id, Guid Person, string Name, DateTime Until)>(new("""
            select id, person_id, name, expires_at from crucible.token
            where revoked_at is null and expires_at > @now and expires_at <= @until order by expires_at
            """, new { now, until = now + Ahead }, cancellationToken: cancel));
        foreach (var (id, person, name, until) in ending)
            await notices.Notify(write, person, new("crucible.token-ends", $"The token “{name}” ends on {until:d MMMM}", "/account/tokens")
            {
                Text = "Programs that use it stop working then. Make another one in time.",
                Status = "pending",
                Key = id.ToString(),
                Once = true,
            }, cancel);
        await write.Commit(cancel);
    }
}
