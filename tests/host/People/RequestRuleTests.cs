using System.Net;
using Crucible.People;
using static Crucible.Host.Tests.People.TokenTests;

namespace Crucible.Host.Tests.People;

public sealed class RequestRuleTests
{
    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    public async Task What_another_site_sends_is_refused_whatever_else_is_right(string header, string value)
    {
        await using var host = await PeopleHost.Start();
        await host.Add("ada");
        using var browser = host.Browse();
        (await browser.SignIn("ada")).Dispose();
        var token = await FormToken(browser);
        using (var foreign = await browser.Post("/api/touch", null, ("RequestVerificationToken", token), (header, value)))
            Assert.Equal(HttpStatusCode.Forbidden, foreign.StatusCode);
        using (var own = await browser.Post("/api/touch", null, ("RequestVerificationToken", token), ("Sec-Fetch-Site", "same-origin"), ("Origin", host.Http.GetLeftPart(UriPartial.Authority))))
            Assert.Equal(HttpStatusCode.OK, own.StatusCode);
        browser.Headers[header] = value;
        using var signIn = await browser.Post("/account/sign-in");
        Assert.Equal(HttpStatusCode.Forbidden, signIn.StatusCode);
    }

    [Fact]
    public async Task A_password_the_browser_remembers_is_not_enough_for_another_site_but_a_bearer_token_is_the_senders_own()
    {
        await using var host = await PeopleHost.Start();
        var ada = await host.Add("ada");
        var token = await host.Token(ada);
        using var browser = host.Browse();
        using (var basic = await browser.Post("/api/touch", null, Basic("ada", PeopleHost.Password), ("Sec-Fetch-Site", "cross-site")))
            Assert.Equal(HttpStatusCode.Forbidden, basic.StatusCode);
        using (var program = await browser.Post("/api/touch", null, Basic("ada", PeopleHost.Password)))
            Assert.Equal(HttpStatusCode.OK, program.StatusCode);
        using var bearer = await browser.Post("/api/touch", null, Bearer(token), ("Sec-Fetch-Site", "cross-site"));
        Assert.Equal(HttpStatusCode.OK, bearer.StatusCode);
    }

    [Theory]
    [InlineData("/api/touch")]
    [InlineData("/account/sign-out")]
    [InlineData("/account/theme")]
    [InlineData("/account?handler=Name")]
    [InlineData("/account?handler=Password")]
    [InlineData("/account?handler=SignOutOthers")]
    [InlineData("/account/tokens?handler=Create")]
    [InlineData("/account/tokens?handler=Revoke")]
    [InlineData("/account/sign-in")]
    [InlineData("/account/link")]
    [InlineData("/account/reset")]
    [InlineData("/account/second-step")]
    [InlineData("/account/invitation?handler=Accept")]
    [InlineData("/account?handler=EndSession")]
    [InlineData("/account/two-factor?handler=TurnOff")]
    [InlineData("/account/settings/x")]
    public async Task A_post_without_the_form_token_is_refused(string path)
    {
        await using var host = await PeopleHost.Start();
        await host.Add("ada");
        using var browser = host.Browse();
        (await browser.SignIn("ada")).Dispose();
        using var response = await browser.Post(path, new FormUrlEncodedContent([new("theme", "dark"), new("__RequestVerificationToken", "CfDJ8made-up")]));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task A_form_token_of_one_person_is_not_good_for_another()
    {
        await using var host = await PeopleHost.Start();
        await host.Add("ada");
        await host.Add("mallory");
        using var browser = host.Browse();
        using var foreign = host.Browse();
        (await browser.SignIn("ada")).Dispose();
        (await foreign.SignIn("mallory")).Dispose();
        var token = await FormToken(foreign);
        browser.Keep("crucible-form", foreign.Cookie("crucible-form")!.Value);
        using var response = await browser.Post("/api/touch", null, ("RequestVerificationToken", token));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Theory]
    [InlineData("127.0.0.1", HttpStatusCode.OK)]
    [InlineData("127.8.8.8", HttpStatusCode.OK)]
    [InlineData("::1", HttpStatusCode.OK)]
    [InlineData("::ffff:127.0.0.1", HttpStatusCode.OK)]
    [InlineData("192.0.2.10", HttpStatusCode.BadRequest)]
    [InlineData("2001:db8::1", HttpStatusCode.BadRequest)]
    public async Task Plain_http_is_for_loopback(string local, HttpStatusCode expected)
    {
        await using var host = await PeopleHost.Start();
        using var browser = host.Browse();
        using var response = await browser.Get("/open", ("Test-Local", local), ("Host", "localhost"));
        Assert.Equal(expected, response.StatusCode);
        if (expected == HttpStatusCode.BadRequest)
            Assert.Contains("Crucible__TrustedProxies", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        using var tls = host.Browse(tls: true);
        using var secure = await tls.Get("/open", ("Test-Local", local));
        Assert.Equal(HttpStatusCode.OK, secure.StatusCode);
    }

    [Fact]
    public async Task Forwarded_headers_of_strangers_are_not_believed()
    {
        await using var host = await PeopleHost.Start(("Crucible:TrustedProxies", "192.0.2.0/24"));
        using var browser = host.Browse();
        (string, string)[] forged = [("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "crucible.example")];
        foreach (var (local, remote) in new[] { ("127.0.0.1", "127.0.0.1"), ("198.51.100.1", "198.51.100.2") })
        {
            using var plain = await browser.Get("/open", [.. forged, ("Test-Local", local), ("Test-Remote", remote)]);
            Assert.Equal(HttpStatusCode.BadRequest, plain.StatusCode);
        }
        using var tls = host.Browse(tls: true);
        using var response = await tls.Get("/open", [.. forged, ("Test-Remote", "198.51.100.2")]);
        Assert.Equal("198.51.100.2", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_trusted_proxy_is_believed_and_must_itself_speak_tls()
    {
        await using var host = await PeopleHost.Start(("Crucible:TrustedProxies", "192.0.2.0/24, 127.0.0.1"));
        using var browser = host.Browse();
        (string, string)[] from = [("X-Forwarded-For", "203.0.113.9"), ("Test-Remote", "192.0.2.7"), ("Test-Local", "192.0.2.10")];
        using (var good = await browser.Get("/open", [.. from, ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "crucible.example")]))
        {
            Assert.Equal("203.0.113.9", await good.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
            Assert.Equal("max-age=31536000; includeSubDomains", Assert.Single(good.Headers.GetValues("Strict-Transport-Security")));
        }
        using (var plain = await browser.Get("/open", [.. from, ("X-Forwarded-Proto", "http")]))
            Assert.Equal(HttpStatusCode.BadRequest, plain.StatusCode);
        using var local = await browser.Get("/open", ("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Proto", "http"));
        Assert.Equal(HttpStatusCode.BadRequest, local.StatusCode);
    }

    [Theory]
    [InlineData("/open", false)]
    [InlineData("/page", true)]
    [InlineData("/account/sign-in", false)]
    [InlineData("/account", true)]
    [InlineData("/nowhere", true)]
    public async Task Every_response_carries_the_security_headers(string path, bool isPrivate)
    {
        await using var host = await PeopleHost.Start();
        await host.Add("ada");
        using var browser = host.Browse(tls: true);
        if (isPrivate)
            (await browser.SignIn("ada")).Dispose();
        using var response = await browser.Get(path);
        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; form-action 'self'; ", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        Assert.NotEmpty(response.Headers.GetValues("Referrer-Policy"));
        Assert.NotEmpty(response.Headers.GetValues("Permissions-Policy"));
        Assert.False(response.Headers.Contains("Strict-Transport-Security"), "localhost is shared with other programs");
        Assert.Equal(path != "/open", response.Headers.CacheControl?.NoStore == true);
    }

    [Fact]
    public async Task Who_is_not_signed_in_is_asked_in_the_way_they_understand()
    {
        await using var host = await PeopleHost.Start();
        using var browser = host.Browse();
        using (var page = await browser.Get("/page?x=1&y=2"))
            Assert.Equal("/account/sign-in?returnUrl=%2Fpage%3Fx%3D1%26y%3D2", page.Headers.Location?.OriginalString);
        using (var program = await browser.Get("/api/who", ("Accept", "*/*")))
        {
            Assert.Equal(HttpStatusCode.Unauthorized, program.StatusCode);
            Assert.Equal(["Basic", "Bearer"], program.Headers.WwwAuthenticate.Select(w => w.Scheme));
        }
        using (var script = await browser.Get("/page", ("HX-Request", "true"), ("HX-Current-URL", host.Http + "page?x=1")))
        {
            Assert.Equal(HttpStatusCode.Unauthorized, script.StatusCode);
            Assert.Equal("Bearer", Assert.Single(script.Headers.WwwAuthenticate).Scheme);
            Assert.Equal("/account/sign-in?returnUrl=%2Fpage%3Fx%3D1", Assert.Single(script.Headers.GetValues("HX-Redirect")));
        }
        using var wrong = await browser.Get("/page", Bearer("crucible_wrong"));
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
    }

    [Theory]
    [InlineData(Role.Viewer, HttpStatusCode.Forbidden, HttpStatusCode.Forbidden)]
    [InlineData(Role.Member, HttpStatusCode.OK, HttpStatusCode.Forbidden)]
    [InlineData(Role.Admin, HttpStatusCode.OK, HttpStatusCode.OK)]
    public async Task Permissions_follow_the_role(Role role, HttpStatusCode write, HttpStatusCode administration)
    {
        await using var host = await PeopleHost.Start();
        await host.Add("ada", role);
        using var browser = host.Browse();
        (await browser.SignIn("ada")).Dispose();
        using var writing = await browser.Post("/api/write", null, ("RequestVerificationToken", await FormToken(browser)));
        Assert.Equal(write, writing.StatusCode);
        using var admin = await browser.Get("/administration");
        Assert.Equal(administration, admin.StatusCode);
        Assert.Equal(role != Role.Admin, host.Log.Lines.Any(l => l.Contains("ada may not GET /administration, asked from 127.0.0.1", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Refused_authorisations_are_written_down_ten_a_minute_and_no_more()
    {
        await using var host = await PeopleHost.Start();
        await host.Add("ada");
        using var browser = await host.SignedIn("ada");
        for (var i = 0; i < 15; i++)
            (await browser.Get("/administration")).Dispose();
        var lines = await host.Audit("access.refused");
        // A minute may end in between.
        Assert.InRange(lines.Length, 10, 15);
        Assert.Equal("ada access.refused GET /administration", lines[0]);
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        (await browser.Get("/administration")).Dispose();
        Assert.Equal(lines.Length + 1, (await host.Audit("access.refused")).Length);
    }

    private static async Task<string> FormToken(Browser browser) =>
        (await browser.Page("/account")).QuerySelector("input[name=__RequestVerificationToken]")!.GetAttribute("value")!;
}
