using Crucible.Data;
using Crucible.People;
using Dapper;

namespace Crucible.Host.People;

/// <summary>A person in the list.</summary>
public sealed record PersonLine
{
    public Guid Id { get; init; }
    public string UserName { get; init; } = "";
    public string DisplayName { get; init; } = "";
    public string? Email { get; init; }
    public Role Role { get; init; }
    public bool Disabled { get; init; }
    public bool TwoFactor { get; init; }
    public int FailedCount { get; init; }
    public DateTime? LockedUntil { get; init; }
    public DateTime? SignedInAt { get; init; }
    public string[] Teams { get; init; } = [];
}

/// <summary>Which people are listed; the address of the page holds it.</summary>
/// <param name="Text">Part of a name or an e-mail.</param>
/// <param name="Role">One role, or all.</param>
/// <param name="Team">One team, or all.</param>
/// <param name="State"><c>active</c>, <c>disabled</c>, <c>locked</c>, <c>waiting</c> (never signed in), or all.</param>
/// <param name="TwoFactor">With it, without it, or all.</param>
public sealed record PeopleFilter(string Text, Role? Role, Guid? Team, string? State, bool? TwoFactor)
{
    /// <summary>Whether everybody is listed.</summary>
    public bool IsEmpty => this is { Text: "", Role: null, Team: null, State: null, TwoFactor: null };
}

/// <summary>The list of people.</summary>
public sealed class PeopleListStore(Database db, TimeProvider time)
{
    internal const int Page = 50;

    /// <summary>People by name, after the one named; one more than a page when there are more.</summary>
    public async Task<IReadOnlyList<PersonLine>> Find(PeopleFilter filter, Guid? after, CancellationToken cancel)
    {
        await using var connection = await db.Open(cancel);
        return (await connection.QueryAsync<PersonLine>(new("""
            select p.id, p.user_name, p.display_name, p.email, p.role, p.disabled, p.two_factor_key is not null as two_factor, p.failed_count, p.locked_until, p.signed_in_at,
                array(select t.name from crucible.membership m join crucible.team t on t.id = m.team_id where m.person_id = p.id order by lower(t.name) limit 4) as teams
            from crucible.person p
            where (@Text = '' or strpos(lower(p.display_name), lower(@Text)) > 0 or strpos(lower(p.user_name), lower(@Text)) > 0 or strpos(lower(p.email), lower(@Text)) > 0)
                and (@role::text is null or p.role = @role)
                and (@Team::uuid is null or exists (select from crucible.membership m where m.person_id = p.id and m.team_id = @Team))
                and case @State::text when 'active' then not p.disabled when 'disabled' then p.disabled when 'locked' then p.locked_until > @now when 'waiting' then p.signed_in_at is null else true end
                and (@TwoFactor::boolean is null or (p.two_factor_key is not null) = @TwoFactor)
                and (@after::uuid is null or (lower(p.display_name), p.id) > (select lower(a.display_name), a.id from crucible.person a where a.id = @after))
            order by lower(p.display_name), p.id limit @most
            """, new { filter.Text, role = filter.Role is { } role ? PersonStore.Text(role) : null, filter.Team, filter.State, filter.TwoFactor, after, now = time.GetUtcNow(), most = Page + 1 },
            cancellationToken: cancel))).AsList();
    }

    /// <summary>How many people there are, how many are shut out, locked, and have two-factor.</summary>
    public async Task<PeopleCounts> Count(CancellationToken cancel)
    {
        await using var connection = await db.Open(cancel);
        return await connection.QuerySingleAsync<PeopleCounts>(new("""
            select count(*)::int as people, count(*) filter (where disabled)::int as disabled, count(*) filter (where locked_until > @now)::int as locked,
                count(*) filter (where two_factor_key is not null and not disabled)::int as two_factor
            from crucible.person
            """, new { now = time.GetUtcNow() }, cancellationToken: cancel));
    }
}

/// <summary>The people of this installation in figures.</summary>
public sealed record PeopleCounts(int People, int Disabled, int Locked, int TwoFactor);
