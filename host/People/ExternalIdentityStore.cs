using Crucible.Data;
using Crucible.People;
using Dapper;

namespace Crucible.Host.People;

/// <summary>An account at a provider that somebody signs in with.</summary>
public sealed record ExternalIdentity(string Issuer, string Subject, string Provider, string Account, DateTime CreatedAt, DateTime UsedAt);

/// <summary>Accounts at providers. One belongs to one person: issuer and subject are the key.</summary>
public sealed class ExternalIdentityStore(Database db, TimeProvider time)
{
    /// <summary>Whose account it is; notes that it was used and what the provider calls it now.</summary>
    internal async Task<Guid?> Find(string issuer, string subject, string account, CancellationToken cancel)
    {
        await using var connection = await db.Open(cancel);
        return await connection.QuerySingleOrDefaultAsync<Guid?>(new("update crucible.identity set used_at = @now, account = @account where issuer = @issuer and subject = @subject returning person_id",
            new { issuer, subject, account, now = time.GetUtcNow() }, cancellationToken: cancel));
    }

    /// <summary>The accounts of a person.</summary>
    public async Task<IReadOnlyList<ExternalIdentity>> Of(Guid person, CancellationToken cancel)
    {
        await using var connection = await db.Open(cancel);
        return (await connection.QueryAsync<ExternalIdentity>(new("select issuer, subject, provider, account, created_at, used_at from crucible.identity where person_id = @person order by created_at",
            new { person }, cancellationToken: cancel))).AsList();
    }

    /// <summary>Links an account to a person; false when it is somebody's already.</summary>
    internal async Task<bool> Link(Actor actor, Person person, ExternalIdentity identity, CancellationToken cancel)
    {
        await using var write = await db.Write(actor, cancel);
        var made = await write.Connection.ExecuteAsync(new("""
            insert into crucible.identity (issuer, subject, person_id, provider, account, created_at, used_at)
            values (@Issuer, @Subject, @person, @Provider, @Account, @now, @now) on conflict do nothing
            """, new { identity.Issuer, identity.Subject, identity.Provider, identity.Account, person = person.Id, now = time.GetUtcNow() }, cancellationToken: cancel));
        if (made == 0)
            return false;
        write.Audit("person.identity.link", PersonStore.Subject(person.Id), person.UserName, null, new { identity.Provider, identity.Account });
        await write.Commit(cancel);
        return true;
    }

    /// <summary>Makes a person for an account that nobody has; false when the name or the account is taken.</summary>
    internal async Task<bool> Create(Actor actor, Person person, ExternalIdentity identity, CancellationToken cancel)
    {
        await using var write = await db.Write(actor, cancel);
        var made = await write.Connection.ExecuteAsync(new("""
            insert into crucible.person (id, user_name, display_name, email, role, security_stamp, created_at)
            select @Id, @UserName, @DisplayName, (select @Email::text where not exists (select from crucible.person where lower(email) = lower(@Email))), @role, @SecurityStamp, @now
            where not exists (select from crucible.identity where issuer = @Issuer and subject = @Subject)
            on conflict do nothing
            """, new { person.Id, person.UserName, person.DisplayName, person.Email, role = PersonStore.Text(person.Role), person.SecurityStamp, identity.Issuer, identity.Subject, now = time.GetUtcNow() }, cancellationToken: cancel));
        if (made == 0)
            return false;
        // Of two tabs at once the second waits here for the first, finds the account taken and leaves no person behind.
        if (await write.Connection.ExecuteAsync(new("""
            insert into crucible.identity (issuer, subject, person_id, provider, account, created_at, used_at)
            values (@Issuer, @Subject, @person, @Provider, @Account, @now, @now) on conflict do nothing
            """, new { identity.Issuer, identity.Subject, identity.Provider, identity.Account, person = person.Id, now = time.GetUtcNow() }, cancellationToken: cancel)) == 0)
            return false;
        write.Audit("person.create", PersonStore.Subject(person.Id), person.UserName, null, new { Role = PersonStore.Text(person.Role), identity.Provider, identity.Account });
        await write.Commit(cancel);
        return true;
    }

    /// <summary>Unlinks an account; false when it is not theirs, or their only way in.</summary>
    public async Task<bool> Unlink(Actor actor, Person person, string issuer, string subject, CancellationToken cancel)
    {
        await using var write = await db.Write(actor, cancel);
        // Two unlinks at once must not both find the other's account still there.
        var hasPassword = await write.Connection.QuerySingleAsync<bool>(new("select password_hash is not null from crucible.person where id = @Id for update", new { person.Id }, cancellationToken: cancel));
        var gone = await write.Connection.QuerySingleOrDefaultAsync<(string Provider, string Account)?>(new("""
            delete from crucible.identity i where issuer = @issuer and subject = @subject and person_id = @Id
                and (@hasPassword or exists (select from crucible.identity o where o.person_id = @Id and (o.issuer, o.subject) <> (i.issuer, i.subject)))
            returning provider, account
            """, new { person.Id, issuer, subject, hasPassword }, cancellationToken: cancel));
        if (gone is not { } identity)
            return false;
        write.Audit("person.identity.unlink", PersonStore.Subject(person.Id), person.UserName, new { identity.Provider, identity.Account });
        await write.Commit(cancel);
        return true;
    }
}
