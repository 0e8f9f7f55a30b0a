using System.Net;
using Crucible.Host.People;
using Crucible.People;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Crucible.Host.Tests.People;

public sealed class ProviderTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_unknown_account_is_refused_and_makes_a_person_only_where_the_settings_say_so()
    {
        await using var provider = await FakeProvider.Start();
        await using (var strict = await PeopleHost.Start(provider.Settings()))
        {
            Assert.Equal("unknown", await Refusal(strict));
            Assert.Equal(0L, await strict.Sql<long>("select count(*) from crucible.person"));
        }
        await using var host = await PeopleHost.Start(provider.Settings(("AutoCreateRole", "viewer")));
        await host.Add("ada");
        using var browser = host.Browse();
        var sign = (await browser.Page("/account/sign-in")).QuerySelector("#sign-in-providers a")!;
        Assert.Equal("Sign in with Fake", sign.TextContent.Trim());
        using (var answer = await Through(browser, sign.GetAttribute("href") + "?returnUrl=%2Fpage"))
            Assert.Equal("/page", answer.Headers.Location?.ToString());
        var who = (await browser.Who())!;
        Assert.Equal(("ada-2", Role.Viewer), (who.Name, who.Role));
        using var again = host.Browse();
        (await Through(again)).Dispose();
        Assert.Equal(who.Id, (await again.Who())?.Id);
        Assert.Equal(1L, await host.Sql<long>("select count(*) from crucible.identity"));
    }

    [Theory]
    [InlineData(true, true, "ada@example.org", true)]
    [InlineData(true, false, "ada@example.org", false)]
    [InlineData(false, true, "ada@example.org", false)]
    [InlineData(true, true, "eve@example.org", false)]
    public async Task A_person_is_recognised_by_a_verified_email_where_the_settings_trust_the_provider(bool trusts, bool verified, string email, bool expected)
    {
        await using var provider = await FakeProvider.Start();
        provider.Account = provider.Account with { Email = email, Verified = verified };
        await using var host = await PeopleHost.Start(provider.Settings(("LinkByEmail", trusts ? "true" : "false")));
        var ada = await host.Add("ada");
        await host.Services.GetRequiredService<PersonStore>().SetEmail(Actor.System("test"), ada.Id, "Ada@Example.org", Cancel);
        using var browser = host.Browse();
        (await Through(browser)).Dispose();
        Assert.Equal(expected ? ada.Id : null, (await browser.Who())?.Id);
    }

    [Theory]
    [InlineData("ada@example.org", true, null)]
    [InlineData("ada@example.org", false, "domain")]
    [InlineData("ada@sub.example.org", true, "domain")]
    [InlineData("ada@example.org.evil.example", true, "domain")]
    public async Task Only_verified_emails_of_the_allowed_domains_come_in(string email, bool verified, string? refusal)
    {
        await using var provider = await FakeProvider.Start();
        provider.Account = provider.Account with { Email = email, Verified = verified };
        await using var host = await PeopleHost.Start(provider.Settings(("AutoCreateRole", "member"), ("AllowedDomains", "example.net, example.org")));
        Assert.Equal(refusal, await Refusal(host));
    }

    [Fact]
    public async Task A_disabled_person_and_one_who_declines_stay_out()
    {
        await using var provider = await FakeProvider.Start();
        await using var host = await PeopleHost.Start(provider.Settings(("AutoCreateRole", "member")));
        Assert.Null(await Refusal(host));
        var id = await host.Sql<Guid>("select id from crucible.person");
        await host.Services.GetRequiredService<PersonStore>().Disable(Actor.System("test"), id, Cancel);
        Assert.Equal("disabled", await Refusal(host));
        Assert.Single(await host.Audit("person.sign-in.refused"));
        provider.Declines = true;
        Assert.Equal("denied", await Refusal(host));
        using var browser = host.Browse();
        var page = await browser.Page("/account/sign-in?provider=fake&refused=denied");
        Assert.Contains("Fake says that you declined", page.QuerySelector("#sign-in-refusal")!.TextContent, StringComparison.Ordinal);
        Assert.Null((await browser.Page("/account/sign-in?provider=fake&refused=made-up")).QuerySelector("#sign-in-refusal"));
    }

    [Fact]
    public async Task State_belongs_to_one_browser_and_is_good_once_and_so_is_a_code()
    {
        await using var provider = await FakeProvider.Start();
        await using var host = await PeopleHost.Start(provider.Settings(("AutoCreateRole", "member")));
        using var victim = host.Browse();
        using var attacker = host.Browse();
        var stolen = await Callback(attacker);
        using (var planted = await victim.Get(stolen))
            Assert.Contains("refused=state", planted.Headers.Location?.ToString(), StringComparison.Ordinal);
        Assert.Null(await victim.Who());
        using (var forged = await attacker.Get("/account/provider/fake/callback?code=x&state=made-up"))
            Assert.Contains("refused=state", forged.Headers.Location?.ToString(), StringComparison.Ordinal);

        using var browser = host.Browse();
        var callback = await Callback(browser);
        (await browser.Get(callback)).Dispose();
        Assert.NotNull(await browser.Who());
        using (var replayed = await browser.Get(callback))
            Assert.Contains("refused=state", replayed.Headers.Location?.ToString(), StringComparison.Ordinal);
        // The old code with a fresh state: the provider takes no code twice.
        using var other = host.Browse();
        var fresh = await Callback(other);
        var mixed = fresh.Replace(CodeOf(fresh), CodeOf(callback), StringComparison.Ordinal);
        using (var refused = await other.Get(mixed))
            Assert.Contains("refused=odd", refused.Headers.Location?.ToString(), StringComparison.Ordinal);
        using var foreign = host.Browse();
        using var issuer = await foreign.Get((await Callback(foreign)).Replace("iss=http", "iss=https", StringComparison.Ordinal));
        Assert.Contains("refused=state", issuer.Headers.Location?.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("token", false)]
    [InlineData("userinfo", false)]
    [InlineData("openid-configuration", false)]
    [InlineData("userinfo", true)]
    public async Task A_provider_that_is_down_is_said_in_words_and_tried_again_later(string endpoint, bool hangs)
    {
        await using var provider = await FakeProvider.Start();
        await using var host = await PeopleHost.Start(provider.Settings(("AutoCreateRole", "member")));
        (provider.Down, provider.Hangs) = (hangs ? null : endpoint, hangs ? endpoint : null);
        if (hangs)
            host.Services.GetRequiredService<IOptionsMonitor<ProviderScheme>>().Get(Providers.Scheme("fake")).Backchannel.Timeout = TimeSpan.FromMilliseconds(300);
        Assert.Equal(endpoint == "token" ? "odd" : "down", await Refusal(host));
        (provider.Down, provider.Hangs) = (null, null);
        Assert.Null(await Refusal(host));
        Assert.DoesNotContain(host.Log.Lines, l => l.Contains(FakeProvider.Secret, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_account_is_linked_in_the_session_that_began_it_and_unlinked_unless_it_is_the_only_way_in()
    {
        await using var provider = await FakeProvider.Start();
        await using var host = await PeopleHost.Start(provider.Settings());
        await host.Add("ada");
        await host.Add("bob");
        using var browser = await host.SignedIn("ada");
        using (var page = await browser.Get("/account/connections"))
            Assert.Contains($"form-action 'self' {provider.Address}", Assert.Single(page.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        using (var sent = await browser.Submit("/account/connections", "#connections-link-fake"))
        using (var linked = await browser.Get((await FakeProvider.Answer(sent.Headers.Location!)).PathAndQuery))
            Assert.Equal("/account/connections?done=linked", linked.Headers.Location?.ToString());
        using var elsewhere = host.Browse();
        (await Through(elsewhere)).Dispose();
        Assert.Equal("ada", (await elsewhere.Who())?.Name);

        using var other = await host.SignedIn("bob");
        using (var sent = await other.Submit("/account/connections", "#connections-link-fake"))
        using (var taken = await other.Get((await FakeProvider.Answer(sent.Headers.Location!)).PathAndQuery))
            Assert.Equal("/account/connections?provider=fake&refused=taken", taken.Headers.Location?.ToString());
        provider.Account = provider.Account with { Subject = "sub-2" };
        using (var sent = await other.Submit("/account/connections", "#connections-link-fake"))
        {
            (await other.Submit("/account/sign-out", "#sign-out")).Dispose();
            using var gone = await other.Get((await FakeProvider.Answer(sent.Headers.Location!)).PathAndQuery);
            Assert.Contains("refused=session", gone.Headers.Location?.ToString(), StringComparison.Ordinal);
        }
        Assert.Equal(1L, await host.Sql<long>("select count(*) from crucible.identity"));

        await host.Sql<int>("with gone as (update crucible.person set password_hash = null where user_name = 'ada' returning 1) select count(*)::int from gone");
        using (var only = await browser.Submit("/account/connections", "#connections td form"))
            Assert.Equal(HttpStatusCode.UnprocessableEntity, only.StatusCode);
        await host.Sql<int>("with back as (update crucible.person set password_hash = 'x' where user_name = 'ada' returning 1) select count(*)::int from back");
        (await browser.Submit("/account/connections", "#connections td form")).Dispose();
        Assert.Equal(0L, await host.Sql<long>("select count(*) from crucible.identity"));
        Assert.Equal(["ada person.identity.link ada", "ada person.identity.unlink ada"], (await host.Audit("person.identity%")).Select(l => l[..l.IndexOf(" {", StringComparison.Ordinal)]));
    }

    [Fact]
    public async Task The_second_step_follows_a_provider_too()
    {
        await using var provider = await FakeProvider.Start();
        await using var host = await PeopleHost.Start(provider.Settings(("LinkByEmail", "true")));
        var (owner, _, _) = await TwoFactorTests.WithTwoFactor(host, "ada");
        owner.Dispose();
        var ada = await host.Sql<Guid>("select id from crucible.person");
        await host.Services.GetRequiredService<PersonStore>().SetEmail(Actor.System("test"), ada, "ada@example.org", Cancel);
        using var browser = host.Browse();
        using var answer = await Through(browser);
        Assert.Equal("/account/second-step", answer.Headers.Location?.ToString());
        Assert.Null(await browser.Who());
    }

    [Fact]
    public async Task Wrong_settings_of_a_provider_are_listed_at_start()
    {
        var fault = await Assert.ThrowsAsync<OptionsValidationException>(async () => await PeopleHost.Start(
            ("Crucible:OAuth:one:Authority", "http://provider.example"), ("Crucible:OAuth:one:ClientId", "x"), ("Crucible:OAuth:one:ClientSecret", "y"),
            ("Crucible:OAuth:two:AutoCreateRole", "admin"), ("Crucible:OAuth:Thr_ee:Authority", "https://provider.example"), ("Crucible:OAuth:Thr_ee:ClientId", "x"), ("Crucible:OAuth:Thr_ee:ClientSecret", "y")));
        Assert.Equal(5, fault.Failures.Count());
        Assert.Contains("Crucible:OAuth:one:Authority must be an https address", fault.Message, StringComparison.Ordinal);
    }

    private static async Task<string> Callback(Browser browser, string start = "/account/provider/fake")
    {
        using var sent = await browser.Get(start);
        return (await FakeProvider.Answer(sent.Headers.Location!)).PathAndQuery;
    }

    private static async Task<HttpResponseMessage> Through(Browser browser, string start = "/account/provider/fake") => await browser.Get(await Callback(browser, start));

    // Null when it went through.
    private static async Task<string?> Refusal(PeopleHost host)
    {
        using var browser = host.Browse();
        using var sent = await browser.Get("/account/provider/fake");
        var location = sent.Headers.Location!;
        if (location.IsAbsoluteUri)
        {
            using var answer = await browser.Get((await FakeProvider.Answer(location)).PathAndQuery);
            location = answer.Headers.Location!;
        }
        var query = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(location.ToString().Split('?').ElementAtOrDefault(1));
        Assert.Equal(query.ContainsKey("refused"), await browser.Who() is null);
        return query.TryGetValue("refused", out var refused) ? refused.ToString() : null;
    }

    private static string CodeOf(string callback) => Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(callback.Split('?')[1])["code"].ToString();
}
