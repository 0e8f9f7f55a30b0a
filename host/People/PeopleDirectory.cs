using Crucible.People;

namespace Crucible.Host.People;

/// <summary>What plugins may ask about people.</summary>
internal sealed class PeopleDirectory(AccessStore access, TeamStore teams) : IPeople
{
    public Task<Actor?> ActorOf(Guid personId, CancellationToken cancel) => access.ActorOf(personId, cancel);

    public async Task<IReadOnlyList<TeamName>> Teams(CancellationToken cancel) =>
        [.. (await teams.All(cancel)).Select(t => new TeamName(t.Id, t.Name))];
}
