namespace Crucible.Host.Tests.Security;

/// <summary>
/// The other half of the proof: the very requests that <see cref="RouteMatrixTests"/> sees refused do what they are for when
/// the right person sends them. Without it a misspelt field would look like a strong lock.
/// </summary>
public sealed class RightfulUseTests(Everything world) : IClassFixture<Everything>
{
    [Fact]
    public async Task Who_may_use_a_route_does()
    {
        var faults = new List<string>();
        var trespassers = new Trespassers(world);
        var routes = await HostRoutes.Of(world.Services);
        // In the order of the table: the last lines may switch things off that the first need.
        var lines = RouteTable.All.SelectMany(e => routes.Where(r => RouteTable.Lookup(r.Name) == e.Route).Select(r => (Route: r, Line: e))).ToArray();
        var uses = new (RouteCase One, Seat Seat)[lines.Length];
        await Parallel.ForAsync(0, lines.Length, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (i, _) => uses[i] = await Prepare(lines[i].Route, lines[i].Line, trespassers));
        var before = await DatabasePicture.Take(world.ConnectionString);
        foreach (var (one, seat) in uses.Where(u => u.One.Expected.Effect != Effect.ProvedElsewhere))
            before = await Use(one, seat, before, faults);
        foreach (var (one, _) in uses.Where(u => u.One.Expected is { Permissions.Count: > 0, Browser: false }))
        {
            var holder = await one.Send(await trespassers.Holder(one.Expected.Permissions), formToken: true);
            if (holder.Status is 401 or 403 or 400)
                faults.Add($"A token for just {string.Join(" and ", one.Expected.Permissions)} is refused: {holder}");
        }
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    private async Task<(RouteCase, Seat)> Prepare(HostRoute route, Expectation line, Trespassers trespassers)
    {
        // What is open to everybody may sign somebody else in.
        var (self, seat) = line.Reach is Reach.Oneself or Reach.Anybody && route.Changes ? await world.Newcomer() : (world.Cast.Member, await trespassers.Rightful(line));
        return (new(route, line, true, await Things.For(world, await world.Token(world.Cast.Member, "write"), self, line.Template)), seat);
    }

    private async Task<DatabasePicture> Use(RouteCase one, Seat seat, DatabasePicture before, List<string> faults)
    {
        var reply = await one.Send(seat, formToken: true);
        if (one.Expected.Answers is { } status ? reply.Status != status : reply.Status >= 400)
            faults.Add($"It should be answered {one.Expected.Answers?.ToString() ?? "well"}: {reply}");
        if (!one.Route.Changes)
            return before;
        var after = await DatabasePicture.Take(world.ConnectionString);
        var changed = before.Differences(after).Any();
        if (changed != (one.Expected.Effect == Effect.Changes))
            faults.Add($"{one} was expected to have the effect '{one.Expected.Effect}', and {(changed ? "something" : "nothing")} changed: {reply}");
        return after;
    }
}
