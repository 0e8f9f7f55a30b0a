using Crucible.Testing;

namespace Crucible.Host.Tests.Security;

/// <summary>A route, what is expected of it, and things of its own to try it on.</summary>
/// <param name="Route">The route.</param>
/// <param name="Expected">Its line of the table, or what holds for a route without one.</param>
/// <param name="Declared">Whether it has a line.</param>
/// <param name="Things">What the words in braces stand for.</param>
internal sealed record RouteCase(HostRoute Route, Expectation Expected, bool Declared, Things Things)
{
    /// <summary>Every route of the world, on one set of things that Mira made; her token is <c>{token}</c>. Nobody who is refused changes them.</summary>
    public static async Task<IReadOnlyList<RouteCase>> All(Everything world)
    {
        var lines = (await HostRoutes.Of(world.Services)).Select(r => (Route: r, Line: Line(r), Expected: Line(r) ?? Usual(r))).ToList();
        var mira = await world.Token(world.Cast.Member, "write");
        var things = await Things.For(world, mira, world.Cast.Member, string.Concat(lines.Select(l => l.Expected.Template)));
        return [.. lines.Select(l => new RouteCase(l.Route, l.Expected, l.Line is not null, things))];
    }

    public static Expectation? Line(HostRoute route)
    {
        var name = RouteTable.Lookup(route.Name);
        return RouteTable.All.SingleOrDefault(e => e.Route == name);
    }

    /// <summary>Sends the request of the table's line.</summary>
    public Task<Reply> Send(Seat seat, bool formToken, params (string, string)[] headers) =>
        seat.Send(Route.Method, Address, Content(), formToken && seat.FormToken is { } token ? [token, .. headers] : headers);

    /// <summary>The same as a mere link.</summary>
    public Task<Reply> Follow(Seat seat, params (string, string)[] headers)
    {
        var fields = Things.Fill(Expected.Form);
        return seat.Get(fields.Length == 0 ? Address : Address + (Address.Contains('?', StringComparison.Ordinal) ? '&' : '?') + fields, headers);
    }

    public override string ToString() => Route.Name;

    private string Address
    {
        get
        {
            var values = Expected.At.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=', 2)).ToDictionary(p => p[0], p => Things.Fill(p[1]));
            var path = Route.Path(values);
            return Expected.Query.Length == 0 ? path : $"{path}{(Route.Handler is null ? '?' : '&')}{Things.Fill(Expected.Query)}";
        }
    }

    private HttpContent? Content() =>
        Expected.Bytes is { } bytes ? new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes(bytes))
        : Expected.Json is { } json ? Seat.Json(Things.Fill(json))
        : Route.Changes ? Seat.Form(Things.Fill(Expected.Form)) : null;

    // What is below /admin is not for members, whether its page says so or forgot to.
    private static Expectation Usual(HostRoute route) =>
        route.Policy is not null || route.Pattern == "/admin" || route.Pattern.StartsWith("/admin/", StringComparison.Ordinal)
            ? new(route.Name, Reach.Permitted) { Permissions = route.Policy is { } policy ? [policy] : [] }
            : new(route.Name, Reach.SignedIn);
}
