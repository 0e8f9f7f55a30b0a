using System.Net;
using Crucible.Host.People;
using Crucible.People;
using Microsoft.Extensions.DependencyInjection;
using static Crucible.Host.Tests.People.TokenTests;

namespace Crucible.Host.Tests.People;

public sealed class TwoFactorTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // Appendix B of RFC 6238, SHA-1, the last six digits.
    [Theory]
    [InlineData(59, "287082")]
    [InlineData(1111111109, "081804")]
    [InlineData(1111111111, "050471")]
    [InlineData(1234567890, "005924")]
    [InlineData(2000000000, "279037")]
    [InlineData(20000000000, "353130")]
    public void Codes_are_those_of_the_standard(long seconds, string code)
    {
        Assert.Equal(code, TimeCodes.Code("12345678901234567890"u8, seconds / 30));
        Assert.Equal("12345678901234567890"u8.ToArray(), TimeCodes.Bytes("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"));
    }

    [Fact]
    public async Task It_is_on_once_a_code_was_right_and_then_the_password_alone_opens_nothing()
    {
        await using var host = await PeopleHost.Start();
        await host.Add("ada");
        using var browser = await host.SignedIn("ada");
        using var elsewhere = await host.SignedIn("ada");
        var begun = await Browser.Parse(await browser.Submit("/account/two-factor", "#two-factor-begin form"));
        var key = KeyOf(begun);
        Assert.NotNull(begun.QuerySelector("svg.qr path"));
        var form = Fields(begun, "#two-factor-turn-on");
        using (var wrong = await browser.Post("/account/two-factor?handler=TurnOn", form(("Code", "000000"), ("Current", PeopleHost.Password))))
            Assert.NotNull((await Browser.Parse(wrong)).QuerySelector("#account-code-note.error"));
        using (var unproved = await browser.Post("/account/two-factor?handler=TurnOn", form(("Code", Code(host, key)), ("Current", "not this one"))))
            Assert.NotNull((await Browser.Parse(unproved)).QuerySelector("#account-current-note.error"));
        Assert.Equal(0L, await host.Sql<long>("select count(*) from crucible.person where two_factor_key is not null"));

        var codes = CodesOf(await Browser.Parse(await browser.Post("/account/two-factor?handler=TurnOn", form(("Code", Code(host, key)), ("Current", PeopleHost.Password)))));
        Assert.Equal(10, codes.Length);
        Assert.NotNull(await browser.Who());
        Assert.Null(await elsewhere.Who());
        Assert.Equal(0L, await host.Sql<long>($"select count(*) from crucible.person p where p::text like '%{key}%'"));
        Assert.Contains("10", (await browser.Page("/account/two-factor")).QuerySelector(".page-head")!.TextContent, StringComparison.Ordinal);

        host.Clock.Advance(TimeSpan.FromMinutes(1));
        using var visitor = host.Browse();
        using (var first = await visitor.SignIn("ada", query: "?returnUrl=%2Fpage"))
            Assert.Equal("/account/second-step?returnUrl=%2Fpage", first.Headers.Location?.ToString());
        Assert.Null(await visitor.Who());
        var code = Code(host, key);
        using (var second = await visitor.Submit("/account/second-step?returnUrl=%2Fpage", "#second-step", ("Code", code)))
            Assert.Equal("/page", second.Headers.Location?.ToString());
        Assert.NotNull(await visitor.Who());
        Assert.Contains(await host.Audit("person.sign-in"), l => l.Contains("password and code", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_code_is_good_once_however_many_come_together()
    {
        await using var host = await PeopleHost.Start(("Crucible:SignInsPerMinute", "100"));
        var (_, key, _) = await WithTwoFactor(host, "ada");
        var code = Code(host, key);
        var browsers = Enumerable.Range(0, 4).Select(_ => host.Browse()).ToArray();
        foreach (var browser in browsers)
            (await browser.SignIn("ada")).Dispose();
        var answers = await Task.WhenAll(browsers.Select(b => b.Submit("/account/second-step", "#second-step", ("Code", code))));
        Assert.Single(answers, a => a.StatusCode == HttpStatusCode.Redirect);
    }

    [Fact]
    public async Task A_recovery_code_opens_once_and_new_ones_end_the_old()
    {
        await using var host = await PeopleHost.Start(("Crucible:SignInsPerMinute", "100"));
        var (browser, _, codes) = await WithTwoFactor(host, "ada");
        Assert.Equal(HttpStatusCode.Redirect, await SecondStep(host, codes[0].ToLowerInvariant()));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await SecondStep(host, codes[0]));
        Assert.Equal(9L, await host.Sql<long>("select count(*) from crucible.recovery_code"));
        Assert.Equal(0L, await host.Sql<long>($"select count(*) from crucible.recovery_code r where r::text like '%{codes[1].Replace("-", "", StringComparison.Ordinal)}%'"));

        using (var refused = await browser.Submit("/account/two-factor", "#two-factor-renew", ("Current", "not this one")))
            Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        var fresh = CodesOf(await Browser.Parse(await browser.Submit("/account/two-factor", "#two-factor-renew", ("Current", PeopleHost.Password))));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await SecondStep(host, codes[1]));
        Assert.Equal(HttpStatusCode.Redirect, await SecondStep(host, fresh[0]));
        browser.Dispose();
    }

    [Fact]
    public async Task Wrong_codes_lock_the_account_and_the_right_password_gives_no_further_guesses()
    {
        await using var host = await PeopleHost.Start(("Crucible:SignInsPerMinute", "100"));
        await WithTwoFactor(host, "ada");
        using var thief = host.Browse();
        for (var i = 0; i < 5; i++)
        {
            using (var first = await thief.SignIn("ada"))
                Assert.Equal(HttpStatusCode.Redirect, first.StatusCode);
            using var wrong = await thief.Submit("/account/second-step", "#second-step", ("Code", "123456"));
            Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.StatusCode);
        }
        using var locked = await thief.SignIn("ada");
        Assert.Equal(HttpStatusCode.TooManyRequests, locked.StatusCode);
        Assert.Equal(5, (await host.Audit("person.sign-in.refused")).Count(l => l.Contains("wrong code", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_second_step_is_limited_like_the_first_and_over_after_five_minutes()
    {
        await using var host = await PeopleHost.Start();
        var (_, key, _) = await WithTwoFactor(host, "ada");
        using var browser = host.Browse();
        (await browser.SignIn("ada")).Dispose();
        for (var i = 0; i < 4; i++)
            (await browser.Submit("/account/second-step", "#second-step", ("Code", "123456"))).Dispose();
        using (var limited = await browser.Submit("/account/second-step", "#second-step", ("Code", Code(host, key))))
            Assert.Equal(HttpStatusCode.TooManyRequests, limited.StatusCode);
        host.Clock.Advance(TimeSpan.FromMinutes(6));
        using var late = await browser.Get("/account/second-step");
        Assert.Equal("/account/sign-in", late.Headers.Location?.ToString());
    }

    [Fact]
    public async Task The_cookie_between_the_steps_opens_nothing_and_ends_with_the_password_it_followed()
    {
        await using var host = await PeopleHost.Start();
        var (browser, key, _) = await WithTwoFactor(host, "ada");
        using var visitor = host.Browse();
        (await visitor.SignIn("ada")).Dispose();
        using (var page = await visitor.Get("/account"))
            Assert.StartsWith("/account/sign-in", page.Headers.Location?.ToString(), StringComparison.Ordinal);
        (await browser.Submit("/account", "#account-secret form", ("Current", PeopleHost.Password), ("Next", "another quiet lake"))).Dispose();
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        using var second = await visitor.Submit("/account/second-step", "#second-step", ("Code", Code(host, key)));
        Assert.Equal("/account/sign-in", second.Headers.Location?.ToString());
        Assert.Null(await visitor.Who());
        browser.Dispose();
    }

    [Fact]
    public async Task A_program_is_told_to_take_a_token()
    {
        await using var host = await PeopleHost.Start();
        var ada = await host.Add("ada");
        using var program = host.Browse();
        Assert.NotNull(await program.Who(Basic("ada", PeopleHost.Password)));
        await TurnOn(host, "ada");
        using (var refused = await program.Get("/api/who", Basic("ada", PeopleHost.Password), ("Accept", "*/*")))
        {
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
            Assert.Contains("Make an API token", await refused.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        }
        var proof = new Credential(CredentialKind.Password, await host.Sql<string>("select security_stamp from crucible.person"), ada.Id);
        Assert.Null(await host.Services.GetRequiredService<AccessStore>().Again(proof, Cancel));
        Assert.NotNull(await program.Who(Basic("ada", await host.Token(ada))));
    }

    [Fact]
    public async Task It_is_turned_off_with_the_password_and_reset_by_an_admin()
    {
        await using var host = await PeopleHost.Start(("Crucible:SignInsPerMinute", "100"));
        await host.Add("root", Role.Admin);
        var (browser, _, _) = await WithTwoFactor(host, "ada");
        using (var refused = await browser.Submit("/account/two-factor", "#two-factor-off", ("Current", "not this one")))
            Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        (await browser.Submit("/account/two-factor", "#two-factor-off", ("Current", PeopleHost.Password))).Dispose();
        Assert.Equal(0L, await host.Sql<long>("select count(*) from crucible.recovery_code"));
        using (var plain = await host.SignedIn("ada"))
            Assert.NotNull(await plain.Who());

        host.Clock.Advance(TimeSpan.FromMinutes(1));
        await TurnOn(host, "ada");
        using var admin = await host.SignedIn("root");
        var id = await host.Sql<Guid>("select id from crucible.person where user_name = 'ada'");
        (await admin.Submit($"/admin/people/{id}", "#person-reset-two-factor")).Dispose();
        using var again = await host.SignedIn("ada");
        Assert.NotNull(await again.Who());
        Assert.Contains("root person.two-factor.reset ada", string.Join('\n', await host.Audit("person.two-factor%")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_admins_need_it_they_are_members_until_it_is_on()
    {
        await using var host = await PeopleHost.Start(("Crucible:AdminsNeedTwoFactor", "true"));
        var root = await host.Add("root", Role.Admin);
        using var browser = host.Browse();
        using (var signedIn = await browser.SignIn("root"))
            Assert.Equal("/account/two-factor", signedIn.Headers.Location?.ToString());
        Assert.Equal(Role.Member, (await browser.Who())?.Role);
        Assert.Equal(Role.Member, (await browser.Who(Bearer(await host.Token(root, "admin"))))?.Role);
        using (var page = await browser.Get("/admin/people"))
            Assert.Equal(HttpStatusCode.Forbidden, page.StatusCode);
        Assert.NotNull((await browser.Page("/account")).QuerySelector("#account-waits"));
        await TurnOn(host, "root", browser);
        Assert.Equal(Role.Admin, (await browser.Who())?.Role);
        Assert.NotNull((await browser.Page("/admin/people")).QuerySelector("#people"));
    }

    private delegate FormUrlEncodedContent Form(params (string, string)[] values);

    internal static async Task<(Browser Browser, string Key, string[] Codes)> WithTwoFactor(PeopleHost host, string name)
    {
        await host.Add(name);
        var browser = await host.SignedIn(name);
        var (key, codes) = await TurnOn(host, name, browser);
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        return (browser, key, codes);
    }

    internal static async Task<(string Key, string[] Codes)> TurnOn(PeopleHost host, string name, Browser? browser = null)
    {
        browser ??= await host.SignedIn(name);
        var begun = await Browser.Parse(await browser.Submit("/account/two-factor", "#two-factor-begin form"));
        var key = KeyOf(begun);
        var on = await browser.Post("/account/two-factor?handler=TurnOn", Fields(begun, "#two-factor-turn-on")([("Code", Code(host, key)), ("Current", PeopleHost.Password)]));
        return (key, CodesOf(await Browser.Parse(on)));
    }

    internal static string Code(PeopleHost host, string key) => TimeCodes.Code(TimeCodes.Bytes(key), host.Services.GetRequiredService<TimeProvider>().GetUtcNow().ToUnixTimeSeconds() / 30);

    private static async Task<HttpStatusCode> SecondStep(PeopleHost host, string code)
    {
        using var browser = host.Browse();
        (await browser.SignIn("ada")).Dispose();
        using var second = await browser.Submit("/account/second-step", "#second-step", ("Code", code));
        return second.StatusCode;
    }

    internal static string KeyOf(AngleSharp.Dom.IDocument page) => page.QuerySelector("#two-factor-setup pre")!.TextContent.Replace(" ", "", StringComparison.Ordinal);

    internal static string[] CodesOf(AngleSharp.Dom.IDocument page) => page.QuerySelector("#two-factor-codes pre")!.TextContent.Split('\n');

    private static Form Fields(AngleSharp.Dom.IDocument page, string form)
    {
        var hidden = page.QuerySelectorAll($"{form} input[type=hidden]").Select(i => KeyValuePair.Create(i.GetAttribute("name")!, i.GetAttribute("value")!)).ToArray();
        return values => new([.. hidden, .. values.Select(v => KeyValuePair.Create(v.Item1, v.Item2))]);
    }
}
