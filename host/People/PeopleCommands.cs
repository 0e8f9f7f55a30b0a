using Crucible.People;

namespace Crucible.Host.People;

/// <summary>
/// The commands <c>token create --user NAME [--name N] [--scope write] [--days 30]</c>,
/// <c>user add --user NAME [--role member] [--display "Full Name"]</c> and <c>user reset-password --user NAME [--hours 24]</c>.
/// </summary>
public static class PeopleCommands
{
    public const string Usage = """
        crucible token create --user NAME [--name WHAT-FOR] [--scope read|write|admin] [--days 30]
        crucible user add --user NAME [--role viewer|member|admin] [--display "FULL NAME"]
        crucible user reset-password --user NAME [--hours 24]
        """;

    /// <summary>Runs the command if it is one of these. Null when not, else the exit code.</summary>
    public static async Task<int?> TryRun(string[] args, IServiceProvider services, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        if (args is not (["token", "create", ..] or ["user", "add" or "reset-password", ..]))
            return null;
        var given = Given(args.AsSpan(2));
        if (given is null || !given.TryGetValue("user", out var user))
        {
            await errors.WriteLineAsync(Usage);
            return 2;
        }
        await using var scope = services.CreateAsyncScope();
        var (line, fault) = (args[0], args[1]) switch
        {
            ("token", _) => await CreateToken(scope.ServiceProvider, user, given, cancel),
            (_, "add") => await AddUser(scope.ServiceProvider, user, given, cancel),
            _ => await ResetPassword(scope.ServiceProvider, user, given, cancel),
        };
        await (fault is null ? output : errors).WriteLineAsync(line ?? fault);
        return fault is null ? 0 : 1;
    }

    private static async Task<(string?, string?)> CreateToken(IServiceProvider services, string user, Dictionary<string, string> given, CancellationToken cancel)
    {
        var owner = await services.GetRequiredService<PersonStore>().FindByName(user, cancel);
        if (owner is null)
            return (null, $"There is nobody called {user}. Add them with: user add --user {user}");
        if (!int.TryParse(given.GetValueOrDefault("days", "30"), out var days) || days is < 1 or > 3650)
            return (null, "--days takes 1 to 3650.");
        var scope = given.GetValueOrDefault("scope", Scopes.Write);
        var tokens = services.GetRequiredService<TokenStore>();
        if (!tokens.MayLive(TimeSpan.FromDays(days)))
            return (null, $"--days is more than Crucible:TokenLongestDays allows.");
        var grants = (await services.GetRequiredService<GrantStore>().Of(owner.Id, cancel)).Select(g => g.Permission).ToArray();
        if (Scopes.Fault(owner.Role, grants, scope, services.GetServices<Crucible.Modules.Permission>()) is { } wrong)
            return (null, wrong);
        return (await tokens.Create(Actor.System("command line"), owner, given.GetValueOrDefault("name", "command line"), scope, TimeSpan.FromDays(days), cancel), null);
    }

    private static async Task<(string?, string?)> AddUser(IServiceProvider services, string user, Dictionary<string, string> given, CancellationToken cancel)
    {
        if (!Enum.TryParse<Role>(given.GetValueOrDefault("role", "member"), true, out var role) || !Enum.IsDefined(role))
            return (null, "--role takes viewer, member or admin.");
        var person = new Person { UserName = user, DisplayName = given.GetValueOrDefault("display", user), Role = role, Because = new(Actor.System("command line"), "person.create") };
        var made = await services.GetRequiredService<Accounts>().CreateAsync(person);
        if (!made.Succeeded)
            return (null, string.Join(' ', made.Errors.Select(e => e.Description)));
        var link = await services.GetRequiredService<LinkStore>().Create(person.Id, cancel);
        return ($"{user} signs in once, within a day, at {link} behind the address of this installation, and sets a password there.", null);
    }

    private static async Task<(string?, string?)> ResetPassword(IServiceProvider services, string user, Dictionary<string, string> given, CancellationToken cancel)
    {
        if (await services.GetRequiredService<PersonStore>().FindByName(user, cancel) is not { } person)
            return (null, $"There is nobody called {user}.");
        if (person.Disabled)
            return (null, $"{user} is disabled. An admin can enable them under Admin, People.");
        if (!int.TryParse(given.GetValueOrDefault("hours", "24"), out var hours) || hours is < 1 or > 168)
            return (null, "--hours takes 1 to 168.");
        var link = await services.GetRequiredService<LinkStore>().CreateReset(Actor.System("command line"), person.Id, TimeSpan.FromHours(hours), cancel);
        return ($"{user} sets a new password once, within {hours} hours, at {link} behind the address of this installation.", null);
    }

    private static Dictionary<string, string>? Given(ReadOnlySpan<string> args)
    {
        var given = new Dictionary<string, string>();
        for (var i = 0; i < args.Length; i += 2)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal) || i + 1 == args.Length)
                return null;
            given[args[i][2..]] = args[i + 1];
        }
        return given;
    }
}
