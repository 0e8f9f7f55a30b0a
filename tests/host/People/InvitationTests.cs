using System.Net;
using Crucible.Host.People;
using Crucible.People;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Host.Tests.People;

public sealed class InvitationTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_link_makes_a_person_with_role_and_teams_once()
    {
        await using var host = await PeopleHost.Start();
        await host.Add("root", Role.Admin);
        var team = (await host.Services.GetRequiredService<TeamStore>().Create(Actor.System("test"), "vision", Cancel))!.Id;
        using var admin = await host.SignedIn("root");
        var code = await Invite(admin, ("Role", "member"), ("Team", team.ToString()), ("Email", "grace@example.org"));
        Assert.Equal(0L, await host.Sql<long>($"select count(*) from crucible.invitation i where i::text like '%{code}%'"));

        using var visitor = host.Browse();
        var offer = await Open(visitor, code);
        Assert.Contains("vision", offer.QuerySelector("#invitation-offer")!.TextContent, StringComparison.Ordinal);
        using (var weak = await Accept(visitor, code, "grace", "short"))
            Assert.NotNull((await Browser.Parse(weak)).QuerySelector("#account-password-note.error"));
        using (var taken = await Accept(visitor, code, "ROOT"))
            Assert.NotNull((await Browser.Parse(taken)).QuerySelector("#account-username-note.error"));
        using (var accepted = await Accept(visitor, code, "grace"))
            Assert.Equal("/account/two-factor", accepted.Headers.Location?.ToString());
        var who = (await visitor.Who())!;
        Assert.Equal(("grace", Role.Member, team), (who.Name, who.Role, who.Home));
        Assert.Contains(await host.Audit("invitation.%"), l => l.StartsWith("grace invitation.accept", StringComparison.Ordinal));

        using var late = host.Browse();
        using (var spent = await Accept(late, code, "other"))
            Assert.Equal(HttpStatusCode.UnprocessableEntity, spent.StatusCode);
        Assert.Empty((await admin.Page("/admin/people/invitations")).QuerySelectorAll("#invitations tbody tr"));
        Assert.Contains("used by grace", (await admin.Page("/admin/people/invitations?ended=true")).QuerySelector("#invitations tbody")!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_who_accept_together_one_becomes_a_person()
    {
        await using var host = await PeopleHost.Start();
        await host.Add("root", Role.Admin);
        using var admin = await host.SignedIn("root");
        var code = await Invite(admin, ("Role", "viewer"));
        var browsers = Enumerable.Range(0, 5).Select(_ => host.Browse()).ToArray();
        var answers = await Task.WhenAll(browsers.Select((b, i) => Accept(b, code, $"grace{i}")));
        Assert.Single(answers, a => a.StatusCode == HttpStatusCode.Redirect);
        Assert.Equal(2L, await host.Sql<long>("select count(*) from crucible.person"));
    }

    [Fact]
    public async Task Revoked_old_forged_and_foreign_links_open_nothing()
    {
        await using var host = await PeopleHost.Start();
        var root = await host.Add("root", Role.Admin);
        using var admin = await host.SignedIn("root");
        var revoked = await Invite(admin, ("Role", "viewer"), ("UserName", "grace"));
        (await admin.Submit("/admin/people/invitations", "#invitations td form")).Dispose();
        var old = await Invite(admin, ("Role", "viewer"), ("Days", "1"));
        var reset = (await host.Services.GetRequiredService<LinkStore>().CreateReset(Actor.System("test"), root.Id, TimeSpan.FromDays(9), Cancel)).Split('#')[1];
        host.Clock.Advance(TimeSpan.FromDays(1.1));
        using var visitor = host.Browse();
        foreach (var code in new[] { revoked, old, reset, old[..^2] + "xx", "", "x", new string('a', 3000) })
        {
            using var response = await visitor.Submit("/account/invitation", "#invitation-open", ("Code", code));
            Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        }
        using var asReset = await visitor.Submit("/account/reset", "#reset", ("Code", revoked), ("Next", "a new quiet lake"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, asReset.StatusCode);
    }

    [Fact]
    public async Task Somebody_made_without_a_password_gets_one_by_a_link_from_their_page()
    {
        await using var host = await PeopleHost.Start();
        await host.Add("root", Role.Admin);
        var grace = await host.Add("grace", Role.Member, password: null);
        using var admin = await host.SignedIn("root");
        var page = await Browser.Parse(await admin.Submit($"/admin/people/{grace.Id}", "#person-make-link"));
        var code = page.QuerySelector("#person-link pre")!.TextContent.Split("/account/invitation#")[1];
        using var visitor = host.Browse();
        using (var accepted = await Accept(visitor, code, "ignored"))
            Assert.Equal(HttpStatusCode.Redirect, accepted.StatusCode);
        Assert.Equal(grace.Id, (await visitor.Who())?.Id);
        using var signedIn = await host.SignedIn("grace");
        Assert.NotNull(await signedIn.Who());
    }

    [Theory]
    [InlineData("UserName", "x y", "username")]
    [InlineData("UserName", "root", "username")]
    [InlineData("Email", "no address", "email")]
    [InlineData("Role", "emperor", "role")]
    [InlineData("Days", "4000", "days")]
    public async Task What_is_wrong_with_an_invitation_stands_at_its_field(string name, string value, string field)
    {
        await using var host = await PeopleHost.Start();
        await host.Add("root", Role.Admin);
        using var admin = await host.SignedIn("root");
        using var response = await admin.Submit("/admin/people/invitations", "#invitation-new form", (name, value));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        Assert.NotNull((await Browser.Parse(response)).QuerySelector($"#account-{field}-note.error"));
        Assert.Equal(0L, await host.Sql<long>("select count(*) from crucible.invitation"));
    }

    [Fact]
    public async Task A_reset_link_sets_a_password_once_and_frees_a_locked_account()
    {
        await using var host = await PeopleHost.Start();
        await host.Add("root", Role.Admin);
        var ada = await host.Add("ada");
        using var thief = await host.SignedIn("ada");
        using var admin = await host.SignedIn("root");
        async Task<string> Link() => (await Browser.Parse(await admin.Submit($"/admin/people/{ada.Id}", "#person-make-link"))).QuerySelector("#person-link pre")!.TextContent.Split("/account/reset#")[1];
        var (replaced, code) = (await Link(), await Link());
        using var browser = host.Browse();
        for (var i = 0; i < 5; i++)
            (await browser.SignIn("ada", $"wrong wrong {i}")).Dispose();
        using (var old = await browser.Submit("/account/reset", "#reset", ("Code", replaced), ("Next", "a new quiet lake")))
            Assert.NotNull((await Browser.Parse(old)).QuerySelector("#account-code-note.error"));
        using (var weak = await browser.Submit("/account/reset", "#reset", ("Code", code), ("Next", "password123")))
            Assert.NotNull((await Browser.Parse(weak)).QuerySelector("#account-next-note.error"));
        using (var done = await browser.Submit("/account/reset", "#reset", ("Code", code), ("Next", "a new quiet lake")))
            Assert.Equal("/account", done.Headers.Location?.ToString());
        Assert.Equal("ada", (await browser.Who())?.Name);
        Assert.Null(await thief.Who());
        Assert.Equal(0, await host.Sql<int>("select failed_count from crucible.person where user_name = 'ada'"));
        using var again = await browser.Submit("/account/reset", "#reset", ("Code", code), ("Next", "yet another lake"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, again.StatusCode);
        Assert.DoesNotContain(host.Log.Lines, l => l.Contains(code, StringComparison.Ordinal) || l.Contains("a new quiet lake", StringComparison.Ordinal));
    }

    internal static async Task<string> Invite(Browser admin, params (string, string)[] values)
    {
        using var made = await admin.Submit("/admin/people/invitations", "#invitation-new form", values);
        return (await Browser.Parse(made)).QuerySelector("#invitation-link pre")!.TextContent.Split("/account/invitation#")[1];
    }

    private static async Task<AngleSharp.Dom.IDocument> Open(Browser visitor, string code) =>
        await Browser.Parse(await visitor.Submit("/account/invitation", "#invitation-open", ("Code", code)));

    private static async Task<HttpResponseMessage> Accept(Browser visitor, string code, string name, string password = PeopleHost.Password)
    {
        var token = (await visitor.Page("/account/invitation")).QuerySelector("input[name=__RequestVerificationToken]")!.GetAttribute("value")!;
        return await visitor.Post("/account/invitation?handler=Accept", new FormUrlEncodedContent([new("__RequestVerificationToken", token), new("Code", code), new("UserName", name), new("DisplayName", name), new("Password", password)]));
    }
}
