using System.Net;
using Crucible.Host.People;
using Crucible.People;
using Microsoft.Extensions.Options;

namespace Crucible.Host.Tests.People;

public sealed class FirstAdminTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_link_works_once_and_looking_does_not_spend_it()
    {
        await using var host = await PeopleHost.Start();
        var (path, secret) = Split(await FirstAdmin.Prepare(host.Services, Cancel));
        using var preview = host.Browse();
        await preview.Page(path);
        await preview.Page(path);
        using var browser = host.Browse();
        using (var signedIn = await browser.Submit(path, "#link", ("Code", secret)))
            Assert.Equal("/account", signedIn.Headers.Location?.ToString());
        Assert.Equal(Role.Admin, (await browser.Who())?.Role);
        using var again = await preview.Submit(path, "#link", ("Code", secret));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, again.StatusCode);
        Assert.Null(await preview.Who());
        Assert.Null(await FirstAdmin.Prepare(host.Services, Cancel));
    }

    [Fact]
    public async Task Every_start_prints_a_fresh_link_until_one_is_used_and_then_none_works()
    {
        await using var host = await PeopleHost.Start();
        var (path, first) = Split(await FirstAdmin.Prepare(host.Services, Cancel));
        var (_, second) = Split(await FirstAdmin.Prepare(host.Services, Cancel));
        Assert.NotEqual(first, second);
        Assert.Equal(1L, await host.Sql<long>("select count(*) from crucible.person"));
        using var browser = host.Browse();
        (await browser.Submit(path, "#link", ("Code", second))).Dispose();
        Assert.NotNull(await browser.Who());
        using var other = host.Browse();
        using var stale = await other.Submit(path, "#link", ("Code", first));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, stale.StatusCode);
    }

    [Fact]
    public async Task A_link_is_good_for_a_day()
    {
        await using var host = await PeopleHost.Start();
        var (path, secret) = Split(await FirstAdmin.Prepare(host.Services, Cancel));
        host.Clock.Advance(TimeSpan.FromHours(24.1));
        using var browser = host.Browse();
        using var late = await browser.Submit(path, "#link", ("Code", secret));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, late.StatusCode);
    }

    [Fact]
    public async Task A_link_spent_by_two_at_once_lets_one_in()
    {
        await using var host = await PeopleHost.Start();
        var (path, secret) = Split(await FirstAdmin.Prepare(host.Services, Cancel));
        var browsers = Enumerable.Range(0, 6).Select(_ => host.Browse()).ToArray();
        var answers = await Task.WhenAll(browsers.Select(b => b.Submit(path, "#link", ("Code", secret))));
        Assert.Single(answers, a => a.StatusCode == HttpStatusCode.Redirect);
    }

    [Fact]
    public async Task A_configured_password_is_set_once_and_leaves_a_changed_one_alone()
    {
        await using var host = await PeopleHost.Start(("Crucible:AdminPassword", "seven hills of granite"));
        Assert.Null(await FirstAdmin.Prepare(host.Services, Cancel));
        using var browser = host.Browse();
        (await browser.SignIn("admin", "seven hills of granite")).Dispose();
        Assert.Equal(Role.Admin, (await browser.Who())?.Role);
        await using var second = await PeopleHost.StartOn(host.ConnectionString, ("Crucible:AdminPassword", "a quite different one"));
        Assert.Null(await FirstAdmin.Prepare(second.Services, Cancel));
        using var other = second.Browse();
        using var refused = await other.SignIn("admin", "a quite different one");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
    }

    [Fact]
    public async Task Wrong_settings_are_listed_at_start()
    {
        var fault = await Assert.ThrowsAsync<OptionsValidationException>(async () =>
            await PeopleHost.Start(("Crucible:AdminPassword", "short"), ("Crucible:TrustedProxies", "10.0.0.1, nginx"), ("Crucible:SessionIdleHours", "0")));
        Assert.Contains("'nginx'", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("short", fault.Message, StringComparison.Ordinal);
        Assert.Equal(3, fault.Failures.Count());
    }

    private static (string Path, string Secret) Split(string? link)
    {
        Assert.NotNull(link);
        var parts = link.Split('#');
        return (parts[0], parts[1]);
    }
}
