namespace Crucible.People;

/// <summary>Who there is, for work that is done on somebody's behalf outside a request.</summary>
public interface IPeople
{
    /// <summary>
    /// A person as an actor, with the roles and teams of this moment: for a job that they asked for. Null when they are gone or
    /// disabled; what they asked for is then not done.
    /// </summary>
    Task<Actor?> ActorOf(Guid personId, CancellationToken cancel);

    /// <summary>All teams with their names, <see cref="Actor.Everyone"/> among them, by name.</summary>
    Task<IReadOnlyList<TeamName>> Teams(CancellationToken cancel);
}

/// <summary>A team and what people call it.</summary>
public sealed record TeamName(Guid Id, string Name);
