using Crucible.Host.People;
using Crucible.People;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Testing;

/// <summary>Someone a test acts as.</summary>
/// <param name="Name">Sign-in name.</param>
/// <param name="PersonId">The person.</param>
/// <param name="Token">An API token of theirs with all they may do.</param>
public sealed record Player(string Name, Guid PersonId, string Token)
{
    /// <summary>Everybody's.</summary>
    public const string Password = "seven quiet harbour lanterns";
}

/// <summary>
/// The people of every world. Member and viewer are in team red, where the viewer only reads; the stranger is in team
/// blue. All of them are in "everyone".
/// </summary>
public sealed record Cast(string Template, Player Admin, Player Member, Player Viewer, Player Stranger, Guid Red, Guid Blue)
{
    internal static async Task<Cast> Make(IServiceProvider services, string template)
    {
        await using var scope = services.CreateAsyncScope();
        var teams = scope.ServiceProvider.GetRequiredService<TeamStore>();
        var system = Actor.System("tests");
        var red = (await teams.Create(system, "red", default))!.Id;
        var blue = (await teams.Create(system, "blue", default))!.Id;
        var admin = await Add(scope.ServiceProvider, "admin", Role.Admin, "admin");
        var member = await Add(scope.ServiceProvider, "mira", Role.Member, "write");
        var viewer = await Add(scope.ServiceProvider, "vito", Role.Viewer, "read");
        var stranger = await Add(scope.ServiceProvider, "stan", Role.Member, "write");
        await teams.Add(system, red, member.PersonId, true, default);
        await teams.Add(system, red, viewer.PersonId, false, default);
        await teams.Add(system, blue, stranger.PersonId, true, default);
        return new(template, admin, member, viewer, stranger, red, blue);
    }

    // Everybody has the same password; its hash is meant to take long.
    private static string? _hash;

    internal static async Task<Player> Add(IServiceProvider services, string name, Role role, string scope)
    {
        var accounts = services.GetRequiredService<Accounts>();
        var person = new Person { UserName = name, DisplayName = char.ToUpperInvariant(name[0]) + name[1..], Role = role };
        person.PasswordHash = _hash ??= accounts.PasswordHasher.HashPassword(person, Player.Password);
        var made = await accounts.CreateAsync(person);
        if (!made.Succeeded)
            throw new InvalidOperationException(string.Join(' ', made.Errors.Select(e => e.Description)));
        var token = await services.GetRequiredService<TokenStore>().Create(Actor.System("tests"), person, "tests", scope, null, default);
        return new(name, person.Id, token!);
    }
}
