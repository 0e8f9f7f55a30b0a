using System.Net;
using Crucible.People;

namespace Crucible.Host.Tests.People;

public sealed class TeamPageTests
{
    [Fact]
    public async Task A_team_is_made_renamed_filled_and_deleted()
    {
        await using var host = await PeopleHost.Start();
        await host.Add("root", Role.Admin);
        var ada = await host.Add("ada");
        using var admin = await host.SignedIn("root");
        var path = await Make(admin, "Vision");
        using (var taken = await admin.Submit("/admin/people/teams", "#team-new form", ("Name", "vision")))
            Assert.NotNull((await Browser.Parse(taken)).QuerySelector("#team-name-note.error"));
        using (var unknown = await admin.Submit(path, "#team-add form", ("UserName", "nobody")))
            Assert.NotNull((await Browser.Parse(unknown)).QuerySelector("#team-username-note.error"));
        (await admin.Submit(path, "#team-add form", ("UserName", "ADA"))).Dispose();
        var id = Guid.Parse(path.Split('/')[^1]);
        using var browser = await host.SignedIn("ada");
        Assert.Contains(id, (await browser.Who())!.Writes);
        (await admin.Submit(path, $"#member-{ada.Id} form")).Dispose();
        Assert.DoesNotContain(id, (await browser.Who())!.Writes);
        Assert.Contains(id, (await browser.Who())!.Reads);
        (await admin.Submit(path, "#team-name form", ("Name", "Sight"))).Dispose();
        Assert.Equal("Sight", (await admin.Page(path)).QuerySelector("h1")!.TextContent);

        using (var gone = await admin.Submit(path, "#team-delete"))
            Assert.Equal("/admin/people/teams", gone.Headers.Location?.ToString());
        Assert.DoesNotContain(id, (await browser.Who())!.Reads);
        var lines = string.Join('\n', await host.Audit("team.%"));
        Assert.Contains("""root team.rename Sight {"name": "Vision"} {"name": "Sight"}""", lines, StringComparison.Ordinal);
        Assert.Contains("""root team.delete Sight {"name": "Sight", "members": ["ada"]}""", lines, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_team_that_something_belongs_to_stays_and_the_page_says_what()
    {
        await using var host = await PeopleHost.Start();
        await host.Add("root", Role.Admin);
        using var admin = await host.SignedIn("root");
        var path = await Make(admin, "Vision");
        await host.Sql<int>($"""
            create schema "odd plugin"; create table "odd plugin"."Thing" (id int, team_id uuid);
            insert into "odd plugin"."Thing" select n, '{path.Split('/')[^1]}' from generate_series(1, 3) n; select 1
            """);
        using (var refused = await admin.Submit(path, "#team-delete"))
        {
            Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
            Assert.Contains("3 in odd plugin.Thing", (await Browser.Parse(refused)).QuerySelector("#team-things")!.TextContent, StringComparison.Ordinal);
        }
        await host.Sql<int>("""truncate "odd plugin"."Thing"; select 1""");
        using var gone = await admin.Submit(path, "#team-delete");
        Assert.Equal("/admin/people/teams", gone.Headers.Location?.ToString());
    }

    [Fact]
    public async Task The_team_of_everybody_is_not_for_changing()
    {
        await using var host = await PeopleHost.Start();
        await host.Add("root", Role.Admin);
        using var admin = await host.SignedIn("root");
        using var page = await admin.Get($"/admin/people/teams/{Actor.Everyone}");
        Assert.Equal(HttpStatusCode.NotFound, page.StatusCode);
        var token = (await admin.Page("/admin/people/teams")).QuerySelector("input[name=__RequestVerificationToken]")!.GetAttribute("value")!;
        using var delete = await admin.Post($"/admin/people/teams/{Actor.Everyone}?handler=Delete", new FormUrlEncodedContent([new("__RequestVerificationToken", token)]));
        Assert.Equal(HttpStatusCode.NotFound, delete.StatusCode);
        Assert.Equal(1L, await host.Sql<long>("select count(*) from crucible.team"));
    }

    [Fact]
    public async Task Both_empty_states_are_said()
    {
        await using var host = await PeopleHost.Start();
        await host.Add("root", Role.Admin);
        using var admin = await host.SignedIn("root");
        Assert.Contains("No team of your own yet", (await admin.Page("/admin/people/teams")).QuerySelector("#teams")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("Nothing matches", (await admin.Page("/admin/people/teams?q=zzz")).QuerySelector("#teams")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("Nobody but you yet", (await admin.Page("/admin/people")).QuerySelector("#people")!.TextContent, StringComparison.Ordinal);
    }

    private static async Task<string> Make(Browser admin, string name)
    {
        using var made = await admin.Submit("/admin/people/teams", "#team-new form", ("Name", name));
        return made.Headers.Location!.ToString();
    }
}
