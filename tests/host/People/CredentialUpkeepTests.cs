using System.Net;
using System.Text;
using Crucible.Host.People;
using Crucible.Jobs;
using Crucible.People;
using Microsoft.Extensions.DependencyInjection;
using static Crucible.Host.Tests.People.TokenTests;

namespace Crucible.Host.Tests.People;

/// <summary>Sessions, tokens and settings over time: ended one by one, listed, limited, forgotten.</summary>
public sealed class CredentialUpkeepTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_session_is_ended_and_nobody_ends_the_session_of_another()
    {
        await using var host = await PeopleHost.Start();
        await host.Add("ada");
        await host.Add("mallory");
        using var browser = await host.SignedIn("ada");
        using var elsewhere = await host.SignedIn("ada");
        using var mallory = await host.SignedIn("mallory");
        using var thirds = await host.SignedIn("mallory");
        (await mallory.Submit("/account", "#account-sessions td form", ("session", Secret.HashText(elsewhere.Cookie("crucible")!.Value)))).Dispose();
        Assert.NotNull(await elsewhere.Who());
        (await browser.Submit("/account", "#account-sessions td form")).Dispose();
        Assert.NotNull(await browser.Who());
        Assert.Null(await elsewhere.Who());
        Assert.Single(await host.Audit("session.end"));
    }

    [Fact]
    public async Task Tokens_are_listed_by_page_marked_when_they_end_and_no_longer_lived_than_the_settings_allow()
    {
        await using var host = await PeopleHost.Start(("Crucible:TokenLongestDays", "60"));
        var ada = await host.Add("ada");
        for (var i = 0; i < 52; i++)
            await host.Token(ada, "read", TimeSpan.FromDays(i == 51 ? 3 : 40));
        using var browser = await host.SignedIn("ada");
        var page = await browser.Page("/account/tokens");
        Assert.Equal(["7", "30", "60"], page.QuerySelectorAll("#account-days option").Select(o => o.GetAttribute("value")));
        Assert.Equal(50, page.QuerySelectorAll("#token-list tbody tr").Length);
        Assert.Contains("3 days left", page.QuerySelector("#token-list tbody tr")!.TextContent, StringComparison.Ordinal);
        Assert.Equal(2, (await browser.Page(page.QuerySelector("#token-list footer a")!.GetAttribute("href")!)).QuerySelectorAll("#token-list tbody tr").Length);
        using (var refused = await browser.Submit("/account/tokens", "#token-new form", ("Name", "x"), ("Scope", "read"), ("Days", "0")))
            Assert.Contains("60 days at most", (await Browser.Parse(refused)).QuerySelector("#account-days-note")!.TextContent, StringComparison.Ordinal);
        var store = host.Services.GetRequiredService<TokenStore>();
        Assert.Null(await store.Create(Actor.System("test"), ada, "x", "read", null, Cancel));
        Assert.Null(await store.Create(Actor.System("test"), ada, "x", "read", TimeSpan.FromDays(61), Cancel));
    }

    [Fact]
    public async Task What_is_over_is_forgotten_after_a_month_and_sessions_at_once()
    {
        await using var host = await PeopleHost.Start();
        await host.Add("root", Role.Admin);
        var ada = await host.Add("ada");
        var lasting = await host.Token(ada);
        await host.Token(ada, "read", TimeSpan.FromDays(1));
        await host.Services.GetRequiredService<LinkStore>().Create(ada.Id, Cancel);
        (await host.SignedIn("ada")).Dispose();
        using (var admin = await host.SignedIn("root"))
            await InvitationTests.Invite(admin, ("Days", "1"));
        var job = ActivatorUtilities.CreateInstance<ForgetExpiredCredentials>(host.Services);
        async Task<(long, long, long, long)> Left()
        {
            await job.Run(new(Guid.NewGuid(), 1, new Dictionary<string, string>(), new Report()), Cancel);
            return (await host.Sql<long>("select count(*) from crucible.session"), await host.Sql<long>("select count(*) from crucible.token"), await host.Sql<long>("select count(*) from crucible.sign_in_link"), await host.Sql<long>("select count(*) from crucible.invitation"));
        }
        Assert.Equal((2, 2, 1, 1), await Left());
        host.Clock.Advance(TimeSpan.FromDays(2));
        Assert.Equal((0, 2, 1, 1), await Left());
        host.Clock.Advance(TimeSpan.FromDays(30));
        Assert.Equal((0, 1, 0, 0), await Left());
        using var program = host.Browse();
        Assert.NotNull(await program.Who(Bearer(lasting)));
    }

    [Fact]
    public async Task A_setting_is_kept_with_the_person_and_has_limits()
    {
        await using var host = await PeopleHost.Start();
        var ada = await host.Add("ada");
        var bob = await host.Add("bob");
        using var browser = await host.SignedIn("ada");
        var token = (await browser.Page("/account")).QuerySelector("input[name=__RequestVerificationToken]")!.GetAttribute("value")!;
        Task<HttpResponseMessage> Send(string name, string json, string form) => browser.Post($"/account/settings/{name}", new StringContent(json, Encoding.UTF8, "application/json"), ("RequestVerificationToken", form));
        using (var kept = await Send("jobs.refresh", """{"seconds":5}""", token))
            Assert.Equal(HttpStatusCode.NoContent, kept.StatusCode);
        using (var forged = await Send("jobs.refresh", "1", "made-up"))
            Assert.Equal(HttpStatusCode.BadRequest, forged.StatusCode);
        var settings = host.Services.GetRequiredService<SettingStore>();
        Assert.Equal(5, (await settings.Get<Dictionary<string, int>>(ada.Id, "jobs.refresh", Cancel))!["seconds"]);
        Assert.Null(await settings.Get<Dictionary<string, int>>(bob.Id, "jobs.refresh", Cancel));
        Assert.Null(await settings.Get<string>(ada.Id, "jobs.refresh", Cancel));
        foreach (var (name, json) in new[] { ("Jobs", "1"), ("a--b", "1"), ("jobs.refresh", "{"), ("jobs.refresh", "\"\\u0000\""), ("jobs.refresh", $"\"{new string('x', SettingStore.MostCharacters)}\"") })
        {
            using var refused = await Send(name, json, token);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        }
        for (var i = 1; i < SettingStore.MostNames; i++)
            Assert.True(await settings.Set(ada.Id, $"n{i}", i, Cancel));
        Assert.False(await settings.Set(ada.Id, "one-more", 1, Cancel));
        Assert.True(await settings.Set(ada.Id, "n1", 2, Cancel));
        using (var forgotten = await Send("jobs.refresh", "", token))
            Assert.Equal(HttpStatusCode.NoContent, forgotten.StatusCode);
        Assert.True(await settings.Set(ada.Id, "one-more", 1, Cancel));
        using var program = await browser.Post("/account/settings/n1", new StringContent("3"), Bearer(await host.Token(ada)));
        Assert.Equal(HttpStatusCode.Forbidden, program.StatusCode);
    }

    [Fact]
    public async Task The_hint_at_two_factor_stays_away_once_it_was_put_off()
    {
        await using var host = await PeopleHost.Start();
        await host.Add("ada");
        using var browser = await host.SignedIn("ada");
        (await browser.Submit("/account", "#account-two-factor-hint form")).Dispose();
        Assert.Null((await browser.Page("/account")).QuerySelector("#account-two-factor-hint"));
    }

    [Fact]
    public async Task The_command_line_prints_a_link_that_sets_a_new_password()
    {
        await using var host = await PeopleHost.Start();
        await host.Add("ada");
        var (output, errors) = (new StringWriter(), new StringWriter());
        Task<int?> Run(params string[] args) => PeopleCommands.TryRun(args, host.Services, output, errors, Cancel);
        Assert.Equal(2, await Run("user", "reset-password"));
        Assert.Equal(1, await Run("user", "reset-password", "--user", "nobody"));
        Assert.Equal(1, await Run("user", "reset-password", "--user", "ada", "--hours", "9999"));
        Assert.Equal(1, await Run("token", "create", "--user", "ada", "--scope", "write,read"));
        Assert.Contains("This is no scope", errors.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, await Run("user", "reset-password", "--user", "Ada", "--hours", "2"));
        var code = output.ToString().Split("/account/reset#")[1].Split(' ')[0];
        using var browser = host.Browse();
        using var done = await browser.Submit("/account/reset", "#reset", ("Code", code), ("Next", "a new quiet lake"));
        Assert.Equal("/account", done.Headers.Location?.ToString());
        Assert.Contains(await host.Audit("person.link.reset"), l => l.StartsWith("command line person.link.reset ada", StringComparison.Ordinal));
    }

    private sealed class Report : IJobReport
    {
        public void Progress(double done, double total, string? what) { }

        public void Log(string text, string level) { }
    }
}
