using Crucible.Data;
using Crucible.People;
using Crucible.Testing;
using Dapper;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Host.Tests.Notices;

/// <summary>People whose first notice, that they were put into a team, has come and gone.</summary>
internal static class Newcomers
{
    public static async Task<Player> Newcomer(this World world, string name, Role role, Guid team)
    {
        var player = await world.Invite(name, role, team, true);
        await using var connection = await world.Services.GetRequiredService<Database>().Open(default);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (await connection.ExecuteAsync("delete from crucible.notice where person_id = @PersonId", player) == 0)
            await Task.Delay(10, patience.Token);
        return player;
    }
}
