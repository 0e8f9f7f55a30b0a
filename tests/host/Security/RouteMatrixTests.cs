using System.Collections.Concurrent;
using Crucible.Host.Security;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Host.Tests.Security;

/// <summary>
/// Every route of the host, as the host itself lists them, tried by everybody who may not. A plugin or page that is added
/// is tried without a line here; what changes something needs one in <see cref="RouteTable"/>.
/// </summary>
[Collection(nameof(Untouched))]
public sealed class RouteMatrixTests(Everything world)
{
    private static readonly string[] Programs = ["*/*", "application/json"];
    private readonly ConcurrentQueue<string> _faults = new();

    [Fact]
    public async Task Every_route_that_changes_something_says_for_whom_it_is()
    {
        var routes = await HostRoutes.Of(world.Services);
        Assert.True(routes.Count > 50, $"Only {routes.Count} routes were found: the host is not the whole.");
        foreach (var route in routes.Where(r => (r.Changes || r.Parameters.Any()) && RouteCase.Line(r) is null))
            _faults.Enqueue($"{route.Name} has no line in tests/host/Security/RouteTable.cs: who may use it, and a request that does. For example\n        {Suggestion(route)}");
        var names = routes.Select(r => RouteTable.Lookup(r.Name)).ToHashSet();
        foreach (var gone in RouteTable.All.Where(e => !names.Contains(e.Route)))
            _faults.Enqueue($"RouteTable has a line for {gone.Route}, which the host does not serve. Remove or correct it.");
        foreach (var reasonless in RouteTable.All.Where(e => e.Why.Length == 0 && (e.Reach == Reach.Anybody || e.Effect == Effect.ProvedElsewhere)))
            _faults.Enqueue($"The line of {reasonless.Route} must say why: it is open to everybody, or its effect is not tried here.");
        foreach (var unknown in RouteTable.All.SelectMany(e => e.Permissions).Except(world.Services.GetRequiredService<Permissions>().All.Select(p => p.Name)))
            _faults.Enqueue($"RouteTable names the permission {unknown}, which nobody declares.");
        foreach (var odd in routes.Where(r => r.Method is not ("GET" or "HEAD" or "OPTIONS" or "POST" or "PUT" or "PATCH" or "DELETE")))
            _faults.Enqueue($"{odd.Name} answers to a method that HTTP does not have. A public method of a page whose name begins with On is a handler: mark it [NonHandler].");
        Report();
    }

    [Fact]
    public Task Nobody_is_sent_to_sign_in_and_changes_nothing() => Unchanged(_ => true, async one =>
    {
        var nobody = await world.Sit(null);
        if (one.Expected.Reach == Reach.Anybody)
        {
            var answer = await one.Send(nobody, formToken: false);
            Expect(one, "nobody", answer, one.Route is { Changes: true, Pattern: not ("/healthz/live" or "/healthz/ready") } ? 400 : one.Expected.Answers ?? 200);
            return;
        }
        var page = await one.Send(nobody, formToken: false);
        if (page.Status != 401 && !(page.Status == 302 && page.Header("Location").StartsWith("/account/sign-in", StringComparison.Ordinal)))
            _faults.Enqueue($"Nobody at a browser: {page}");
        foreach (var accept in Programs)
            Expect(one, "a program without a credential", await one.Send(nobody, false, ("Accept", accept)), 401);
        Expect(one, "a made-up token", await one.Send(nobody, false, ("Authorization", "Bearer crucible_" + new string('A', 43))), 401);
        Expect(one, "a made-up session", await one.Send(nobody, false, ("Cookie", "crucible=" + new string('A', 43)), ("Accept", "*/*")), 401);
        Expect(one, "a script whose session is over", await one.Send(nobody, false, ("HX-Request", "true")), 401);
    });

    [Fact]
    public async Task Who_lacks_the_role_the_team_or_the_scope_is_refused_and_changes_nothing()
    {
        var trespassers = new Trespassers(world);
        await Unchanged(c => c.Declared || !c.Route.Changes, async one =>
        {
            foreach (var (who, seat, status) in await trespassers.Of(one.Expected))
            {
                Expect(one, who, await one.Send(seat, formToken: true), status);
                Expect(one, $"{who}, by script", await one.Send(seat, formToken: true, ("HX-Request", "true")), status);
            }
        });
    }

    [Fact]
    public async Task Without_the_form_token_of_the_page_nothing_is_changed()
    {
        var trespassers = new Trespassers(world);
        var other = await world.Sit(world.Cast.Stranger);
        await Unchanged(c => c.Route.Changes, async one =>
        {
            var seat = await trespassers.Rightful(one.Expected);
            Expect(one, "no form token", await one.Send(seat, formToken: false), 400);
            Expect(one, "no form token, by script", await one.Send(seat, formToken: false, ("HX-Request", "true")), 400);
            Expect(one, "a made-up form token", await one.Send(seat, false, (Seat.FormHeader, "CfDJ8made-up")), 400);
            if (!ReferenceEquals(seat, other))
                Expect(one, "somebody else's form token", await one.Send(seat, false, other.FormToken!.Value), 400);
        });
    }

    [Fact]
    public async Task What_another_site_sends_changes_nothing()
    {
        var trespassers = new Trespassers(world);
        await Unchanged(c => c.Route.Changes, async one =>
        {
            var seat = await trespassers.Rightful(one.Expected);
            foreach (var (name, value) in ((string, string)[])[("Origin", "https://evil.example"), ("Origin", "null"), ("Origin", world.Url + ".evil.example"), ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site"), ("Sec-Fetch-Site", "odd")])
                Expect(one, $"{name}: {value}", await one.Send(seat, formToken: true, (name, value)), 403);
            var password = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"x:{world.Cast.Admin.Token}"));
            var basic = await one.Send(await world.Sit(null), false, ("Authorization", "Basic " + password), ("Sec-Fetch-Site", "cross-site"));
            Expect(one, "what a browser was once told in its password prompt, from another site", basic, 403);
        });
    }

    [Fact]
    public async Task A_link_changes_nothing()
    {
        var trespassers = new Trespassers(world);
        await Unchanged(c => c.Route.Changes, async one =>
        {
            var seat = await trespassers.Rightful(one.Expected);
            foreach (var reply in (Reply[])[await one.Follow(seat), await one.Follow(seat, ("X-HTTP-Method-Override", "POST"), ("HX-Request", "true"))])
                if (reply.Status >= 500 && one.Expected.Answers != reply.Status)
                    _faults.Enqueue($"As a link: {reply}");
        });
    }

    private void Expect(RouteCase one, string who, Reply reply, int status)
    {
        if (status != 0 && reply.Status != status)
            _faults.Enqueue($"{one}, {who}: expected {status}. {reply}");
    }

    /// <summary>Tries all at once; only when something is different afterwards each alone, to say which it was.</summary>
    private async Task Unchanged(Func<RouteCase, bool> which, Func<RouteCase, Task> attack)
    {
        var cases = (await world.Cases()).Where(which).ToList();
        // Signing everybody in writes; attacks do not.
        foreach (var one in cases)
            foreach (var _ in await new Trespassers(world).Of(one.Expected))
                await new Trespassers(world).Rightful(one.Expected);
        var before = await DatabasePicture.Take(world.ConnectionString);
        await Parallel.ForEachAsync(cases, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (one, _) => await attack(one));
        var changed = before.Differences(await DatabasePicture.Take(world.ConnectionString)).ToList();
        if (changed.Count > 0)
        {
            _faults.Enqueue($"Something changed in {string.Join(", ", changed)}. What changes there by itself belongs into DatabasePicture; else it is one of these:");
            foreach (var one in cases)
            {
                before = await DatabasePicture.Take(world.ConnectionString);
                await attack(one);
                var tables = before.Differences(await DatabasePicture.Take(world.ConnectionString)).ToList();
                if (tables.Count > 0)
                    _faults.Enqueue($"{one} changed {string.Join(", ", tables)}");
            }
        }
        Report();
    }

    private void Report() => Assert.True(_faults.IsEmpty, string.Join('\n', _faults.Distinct().Take(60).Select((f, i) => $"{i + 1}. {f}").Prepend($"{_faults.Distinct().Count()} faults:")));

    private static string Suggestion(HostRoute route)
    {
        var parts = new List<string>();
        if (route.Policy is { } policy)
            parts.Add($"Permissions = [\"{policy}\"]");
        if (route.Parameters.Any())
            parts.Add($"At = \"{string.Join('&', route.Parameters.Select(p => $"{p}={{{p}}}"))}\"");
        if (route.Takes.Except(route.Parameters).ToList() is { Count: > 0 } fields && route.Changes)
            parts.Add($"Form = \"{string.Join('&', fields.Select(f => f + "=…"))}\"");
        return $"new(\"{RouteTable.Lookup(route.Name)}\", {(route.Policy is null ? "SignedIn" : "Permitted")}) {{ {string.Join(", ", parts)} }},";
    }
}
