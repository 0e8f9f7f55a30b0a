using System.Net;
using Crucible.Host.People;
using Crucible.People;
using Microsoft.Extensions.DependencyInjection;
using static Crucible.Host.Tests.People.TokenTests;

namespace Crucible.Host.Tests.People;

public sealed class PeoplePageTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", "ada bob eve root")]
    [InlineData("?q=AD", "ada")]
    [InlineData("?q=%25", "")]
    [InlineData("?role=viewer", "eve")]
    [InlineData("?state=disabled", "bob")]
    [InlineData("?state=locked", "eve")]
    [InlineData("?state=waiting", "ada bob eve")]
    [InlineData("?factor=on", "")]
    [InlineData("?role=member&state=active", "ada")]
    [InlineData("?role=nonsense&state=nonsense", "ada bob eve root")]
    public async Task The_list_is_filtered_by_what_the_address_says(string query, string expected)
    {
        await using var host = await PeopleHost.Start();
        await host.Add("root", Role.Admin);
        await host.Add("ada");
        var bob = await host.Add("bob");
        await host.Add("eve", Role.Viewer);
        await host.Services.GetRequiredService<PersonStore>().Disable(Actor.System("test"), bob.Id, Cancel);
        await host.Sql<int>("with x as (update crucible.person set locked_until = now() + interval '1 hour' where user_name = 'eve' returning 1) select count(*)::int from x");
        using var admin = await host.SignedIn("root");
        var page = await admin.Page("/admin/people" + query);
        Assert.Equal(expected, string.Join(' ', page.QuerySelectorAll("#people [data-row-link]").Select(a => a.TextContent)));
        Assert.Equal(expected.Length == 0, page.QuerySelector("#people .empty") is not null);
    }

    [Fact]
    public async Task A_long_list_is_walked_by_key_and_a_team_narrows_it()
    {
        await using var host = await PeopleHost.Start();
        var root = await host.Add("root", Role.Admin);
        await host.Sql<int>("""
            with x as (insert into crucible.person (id, user_name, display_name, role, security_stamp) select gen_random_uuid(), 'p' || n, 'Same name', 'member', 'x' from generate_series(1, 120) n returning 1) select count(*)::int from x
            """);
        using var admin = await host.SignedIn("root");
        var (seen, next) = (new List<string>(), (string?)"/admin/people?role=member");
        while (next is not null)
        {
            var page = await admin.Page(next);
            seen.AddRange(page.QuerySelectorAll("#people tbody tr").Select(r => r.Id!));
            next = page.QuerySelector("#people-next")?.GetAttribute("href");
        }
        Assert.Equal((120, 120), (seen.Count, seen.Distinct().Count()));
        var team = (await host.Services.GetRequiredService<TeamStore>().Create(Actor.System("test"), "vision", Cancel))!.Id;
        await host.Services.GetRequiredService<TeamStore>().Add(Actor.System("test"), team, root.Id, true, Cancel);
        Assert.Single((await admin.Page($"/admin/people?team={team}")).QuerySelectorAll("#people tbody tr"));
    }

    [Theory]
    [InlineData("/admin/people")]
    [InlineData("/admin/people/teams")]
    [InlineData("/admin/people/roles")]
    [InlineData("/admin/people/invitations")]
    [InlineData("/admin/people/refused")]
    public async Task Only_who_may_manage_people_gets_there(string path)
    {
        await using var host = await PeopleHost.Start();
        await host.Add("ada");
        using var browser = await host.SignedIn("ada");
        using var response = await browser.Get(path);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Fact]
    public async Task A_token_with_the_permission_reads_and_changes_nobody()
    {
        await using var host = await PeopleHost.Start();
        var root = await host.Add("root", Role.Admin);
        using var program = host.Browse();
        program.Headers["Authorization"] = "Bearer " + await host.Token(root, "crucible.people");
        var page = await program.Page($"/admin/people/{root.Id}");
        Assert.NotNull(page.QuerySelector("#person-access"));
        using var response = await program.Submit($"/admin/people/{root.Id}", "#person-make-link");
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Fact]
    public async Task The_page_of_a_person_changes_what_they_may_and_every_change_is_written_down()
    {
        await using var host = await PeopleHost.Start();
        await host.Add("root", Role.Admin);
        var ada = await host.Add("ada");
        var team = (await host.Services.GetRequiredService<TeamStore>().Create(Actor.System("test"), "vision", Cancel))!.Id;
        var token = await host.Token(ada);
        using var admin = await host.SignedIn("root");
        var path = $"/admin/people/{ada.Id}";
        (await admin.Submit(path, "#person-role", ("Role", "viewer"))).Dispose();
        (await admin.Submit(path, "#person-email", ("Email", "ada@example.org"))).Dispose();
        (await admin.Submit(path, "#person-join", ("team", team.ToString()))).Dispose();
        (await admin.Submit(path, "#person-give", ("permission", "demo.write"))).Dispose();
        using var browser = await host.SignedIn("ada");
        var who = (await browser.Who())!;
        Assert.Equal(Role.Viewer, who.Role);
        Assert.Contains(team, who.Reads);
        using (var writing = await browser.Post("/api/write", null, ("RequestVerificationToken", await FormToken(browser))))
            Assert.Equal(HttpStatusCode.OK, writing.StatusCode);

        (await admin.Submit(path, "#person-grants td form")).Dispose();
        using (var writing = await browser.Post("/api/write", null, ("RequestVerificationToken", await FormToken(browser))))
            Assert.Equal(HttpStatusCode.Forbidden, writing.StatusCode);
        (await admin.Submit(path, "#person-sessions td form")).Dispose();
        Assert.Null(await browser.Who());
        (await admin.Submit(path, "#person-tokens td form")).Dispose();
        Assert.Null(await browser.Who(Bearer(token)));
        (await admin.Submit(path, "#person-disable")).Dispose();
        using (var refused = await browser.SignIn("ada"))
            Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        (await admin.Submit(path, "#person-enable")).Dispose();

        var lines = string.Join('\n', await host.Audit("%"));
        foreach (var line in new[] { """root person.role ada {"role": "member"} {"role": "viewer"}""", "root person.email ada", """{"email": "ada@example.org"}""", """root person.grant ada {"grants": []} {"grants": ["demo.write"]}""",
            "root person.team ada", "root person.revoke ada", "root session.end ada", "root token.revoke test", "root person.disable ada", "root person.enable ada", "nobody person.sign-in.refused ada" })
            Assert.Contains(line, lines, StringComparison.Ordinal);
        Assert.DoesNotContain(token, lines, StringComparison.Ordinal);
        Assert.Contains("person.enable", (await admin.Page(path)).QuerySelector("#person-trail")!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lock_is_seen_and_ended()
    {
        await using var host = await PeopleHost.Start();
        await host.Add("root", Role.Admin);
        var ada = await host.Add("ada");
        using var admin = await host.SignedIn("root");
        using var browser = host.Browse();
        browser.Headers["Test-Remote"] = "198.51.100.7";
        for (var i = 0; i < 5; i++)
            (await browser.SignIn("ada", $"wrong wrong {i}")).Dispose();
        var page = await admin.Page($"/admin/people/{ada.Id}");
        Assert.Contains("locked for 5 minutes", page.QuerySelector("#person-sign-in")!.TextContent, StringComparison.Ordinal);
        Assert.Equal(5, (await admin.Page("/admin/people/refused")).QuerySelectorAll("#refused tbody tr").Length);
        (await admin.Submit($"/admin/people/{ada.Id}", "#person-unlock")).Dispose();
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        using var open = await browser.SignIn("ada");
        Assert.Equal(HttpStatusCode.Redirect, open.StatusCode);
        using var stranger = host.Browse();
        (await stranger.SignIn("nobody here", "wrong wrong")).Dispose();
        Assert.Equal(5, (await host.Audit("person.sign-in.refused")).Length);
    }

    [Fact]
    public async Task Two_admins_who_remove_each_other_do_not_both_succeed()
    {
        await using var host = await PeopleHost.Start();
        for (var round = 0; round < 4; round++)
        {
            var pair = new[] { await host.Add($"a{round}", Role.Admin), await host.Add($"b{round}", Role.Admin) };
            await host.Sql<int>($"with x as (update crucible.person set role = 'member' where role = 'admin' and user_name not in ('a{round}', 'b{round}') returning 1) select count(*)::int from x");
            using var a = await host.SignedIn($"a{round}");
            using var b = await host.SignedIn($"b{round}");
            var answers = await Task.WhenAll(Remove(a, pair[1].Id), Remove(b, pair[0].Id));
            Assert.Equal(1L, await host.Sql<long>("select count(*) from crucible.person where role = 'admin' and not disabled"));
            Assert.Single(answers, ok => ok);
        }

        async Task<bool> Remove(Browser admin, Guid other)
        {
            var page = await admin.Get($"/admin/people/{other}");
            if (!page.IsSuccessStatusCode)
                return false;
            var token = (await Browser.Parse(page)).QuerySelector("#person-disable input[name=__RequestVerificationToken]")!.GetAttribute("value")!;
            using var answer = await admin.Post($"/admin/people/{other}?handler=Disable", new FormUrlEncodedContent([new("__RequestVerificationToken", token)]));
            return answer.StatusCode == HttpStatusCode.Redirect && answer.Headers.Location!.ToString().StartsWith("/admin/people", StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Whoever_lost_the_right_a_moment_ago_is_refused()
    {
        await using var host = await PeopleHost.Start();
        var (one, two, three) = (await host.Add("one", Role.Admin), await host.Add("two", Role.Admin), await host.Add("three", Role.Admin));
        var persons = host.Services.GetRequiredService<PersonStore>();
        Actor As(Person person) => new(person.Id, person.UserName, person.DisplayName, Role.Admin, [Actor.Everyone], [Actor.Everyone], Actor.Everyone);
        var outcomes = await Task.WhenAll(persons.Disable(As(one), two.Id, Cancel), persons.Disable(As(two), one.Id, Cancel));
        Assert.Equal([PersonOutcome.Done, PersonOutcome.Overtaken], outcomes.Order());
        Assert.Equal(2L, await host.Sql<long>("select count(*) from crucible.person where role = 'admin' and not disabled"));
        Assert.NotEqual(Guid.Empty, three.Id);
    }

    [Theory]
    [InlineData("#person-role", "Role", "member", "#account-role-note")]
    [InlineData("#person-disable", "x", "x", "#person-refusal")]
    public async Task The_last_admin_is_told_why_he_stays_one(string form, string name, string value, string note)
    {
        await using var host = await PeopleHost.Start();
        var root = await host.Add("root", Role.Admin);
        // Somebody who has never been able to sign in is no help.
        await host.Add("promised", Role.Admin, password: null);
        using var admin = await host.SignedIn("root");
        using var response = await admin.Submit($"/admin/people/{root.Id}", form, (name, value));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        Assert.Contains("the last admin who can sign in", (await Browser.Parse(response)).QuerySelector(note)!.TextContent, StringComparison.Ordinal);
        Assert.Equal(Role.Admin, (await admin.Who())?.Role);
    }

    [Fact]
    public async Task Who_manages_people_by_grant_reaches_nobody_who_reaches_further()
    {
        await using var host = await PeopleHost.Start();
        var root = await host.Add("root", Role.Admin);
        var ada = await host.Add("ada");
        var bob = await host.Add("bob");
        var grants = host.Services.GetRequiredService<GrantStore>();
        await grants.Give(Actor.System("test"), ada.Id, "crucible.people", Cancel);
        using var browser = await host.SignedIn("ada");
        async Task<HttpStatusCode> Try(Guid person, string handler, params (string, string)[] values)
        {
            var token = await FormToken(browser);
            using var response = await browser.Post($"/admin/people/{person}?handler={handler}", new FormUrlEncodedContent([new("__RequestVerificationToken", token), .. values.Select(v => KeyValuePair.Create(v.Item1, v.Item2))]));
            return response.StatusCode;
        }
        foreach (var (person, handler, values) in new (Guid, string, (string, string)[])[]
        {
            (ada.Id, "Role", [("role", "admin")]), (bob.Id, "Role", [("role", "admin")]), (bob.Id, "Give", [("permission", "demo.drive")]), (root.Id, "Role", [("role", "member")]),
            (root.Id, "Disable", []), (root.Id, "Link", []), (root.Id, "ResetTwoFactor", []), (root.Id, "SignOut", []), (root.Id, "Email", [("email", "x@example.org")]), (root.Id, "Take", [("permission", "demo.drive")]),
            (root.Id, "Join", [("team", $"{Guid.NewGuid()}")]), (root.Id, "Leave", [("team", $"{Guid.NewGuid()}")]), (root.Id, "EndSession", [("session", "x")]), (root.Id, "Revoke", [("token", $"{Guid.NewGuid()}")]), (root.Id, "Unlock", []),
        })
            Assert.Equal((handler, HttpStatusCode.UnprocessableEntity), (handler, await Try(person, handler, values)));
        using (var invitation = await browser.Post("/admin/people/invitations?handler=Create", new FormUrlEncodedContent([new("__RequestVerificationToken", await FormToken(browser)), new("Role", "admin"), new("Days", "7")])))
            Assert.Equal(HttpStatusCode.UnprocessableEntity, invitation.StatusCode);
        Assert.Equal(HttpStatusCode.Redirect, await Try(bob.Id, "Role", ("role", "viewer")));
        Assert.Equal(HttpStatusCode.Redirect, await Try(bob.Id, "Give", ("permission", "demo.write")));
        await grants.Give(Actor.System("test"), bob.Id, "demo.drive", Cancel);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await Try(bob.Id, "Link"));
        Assert.Equal(1L, await host.Sql<long>("select count(*) from crucible.person where role = 'admin'"));
    }

    [Fact]
    public async Task A_grant_reaches_a_token_only_within_its_scope_and_ends_at_once()
    {
        await using var host = await PeopleHost.Start();
        var ada = await host.Add("ada");
        var grants = host.Services.GetRequiredService<GrantStore>();
        Assert.Equal(PersonOutcome.NotFound, await grants.Give(Actor.System("test"), ada.Id, "no.such", Cancel));
        await grants.Give(Actor.System("test"), ada.Id, "demo.drive", Cancel);
        var (plain, named) = (Bearer(await host.Token(ada)), Bearer(await host.Token(ada, "demo.drive")));
        using var program = host.Browse();
        async Task<HttpStatusCode> Drive((string, string) bearer)
        {
            using var response = await program.Post("/api/drive", null, bearer);
            return response.StatusCode;
        }
        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.OK), (await Drive(plain), await Drive(named)));
        await grants.Take(Actor.System("test"), ada.Id, "demo.drive", Cancel);
        Assert.Equal(HttpStatusCode.Forbidden, await Drive(named));
    }

    [Fact]
    public async Task The_matrix_names_every_permission_its_least_role_and_who_has_it_besides()
    {
        await using var host = await PeopleHost.Start();
        await host.Add("root", Role.Admin);
        var ada = await host.Add("ada");
        await host.Services.GetRequiredService<GrantStore>().Give(Actor.System("test"), ada.Id, "demo.drive", Cancel);
        using var admin = await host.SignedIn("root");
        var page = await admin.Page("/admin/people/roles");
        var row = page.QuerySelector("#permission-demo-drive")!;
        Assert.Equal(["—", "—", "yes"], row.QuerySelectorAll("td").Skip(2).Take(3).Select(c => c.TextContent.Trim()));
        Assert.Equal("ada", row.QuerySelector("a.tag")!.TextContent);
        Assert.Equal(["—", "yes", "yes"], page.QuerySelector("#permission-demo-write")!.QuerySelectorAll("td").Skip(2).Take(3).Select(c => c.TextContent.Trim()));
    }

    private static async Task<string> FormToken(Browser browser) =>
        (await browser.Page("/account")).QuerySelector("input[name=__RequestVerificationToken]")!.GetAttribute("value")!;
}
