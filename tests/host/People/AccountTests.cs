using System.Net;
using Crucible.Host.People;
using Crucible.People;
using static Crucible.Host.Tests.People.TokenTests;

namespace Crucible.Host.Tests.People;

public sealed class AccountTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_token_is_shown_once_works_and_can_be_revoked()
    {
        await using var host = await PeopleHost.Start();
        await host.Add("ada");
        using var browser = host.Browse();
        (await browser.SignIn("ada")).Dispose();
        using var made = await browser.Submit("/account/tokens", "#token-new form", ("Name", "trainer"), ("Scope", "write"), ("Days", "30"));
        var token = (await Browser.Parse(made)).QuerySelector("#token-made pre")!.TextContent;
        Assert.Matches("^crucible_[A-Za-z0-9_-]{43}$", token);
        using var program = host.Browse();
        Assert.NotNull(await program.Who(Bearer(token)));

        var list = await browser.Page("/account/tokens");
        Assert.DoesNotContain(token, list.DocumentElement.OuterHtml, StringComparison.Ordinal);
        Assert.Contains("trainer", list.QuerySelector("#token-list")!.TextContent, StringComparison.Ordinal);
        (await browser.Submit("/account/tokens", "#token-list form")).Dispose();
        Assert.Null(await program.Who(Bearer(token)));
        Assert.Empty((await browser.Page("/account/tokens")).QuerySelectorAll("#token-list tr"));
    }

    [Theory]
    [InlineData("", "write", "30", "name")]
    [InlineData("trainer", "admin", "30", "scope")]
    [InlineData("trainer", "demo.drive", "30", "scope")]
    [InlineData("trainer", "write read", "30", "scope")]
    [InlineData("trainer", "no.such", "30", "scope")]
    [InlineData("trainer", "write", "31", "days")]
    public async Task A_token_that_may_not_be_made_is_refused_at_its_field(string name, string scope, string days, string field)
    {
        await using var host = await PeopleHost.Start();
        await host.Add("ada");
        using var browser = host.Browse();
        (await browser.SignIn("ada")).Dispose();
        using var response = await browser.Submit("/account/tokens", "#token-new form", ("Name", name), ("Scope", scope), ("Days", days));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        Assert.NotNull((await Browser.Parse(response)).QuerySelector($"#account-{field}-note.error"));
        Assert.Equal(0L, await host.Sql<long>("select count(*) from crucible.token"));
    }

    [Fact]
    public async Task Nobody_revokes_the_token_of_another()
    {
        await using var host = await PeopleHost.Start();
        var bob = await host.Add("bob");
        var token = await host.Token(bob);
        var id = await host.Sql<Guid>("select id from crucible.token");
        await host.Add("ada", Role.Viewer);
        using var browser = host.Browse();
        (await browser.SignIn("ada")).Dispose();
        (await browser.Submit("/account/tokens", "#token-new form", ("Name", "mine"), ("Scope", "read"), ("Days", "7"))).Dispose();
        using var response = await browser.Submit("/account/tokens", "#token-list form", ("token", id.ToString()));
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.NotNull(await browser.Who(Bearer(token)));
    }

    [Fact]
    public async Task A_token_cannot_make_itself_a_stronger_one()
    {
        await using var host = await PeopleHost.Start();
        var ada = await host.Add("ada");
        using var program = host.Browse();
        program.Headers["Authorization"] = "Bearer " + await host.Token(ada, "read");
        foreach (var path in new[] { "/account", "/account/tokens" })
        {
            using var response = await program.Get(path);
            Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        }
    }

    [Fact]
    public async Task A_new_password_ends_the_other_sessions_and_gives_this_one_a_new_key()
    {
        await using var host = await PeopleHost.Start();
        await host.Add("ada");
        using var browser = host.Browse();
        using var elsewhere = host.Browse();
        (await browser.SignIn("ada")).Dispose();
        (await elsewhere.SignIn("ada")).Dispose();
        var key = browser.Cookie("crucible")!.Value;
        using (var wrong = await browser.Submit("/account", "#account-secret form", ("Current", "not this one"), ("Next", "a new quiet lake")))
            Assert.NotNull((await Browser.Parse(wrong)).QuerySelector("#account-current-note.error"));
        using (var weak = await browser.Submit("/account", "#account-secret form", ("Current", PeopleHost.Password), ("Next", "password1234")))
            Assert.NotNull((await Browser.Parse(weak)).QuerySelector("#account-next-note.error"));
        using (var changed = await browser.Submit("/account", "#account-secret form", ("Current", PeopleHost.Password), ("Next", "a new quiet lake")))
            Assert.Equal(HttpStatusCode.Redirect, changed.StatusCode);
        Assert.NotEqual(key, browser.Cookie("crucible")!.Value);
        Assert.NotNull(await browser.Who());
        Assert.Null(await elsewhere.Who());
        using var again = await elsewhere.SignIn("ada", "a new quiet lake");
        Assert.Equal(HttpStatusCode.Redirect, again.StatusCode);
    }

    [Fact]
    public async Task Others_can_be_signed_out_and_the_name_and_theme_changed()
    {
        await using var host = await PeopleHost.Start();
        await host.Add("ada");
        using var browser = host.Browse();
        using var elsewhere = host.Browse();
        (await browser.SignIn("ada")).Dispose();
        (await elsewhere.SignIn("ada")).Dispose();
        (await browser.Submit("/account", "#account-sign-out-others")).Dispose();
        Assert.NotNull(await browser.Who());
        Assert.Null(await elsewhere.Who());
        (await browser.Submit("/account", "#account-profile form", ("DisplayName", "Ada Lovelace"))).Dispose();
        (await browser.Submit("/account", "#account-look form", ("theme", "light"))).Dispose();
        var page = await browser.Page("/account");
        Assert.Equal("Ada Lovelace", page.QuerySelector("h1")!.TextContent.Trim());
        Assert.Equal("light", page.QuerySelector("#account-theme option[selected]")!.GetAttribute("value"));
    }

    [Fact]
    public async Task The_command_line_makes_people_and_tokens()
    {
        await using var host = await PeopleHost.Start();
        var (output, errors) = (new StringWriter(), new StringWriter());
        Task<int?> Run(params string[] args) => PeopleCommands.TryRun(args, host.Services, output, errors, Cancel);
        Assert.Null(await Run("serve"));
        Assert.Equal(2, await Run("token", "create"));
        Assert.Equal(1, await Run("token", "create", "--user", "grace"));
        Assert.Equal(0, await Run("user", "add", "--user", "grace", "--role", "viewer"));
        Assert.Equal(1, await Run("user", "add", "--user", "Grace"));
        Assert.Equal(1, await Run("token", "create", "--user", "grace", "--scope", "write"));
        output.GetStringBuilder().Clear();
        Assert.Equal(0, await Run("token", "create", "--user", "grace", "--scope", "read", "--days", "1"));
        using var program = host.Browse();
        Assert.Equal("grace", (await program.Who(Bearer(output.ToString().Trim())))?.Name);
    }

    [Fact]
    public async Task No_secret_reaches_a_log()
    {
        await using var host = await PeopleHost.Start();
        var link = (await FirstAdmin.Prepare(host.Services, Cancel))!.Split('#');
        using var browser = host.Browse();
        (await browser.Submit(link[0], "#link", ("Code", link[1]))).Dispose();
        (await browser.Submit("/account", "#account-secret form", ("Next", "sentinel-password-one"))).Dispose();
        var key = browser.Cookie("crucible")!.Value;
        using var made = await browser.Submit("/account/tokens", "#token-new form", ("Name", "t"), ("Scope", "read"), ("Days", "7"));
        var token = (await Browser.Parse(made)).QuerySelector("#token-made pre")!.TextContent;
        (await browser.Get("/api/who", Bearer(token))).Dispose();
        (await browser.Get("/api/who", Bearer(token[..^1] + "-"))).Dispose();
        (await browser.Get("/api/who", Basic("admin", "sentinel-password-two"))).Dispose();
        using var other = host.Browse();
        (await other.SignIn("admin", "sentinel-password-three")).Dispose();
        (await other.SignIn("sentinel-password-four", "x")).Dispose();
        (await other.SignIn("admin", "sentinel-password-one")).Dispose();
        Assert.Contains(host.Log.Lines, l => l.Contains("admin signed in", StringComparison.Ordinal));
        foreach (var secret in new[] { "sentinel-password", link[1], key, token[..^1] })
            Assert.DoesNotContain(host.Log.Lines, l => l.Contains(secret, StringComparison.Ordinal));
    }
}
