using Microsoft.AspNetCore.Http;

namespace Crucible.People;

/// <summary>What a person may do at most, over all teams. Each role includes the ones before it.</summary>
public enum Role
{
    /// <summary>Reads what the own teams have.</summary>
    Viewer,

    /// <summary>Reads and writes what the own teams have.</summary>
    Member,

    /// <summary>Everything.</summary>
    Admin,
}

/// <summary>
/// Who acts: a person in a browser, a person's token, or the system itself. Resolved once for a request and passed
/// down; nothing reads it from an ambient place.
/// </summary>
/// <param name="PersonId">The person; null for the system.</param>
/// <param name="UserName">Sign-in name, or the job's name.</param>
/// <param name="DisplayName">What people read.</param>
/// <param name="Role">The person's role.</param>
/// <param name="ReadTeams">Teams whose objects may be read, <see cref="Everyone"/> among them.</param>
/// <param name="WriteTeams">Teams whose objects may be written; a subset of <paramref name="ReadTeams"/>.</param>
/// <param name="HomeTeam">The team that gets what this actor creates.</param>
public sealed record Actor(Guid? PersonId, string UserName, string DisplayName, Role Role,
    Guid[] ReadTeams, Guid[] WriteTeams, Guid HomeTeam)
{
    /// <summary>The team everybody belongs to; a person without another team works in it.</summary>
    public static readonly Guid Everyone = new("00000000-0000-0000-0000-000000000001");

    /// <summary>
    /// Permissions beyond what the <see cref="Role"/> has, by name: <c>sessions.drive</c>. An admin gave them to the person;
    /// a token has those among them that its scope names.
    /// </summary>
    public IReadOnlyList<string> Grants { get; init; } = [];

    /// <summary>By what way and from where this actor came, for the audit log.</summary>
    public Origin Origin { get; init; } = Origin.System;

    /// <summary>Admins and the system see every team.</summary>
    public bool SeesAll => Role == Role.Admin;

    /// <summary>The system acting by itself, under the name of a job or a command.</summary>
    public static Actor System(string name) => new(null, name, name, Role.Admin, [Everyone], [Everyone], Everyone);

    /// <summary>The actor of this request. Throws when there is none: the endpoint then lacks its authorisation.</summary>
    public static Actor Of(HttpContext http) =>
        http.Features.Get<Actor>() ?? throw new InvalidOperationException($"No actor for {http.Request.Path}: the endpoint is not authorised.");

    /// <summary>Whether objects of this team may be read.</summary>
    public bool MayRead(Guid team) => SeesAll || ReadTeams.Contains(team);

    /// <summary>Whether objects of this team may be changed.</summary>
    public bool MayWrite(Guid team) => SeesAll || (Role >= Role.Member && WriteTeams.Contains(team));

    /// <summary>Whether this object may be deleted: by its owner, while that is a writer of the team, or an admin.</summary>
    public bool MayDelete(Guid team, Guid? owner) => SeesAll || (owner is not null && owner == PersonId && MayWrite(team));
}

/// <summary>By what way an actor came.</summary>
/// <param name="Via"><c>browser</c>, <c>token</c>, <c>password</c> or <c>system</c>.</param>
/// <param name="Address">The address of the client; null for the system.</param>
/// <param name="TokenId">Which token it was; null otherwise.</param>
public sealed record Origin(string Via, string? Address, Guid? TokenId)
{
    /// <summary>Crucible itself: a job, a command, a start.</summary>
    public static readonly Origin System = new("system", null, null);
}

/// <summary>The one predicate that says who sees what, for every SQL statement that reads top-level objects.</summary>
public static class Visible
{
    /// <summary>
    /// A condition on a row with a <c>team_id</c>. Give the statement the parameters <c>SeesAll</c> and
    /// <c>ReadTeams</c>; an <see cref="Actor"/> has both by these names.
    /// </summary>
    /// <param name="alias">Alias of the table in the statement; a literal of the code, never input.</param>
    public static string To(string alias) => $"(@SeesAll or {alias}.team_id = any(@ReadTeams))";
}
