using Crucible.Host.Security;
using Crucible.People;
using Crucible.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Crucible.Host.Tests.Security;

/// <summary>Who is signed in and still may not use a route, and who may.</summary>
internal sealed class Trespassers(Everything world)
{
    private readonly Permissions _permissions = world.Services.GetRequiredService<Permissions>();

    private Cast Cast => world.Cast;

    /// <summary>Everybody who must be refused, and with which status.</summary>
    public async Task<IReadOnlyList<(string Who, Seat Seat, int Status)>> Of(Expectation expected) => expected.Reach switch
    {
        Reach.Oneself =>
        [
            ("Mira's own token", await world.Token(Cast.Member, "write"), 403),
            ("an admin's token", await world.Token(Cast.Admin, "admin"), 403),
            .. Things.IsOwned(expected.Template) ? [("Stan, whose it is not", await world.Sit(Cast.Stranger), expected.Hidden), ("the admin, whose it is not", await world.Sit(Cast.Admin), expected.Hidden)] : Nobody,
        ],
        Reach.Member => await Readers(),
        Reach.Reader => [await Stranger(expected)],
        Reach.Writer => [.. await Readers(), await Stranger(expected)],
        Reach.Owner => [.. await Readers(), await Stranger(expected), ("Rita, who may write there", await world.Rita(), 403), ("an admin's token to write", await world.Token(Cast.Admin, "write"), 403)],
        Reach.Permitted => await Unpermitted(expected),
        _ => [],
    };

    /// <summary>Somebody at a browser who may use it, as little else as there is.</summary>
    public Task<Seat> Rightful(Expectation expected) => world.Sit(expected.Reach switch
    {
        Reach.SignedIn or Reach.Reader => Cast.Viewer,
        Reach.Member => Cast.Stranger,
        Reach.Permitted when Least(expected) == Role.Admin => Cast.Admin,
        _ => Cast.Member,
    });

    /// <summary>A token with exactly these permissions, or with every other one.</summary>
    public async Task<Seat> Holder(IEnumerable<string> permissions)
    {
        var scopes = permissions.Order(StringComparer.Ordinal).ToArray();
        return await world.Holder(string.Join(' ', scopes), async () =>
        {
            var admin = await world.Token(Cast.Admin, "read", null);
            await using var connection = new NpgsqlConnection(world.ConnectionString);
            await connection.OpenAsync();
            // Before its first use, so that nothing has to be forgotten.
            await using var command = new NpgsqlCommand("update crucible.token set scopes = $1 where id = (select id from crucible.token where person_id = $2 order by id desc limit 1)", connection) { Parameters = { new() { Value = scopes }, new() { Value = Cast.Admin.PersonId } } };
            await command.ExecuteNonQueryAsync();
            return admin.Token;
        });
    }

    private static (string, Seat, int)[] Nobody => [];

    private async Task<(string, Seat, int)[]> Readers() =>
    [
        ("a viewer", await world.Sit(Cast.Viewer), 403),
        ("a writer's token to read", await world.Token(Cast.Member, "read"), 403),
        ("an admin's token to read", await world.Token(Cast.Admin, "read"), 403),
    ];

    private async Task<(string, Seat, int)> Stranger(Expectation expected) => ("Stan of another team", await world.Sit(Cast.Stranger), expected.Hidden);

    private async Task<IReadOnlyList<(string, Seat, int)>> Unpermitted(Expectation expected)
    {
        var least = Least(expected);
        var refused = new List<(string, Seat, int)>
        {
            ("a viewer", await world.Sit(Cast.Viewer), 403),
            ("an admin's token to read", await world.Token(Cast.Admin, "read"), 403),
        };
        if (least > Role.Member)
            refused.AddRange([
                ("a member", await world.Sit(Cast.Member), 403),
                ("a member of another team", await world.Sit(Cast.Stranger), 403),
                ("a member's token", await world.Token(Cast.Member, "write"), 403),
                ("an admin's token to write", await world.Token(Cast.Admin, "write"), 403),
            ]);
        if (expected.Browser)
            refused.AddRange([("an admin's token", await world.Token(Cast.Admin, "admin"), 403), ("a token with just these permissions", await Holder(expected.Permissions), 403)]);
        // Each permission for itself: all the others together do not stand for it.
        foreach (var needed in expected.Permissions.Where(p => p != "admin"))
            refused.Add(($"a token with every permission but {needed}", await Holder(_permissions.All.Select(p => p.Name).Where(p => p != needed)), 403));
        return refused;
    }

    private Role Least(Expectation expected) => expected.Permissions.Count == 0 ? Role.Admin
        : expected.Permissions.Max(name => name == "admin" ? Role.Admin : _permissions.All.Single(p => p.Name == name).Least);
}
