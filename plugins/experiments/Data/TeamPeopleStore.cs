using Crucible.Data;
using Crucible.People;
using Dapper;

namespace Crucible.Experiments.Data;

/// <summary>Somebody of a team.</summary>
/// <param name="PersonId">The person.</param>
/// <param name="UserName">Sign-in name, as in a mention.</param>
/// <param name="DisplayName">What people read.</param>
public sealed record TeamPerson(Guid PersonId, string UserName, string DisplayName);

/// <summary>The people who may see what a team has, to choose from. The caller has checked that the asker is one of them.</summary>
public sealed class TeamPeopleStore(Database database)
{
    private const string OfTeam = "(p.role = 'admin' or @TeamId = @Everyone or exists (select from crucible.membership m where m.team_id = @TeamId and m.person_id = p.id))";

    /// <summary>A condition on <c>crucible.person p</c>: may read what <c>@TeamId</c> has. Needs <c>@Everyone</c>.</summary>
    internal const string Readers = $"not p.disabled and {OfTeam}";

    /// <summary>A condition on <c>crucible.person p</c>: may change what <c>@TeamId</c> has. Needs <c>@Everyone</c>.</summary>
    internal const string Writers = "not p.disabled and (p.role = 'admin' or (p.role = 'member' and (@TeamId = @Everyone or exists (select from crucible.membership m where m.team_id = @TeamId and m.person_id = p.id and m.may_write))))";

    /// <summary>Readers of a team whose names begin with a text, or writers alone.</summary>
    public async Task<IReadOnlyList<TeamPerson>> Find(Guid teamId, string text, bool writers, int most, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<TeamPerson>(new($"""
            select p.id as person_id, p.user_name, p.display_name from crucible.person p
            where {(writers ? Writers : Readers)} and (p.user_name ilike @begin or p.display_name ilike @begin or p.display_name ilike @word)
            order by p.display_name, p.user_name limit @most
            """, new { teamId, Actor.Everyone, begin = Like.Literal(text) + "%", word = "% " + Like.Literal(text) + "%", most }, cancellationToken: cancel))).AsList();
    }
}
