using System.Net;
using Crucible.Host.People;
using Crucible.People;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Host.Tests.People;

public sealed class SignInTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_right_password_opens_a_session_and_sign_out_ends_it()
    {
        await using var host = await PeopleHost.Start();
        var ada = await host.Add("ada");
        using var browser = host.Browse();
        using (var signedIn = await browser.SignIn("Ada"))
            Assert.Equal(HttpStatusCode.Redirect, signedIn.StatusCode);
        Assert.Equal(ada.Id, (await browser.Who())?.Id);

        var key = browser.Cookie("crucible")!.Value;
        using (var signedOut = await browser.Submit("/account/sign-out", "#sign-out"))
            Assert.Equal("/account/sign-in", signedOut.Headers.Location?.ToString());
        Assert.Null(browser.Cookie("crucible"));
        browser.Keep("crucible", key);
        Assert.Null(await browser.Who());
        Assert.Contains(host.Log.Lines, l => l.Contains("ada signed in from 127.0.0.1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_wrong_password_and_an_unknown_name_get_the_same_answer_at_the_field()
    {
        await using var host = await PeopleHost.Start();
        await host.Add("ada");
        using var browser = host.Browse();
        var errors = new List<string?>();
        foreach (var (name, password) in new[] { ("ada", "not my password"), ("nobody", "not my password") })
        {
            using var response = await browser.SignIn(name, password);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
            errors.Add((await Browser.Parse(response)).QuerySelector("#account-password-note.error")?.TextContent);
        }
        Assert.Equal(["The user name or the password is wrong.", "The user name or the password is wrong."], errors);
        Assert.Contains(host.Log.Lines, l => l.Contains("Sign-in refused for ada from 127.0.0.1: wrong password", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Five_failures_lock_the_account_everywhere_and_five_more_lock_it_longer()
    {
        await using var host = await PeopleHost.Start();
        await host.Add("ada");
        using var browser = host.Browse();
        for (var i = 0; i < 5; i++)
            (await browser.SignIn("ada", $"wrong wrong {i}")).Dispose();
        host.Clock.Advance(TimeSpan.FromMinutes(2));
        using (var locked = await browser.SignIn("ada"))
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, locked.StatusCode);
            Assert.InRange(locked.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 170, 180);
            Assert.Contains("Try again in 3 minutes", (await Browser.Parse(locked)).QuerySelector(".error")!.TextContent, StringComparison.Ordinal);
        }
        host.Clock.Advance(TimeSpan.FromMinutes(4));
        for (var i = 0; i < 5; i++)
            (await browser.SignIn("ada", $"wrong wrong {i}")).Dispose();
        host.Clock.Advance(TimeSpan.FromMinutes(6));
        using (var locked = await browser.SignIn("ada"))
            Assert.Equal(HttpStatusCode.TooManyRequests, locked.StatusCode);
        host.Clock.Advance(TimeSpan.FromMinutes(5));
        using var open = await browser.SignIn("ada");
        Assert.Equal(HttpStatusCode.Redirect, open.StatusCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_sixth_attempt_in_a_minute_waits(bool oneAccount)
    {
        await using var host = await PeopleHost.Start();
        using var browser = host.Browse();
        for (var i = 0; i < 5; i++)
        {
            browser.Headers["Test-Remote"] = oneAccount ? $"198.51.100.{i}" : "198.51.100.7";
            using var response = await browser.SignIn(oneAccount ? "nobody" : $"nobody{i}", "wrong wrong wrong");
            Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        }
        using (var sixth = await browser.SignIn(oneAccount ? "NOBODY" : "somebody", "wrong wrong wrong"))
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, sixth.StatusCode);
            Assert.InRange(sixth.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        }
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        using var later = await browser.SignIn("nobody", "wrong wrong wrong");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, later.StatusCode);
    }

    [Fact]
    public async Task An_office_behind_one_address_may_start_its_day()
    {
        await using var host = await PeopleHost.Start();
        for (var i = 0; i < 7; i++)
        {
            await host.Add($"person{i}");
            using var browser = host.Browse();
            using var response = await browser.SignIn($"person{i}");
            Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        }
    }

    [Theory]
    [InlineData("/experiments?status=running", "/experiments?status=running")]
    [InlineData("https://evil.example/", "/")]
    [InlineData("//evil.example/", "/")]
    [InlineData("/\\evil.example/", "/")]
    [InlineData("javascript:alert(1)", "/")]
    public async Task Signing_in_leads_back_to_this_host_only(string returnUrl, string expected)
    {
        await using var host = await PeopleHost.Start();
        await host.Add("ada");
        using var browser = host.Browse();
        using var response = await browser.SignIn("ada", query: "?returnUrl=" + Uri.EscapeDataString(returnUrl));
        Assert.Equal(expected, response.Headers.Location?.ToString());
    }

    [Fact]
    public async Task A_disabled_person_is_refused_like_a_wrong_password()
    {
        await using var host = await PeopleHost.Start();
        var ada = await host.Add("ada");
        await host.Services.GetRequiredService<PersonStore>().Disable(Actor.System("test"), ada.Id, Cancel);
        using var browser = host.Browse();
        using var response = await browser.SignIn("ada");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
    }

    [Fact]
    public async Task A_name_that_no_database_holds_is_nobodys()
    {
        await using var host = await PeopleHost.Start();
        using var browser = host.Browse();
        using var page = await browser.SignIn("a\0b");
        Assert.Equal(HttpStatusCode.BadRequest, page.StatusCode);
        Assert.Null(await browser.Who(TokenTests.Basic("a\0b", "wrong wrong wrong")));
    }

    [Theory]
    [InlineData("short")]
    [InlineData("password123")]
    [InlineData("aaaaaaaaaaaa")]
    [InlineData("the name is ada")]
    public void Weak_passwords_are_refused(string password) => Assert.NotNull(PasswordRules.Fault("ada", password));

    [Fact]
    public void Words_alone_are_a_password() => Assert.Null(PasswordRules.Fault("ada", "quiet lake at dawn"));
}
