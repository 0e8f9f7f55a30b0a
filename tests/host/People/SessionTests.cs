using System.Net;
using Crucible.Host.People;
using Crucible.People;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Host.Tests.People;

public sealed class SessionTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Over_tls_the_cookie_is_bound_to_the_host()
    {
        await using var host = await PeopleHost.Start();
        await host.Add("ada");
        using var browser = host.Browse(tls: true);
        using var response = await browser.SignIn("ada");
        var cookie = Assert.Single(response.Headers.GetValues("Set-Cookie"), c => c.StartsWith("__Host-crucible=", StringComparison.Ordinal));
        Assert.Matches("^__Host-crucible=[A-Za-z0-9_-]{43}; path=/; secure; samesite=lax; httponly$", cookie);
        Assert.NotNull(await browser.Who());
        var key = browser.Cookie("__Host-crucible")!.Value;
        Assert.Equal(0L, await host.Sql<long>($"select count(*) from crucible.session where id = '{key}'"));
    }

    [Fact]
    public async Task On_plain_loopback_the_cookie_has_no_prefix_and_a_tls_one_is_not_taken()
    {
        await using var host = await PeopleHost.Start();
        await host.Add("ada");
        using var browser = host.Browse();
        using var response = await browser.SignIn("ada");
        Assert.Contains(response.Headers.GetValues("Set-Cookie"), c => c.StartsWith("crucible=", StringComparison.Ordinal) && c.EndsWith("; path=/; samesite=lax; httponly", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Signing_in_again_ends_the_session_before_it()
    {
        await using var host = await PeopleHost.Start();
        await host.Add("ada");
        await host.Add("mallory");
        using var planted = host.Browse();
        (await planted.SignIn("mallory")).Dispose();
        var key = planted.Cookie("crucible")!.Value;
        using var link = host.Browse();
        var ada = await host.Services.GetRequiredService<PersonStore>().FindByName("ada", Cancel);
        var secret = (await host.Services.GetRequiredService<LinkStore>().Create(ada!.Id, Cancel)).Split('#')[1];
        link.Keep("crucible", key);
        using var signedIn = await link.Submit("/account/link", "#link", ("Code", secret));
        Assert.Equal(HttpStatusCode.Redirect, signedIn.StatusCode);
        Assert.NotEqual(key, link.Cookie("crucible")!.Value);
        Assert.Equal("ada", (await link.Who())?.Name);
        Assert.Null(await planted.Who());
    }

    [Fact]
    public async Task A_change_of_role_ends_sessions_on_every_host_at_once()
    {
        await using var host = await PeopleHost.Start();
        var ada = await host.Add("ada", Role.Member);
        await using var other = await PeopleHost.StartOn(host.ConnectionString);
        using var browser = host.Browse();
        (await browser.SignIn("ada")).Dispose();
        using var elsewhere = other.Browse();
        elsewhere.Keep("crucible", browser.Cookie("crucible")!.Value);
        Assert.Equal(Role.Member, (await elsewhere.Who())?.Role);

        Assert.Equal(PersonOutcome.Done, await host.Services.GetRequiredService<PersonStore>().SetRole(Actor.System("test"), ada.Id, Role.Viewer, Cancel));
        Assert.Null(await browser.Who());
        Assert.Null(await elsewhere.Who());
        Assert.Equal(1L, await host.Sql<long>($"select count(*) from crucible.change where topic = 'person:{ada.Id}' and kind = 'crucible.PersonAccessChanged'"));
    }

    [Fact]
    public async Task Disabling_ends_sessions_and_a_proof_no_longer_holds()
    {
        await using var host = await PeopleHost.Start();
        var ada = await host.Add("ada");
        using var browser = host.Browse();
        (await browser.SignIn("ada")).Dispose();
        var proof = new Credential(CredentialKind.Session, await host.Sql<string>("select id from crucible.session"), ada.Id);
        var access = host.Services.GetRequiredService<AccessStore>();
        Assert.NotNull(await access.Again(proof, Cancel));
        Assert.NotEmpty(await host.Services.GetRequiredService<SessionStore>().Touch([proof.Id], Cancel));
        await host.Services.GetRequiredService<PersonStore>().Disable(Actor.System("test"), ada.Id, Cancel);
        Assert.Null(await access.Again(proof, Cancel));
        Assert.Empty(await host.Services.GetRequiredService<SessionStore>().Touch([proof.Id], Cancel));
        Assert.Null(await browser.Who());
    }

    [Fact]
    public async Task Teams_change_what_a_session_reaches_without_ending_it()
    {
        await using var host = await PeopleHost.Start();
        var ada = await host.Add("ada");
        var teams = host.Services.GetRequiredService<TeamStore>();
        var vision = (await teams.Create(Actor.System("test"), "Vision", Cancel))!;
        Assert.Null(await teams.Create(Actor.System("test"), "vision", Cancel));
        using var browser = host.Browse();
        (await browser.SignIn("ada")).Dispose();
        Assert.Equal([Actor.Everyone], (await browser.Who())!.Reads);
        await teams.Add(Actor.System("test"), vision.Id, ada.Id, mayWrite: false, Cancel);
        var reader = (await browser.Who())!;
        Assert.Equal([Actor.Everyone, vision.Id], reader.Reads);
        Assert.Equal([Actor.Everyone], reader.Writes);
        Assert.Equal(Actor.Everyone, reader.Home);
        await teams.Add(Actor.System("test"), vision.Id, ada.Id, mayWrite: true, Cancel);
        Assert.Equal(vision.Id, (await browser.Who())!.Home);
        await teams.Remove(Actor.System("test"), vision.Id, ada.Id, Cancel);
        Assert.Equal([Actor.Everyone], (await browser.Who())!.Writes);
    }

    [Fact]
    public async Task Idle_sessions_end_after_four_hours_and_an_open_page_keeps_them()
    {
        await using var host = await PeopleHost.Start();
        await host.Add("ada");
        using var browser = host.Browse();
        (await browser.SignIn("ada")).Dispose();
        var id = await host.Sql<string>("select id from crucible.session");
        host.Clock.Advance(TimeSpan.FromHours(3.9));
        Assert.NotNull(await browser.Who());
        host.Clock.Advance(TimeSpan.FromHours(3.9));
        Assert.NotEmpty(await host.Services.GetRequiredService<SessionStore>().Touch([id], Cancel));
        host.Clock.Advance(TimeSpan.FromHours(3.9));
        Assert.NotNull(await browser.Who());
        host.Clock.Advance(TimeSpan.FromHours(4.1));
        Assert.Null(await browser.Who());
    }

    [Fact]
    public async Task No_session_outlives_its_longest_time()
    {
        await using var host = await PeopleHost.Start(("Crucible:SessionLongestHours", "6"));
        await host.Add("ada");
        using var browser = host.Browse();
        (await browser.SignIn("ada")).Dispose();
        host.Clock.Advance(TimeSpan.FromHours(3));
        Assert.NotNull(await browser.Who());
        host.Clock.Advance(TimeSpan.FromHours(3.1));
        Assert.Null(await browser.Who());
    }

    [Fact]
    public async Task The_last_admin_stays_one()
    {
        await using var host = await PeopleHost.Start();
        var ada = await host.Add("ada", Role.Admin);
        var persons = host.Services.GetRequiredService<PersonStore>();
        Assert.Equal(PersonOutcome.LastAdmin, await persons.SetRole(Actor.System("test"), ada.Id, Role.Member, Cancel));
        Assert.Equal(PersonOutcome.LastAdmin, await persons.Disable(Actor.System("test"), ada.Id, Cancel));
        await host.Add("bob", Role.Admin);
        Assert.Equal(PersonOutcome.Done, await persons.SetRole(Actor.System("test"), ada.Id, Role.Member, Cancel));
        Assert.Equal(PersonOutcome.NotFound, await persons.SetRole(Actor.System("test"), Guid.CreateVersion7(), Role.Member, Cancel));
    }
}
