using Crucible.Data;
using Crucible.People;
using Dapper;
using Microsoft.Extensions.Options;

namespace Crucible.Host.People;

/// <summary>
/// How the first person gets in: there is no default password. Until somebody has signed in as an admin, every start makes
/// a link for the console; with <see cref="PeopleOptions.AdminPassword"/> the account gets that password instead.
/// </summary>
public static class FirstAdmin
{
    public const string UserName = "admin";

    /// <summary>
    /// Called once the tables are there. Returns the path of a one-time link to print behind the address of this host, or
    /// null when there is another way in.
    /// </summary>
    public static async Task<string?> Prepare(IServiceProvider services, CancellationToken cancel)
    {
        await using var scope = services.CreateAsyncScope();
        var accounts = scope.ServiceProvider.GetRequiredService<Accounts>();
        var (admin, signedIn) = await Look(scope.ServiceProvider.GetRequiredService<Database>(), cancel);
        if (signedIn)
            return null;
        if (admin is null)
        {
            // Two hosts may start at once: who comes second finds the first one's.
            await accounts.CreateAsync(new Person { UserName = UserName, DisplayName = "Admin", Role = Role.Admin });
            (admin, _) = await Look(scope.ServiceProvider.GetRequiredService<Database>(), cancel);
        }
        var person = await accounts.FindByIdAsync($"{admin}") ?? throw new InvalidOperationException("The first admin could not be made.");
        var password = scope.ServiceProvider.GetRequiredService<IOptions<PeopleOptions>>().Value.AdminPassword;
        if (string.IsNullOrEmpty(password))
            return await scope.ServiceProvider.GetRequiredService<LinkStore>().Create(person.Id, cancel);
        if (person.PasswordHash is null && await accounts.SetPassword(Actor.System("start"), person, password) is { Succeeded: false } refused)
            throw new InvalidOperationException("Crucible:AdminPassword is refused. " + string.Join(' ', refused.Errors.Select(e => e.Description)));
        return null;
    }

    private static async Task<(Guid? Admin, bool SignedIn)> Look(Database db, CancellationToken cancel)
    {
        await using var connection = await db.Open(cancel);
        return await connection.QuerySingleAsync<(Guid?, bool)>(new("""
            select (select id from crucible.person where role = 'admin' and not disabled order by created_at limit 1),
                   exists (select from crucible.person where role = 'admin' and not disabled and signed_in_at is not null)
            """, cancellationToken: cancel));
    }
}
