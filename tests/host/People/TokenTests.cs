using System.Net;
using System.Text;
using Crucible.Host.People;
using Crucible.People;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Host.Tests.People;

public sealed class TokenTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_token_acts_for_its_owner_as_bearer_and_as_basic_password()
    {
        await using var host = await PeopleHost.Start();
        var ada = await host.Add("ada");
        var token = await host.Token(ada);
        using var program = host.Browse();
        foreach (var header in new[] { Bearer(token), Basic("ada", token), Basic("anything", token) })
            Assert.Equal(ada.Id, (await program.Who(header))?.Id);
        Assert.Equal(1L, await host.Sql<long>("select count(*) from crucible.token where used_at is not null"));
        Assert.Equal(0L, await host.Sql<long>($"select count(*) from crucible.token k where k::text like '%{token[9..]}%'"));
    }

    [Fact]
    public async Task Expired_revoked_unknown_and_malformed_tokens_are_refused()
    {
        await using var host = await PeopleHost.Start();
        var ada = await host.Add("ada");
        var brief = await host.Token(ada, life: TimeSpan.FromDays(1));
        var token = await host.Token(ada);
        using var program = host.Browse();
        Assert.NotNull(await program.Who(Bearer(brief)));
        host.Clock.Advance(TimeSpan.FromDays(2));
        Assert.Null(await program.Who(Bearer(brief)));

        Assert.NotNull(await program.Who(Bearer(token)));
        var id = await host.Sql<Guid>("select id from crucible.token where expires_at is null");
        Assert.True(await host.Services.GetRequiredService<TokenStore>().Revoke(Actor.System("test"), ada.Id, id, Cancel));
        Assert.Null(await program.Who(Bearer(token)));
        foreach (var wrong in new[] { Secret.NewToken(), "crucible_short", "", "x y z", new string('a', 5000) })
            Assert.Null(await program.Who(Bearer(wrong)));
        foreach (var wrong in new[] { "Basic !!!", "Basic bm9jb2xvbg==", "Negotiate abc", "Basic", "Bearer" })
            Assert.Null(await program.Who(("Authorization", wrong)));
    }

    [Fact]
    public async Task Another_host_stops_taking_a_revoked_token_within_ten_seconds_and_at_once_when_told()
    {
        await using var host = await PeopleHost.Start();
        await using var other = await PeopleHost.StartOn(host.ConnectionString);
        var ada = await host.Add("ada");
        var token = await host.Token(ada);
        using var program = other.Browse();
        Assert.NotNull(await program.Who(Bearer(token)));
        await host.Services.GetRequiredService<PersonStore>().Disable(Actor.System("test"), ada.Id, Cancel);
        Assert.NotNull(await program.Who(Bearer(token)));
        other.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Null(await program.Who(Bearer(token)));
        await host.Services.GetRequiredService<PersonStore>().Enable(Actor.System("test"), ada.Id, Cancel);
        Assert.Null(await program.Who(Bearer(token)));
        other.Services.GetRequiredService<AccessCache>().Forget(ada.Id);
        Assert.NotNull(await program.Who(Bearer(token)));
    }

    [Theory]
    [InlineData("read", Role.Admin, Role.Viewer, HttpStatusCode.Forbidden, HttpStatusCode.Forbidden)]
    [InlineData("write", Role.Admin, Role.Member, HttpStatusCode.OK, HttpStatusCode.Forbidden)]
    [InlineData("admin", Role.Admin, Role.Admin, HttpStatusCode.OK, HttpStatusCode.OK)]
    [InlineData("demo.drive", Role.Admin, Role.Viewer, HttpStatusCode.Forbidden, HttpStatusCode.OK)]
    [InlineData("write", Role.Member, Role.Member, HttpStatusCode.OK, HttpStatusCode.Forbidden)]
    [InlineData("read", Role.Viewer, Role.Viewer, HttpStatusCode.Forbidden, HttpStatusCode.Forbidden)]
    public async Task A_scope_caps_what_its_owner_may(string scope, Role role, Role expected, HttpStatusCode write, HttpStatusCode drive)
    {
        await using var host = await PeopleHost.Start();
        var team = (await host.Services.GetRequiredService<TeamStore>().Create(Actor.System("test"), "vision", Cancel))!.Id;
        var ada = await host.Add("ada", role);
        var bearer = Bearer(await host.Token(ada, scope));
        using var program = host.Browse();
        var who = (await program.Who(bearer))!;
        Assert.Equal(expected, who.Role);
        Assert.Equal(role == Role.Admin, who.Reads.Contains(team));
        Assert.Equal(expected > Role.Viewer, who.Writes.Contains(Actor.Everyone));
        using var writing = await program.Post("/api/write", null, bearer);
        Assert.Equal(write, writing.StatusCode);
        using var driving = await program.Post("/api/drive", null, bearer);
        Assert.Equal(drive, driving.StatusCode);
    }

    [Theory]
    [InlineData(Role.Viewer, "write")]
    [InlineData(Role.Member, "admin")]
    [InlineData(Role.Member, "demo.drive")]
    [InlineData(Role.Admin, "no.such")]
    public async Task Nobody_gives_a_token_more_than_they_have(Role role, string scope)
    {
        await using var host = await PeopleHost.Start();
        var ada = await host.Add("ada", role);
        Assert.Null(await host.Services.GetRequiredService<TokenStore>().Create(Actor.System("test"), ada, "test", scope, null, Cancel));
    }

    [Fact]
    public async Task A_token_given_for_a_permission_ends_with_its_owners_right_to_it()
    {
        await using var host = await PeopleHost.Start();
        await host.Add("root", Role.Admin);
        var ada = await host.Add("ada", Role.Admin);
        var bearer = Bearer(await host.Token(ada, "demo.drive"));
        await host.Services.GetRequiredService<PersonStore>().SetRole(Actor.System("test"), ada.Id, Role.Member, Cancel);
        using var program = host.Browse();
        using var driving = await program.Post("/api/drive", null, bearer);
        Assert.Equal(HttpStatusCode.Forbidden, driving.StatusCode);
    }

    [Fact]
    public async Task A_name_and_password_work_as_basic_until_the_password_changes()
    {
        await using var host = await PeopleHost.Start();
        var ada = await host.Add("ada");
        using var program = host.Browse();
        Assert.Equal(ada.Id, (await program.Who(Basic("ADA", PeopleHost.Password)))?.Id);
        using (var scope = host.Services.CreateScope())
        {
            var accounts = scope.ServiceProvider.GetRequiredService<Accounts>();
            var person = (await accounts.FindByNameAsync("ada"))!;
            Assert.True((await accounts.ChangePasswordAsync(person, PeopleHost.Password, "another quiet lake")).Succeeded);
        }
        Assert.Null(await program.Who(Basic("ada", PeopleHost.Password)));
        Assert.NotNull(await program.Who(Basic("ada", "another quiet lake")));
    }

    [Fact]
    public async Task A_program_that_repeats_a_wrong_password_counts_once_and_different_ones_lock()
    {
        await using var host = await PeopleHost.Start();
        await host.Add("ada");
        using var program = host.Browse();
        for (var i = 0; i < 20; i++)
            Assert.Null(await program.Who(Basic("ada", "an old password")));
        Assert.Equal(1, await host.Sql<int>("select failed_count from crucible.person"));
        for (var i = 0; i < 4; i++)
            Assert.Null(await program.Who(Basic("ada", $"guess number {i}")));
        using (var limited = await program.Get("/api/who", Basic("ada", PeopleHost.Password)))
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, limited.StatusCode);
            Assert.NotNull(limited.Headers.RetryAfter);
        }
        host.Clock.Advance(TimeSpan.FromMinutes(2));
        using (var locked = await program.Get("/api/who", Basic("ada", PeopleHost.Password)))
            Assert.Equal(HttpStatusCode.TooManyRequests, locked.StatusCode);
        host.Clock.Advance(TimeSpan.FromMinutes(4));
        Assert.NotNull(await program.Who(Basic("ada", PeopleHost.Password)));
        Assert.Equal(0, await host.Sql<int>("select failed_count from crucible.person"));
    }

    [Fact]
    public async Task Many_calls_at_once_verify_a_password_once()
    {
        await using var host = await PeopleHost.Start();
        await host.Add("ada");
        using var program = host.Browse();
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => program.Who(Basic("ada", PeopleHost.Password))));
        Assert.All(answers, Assert.NotNull);
    }

    [Fact]
    public async Task Tracking_is_limited_for_each_credential_and_says_when_to_come_back()
    {
        await using var host = await PeopleHost.Start(("Crucible:TrackingPerSecond", "3"));
        var ada = await host.Add("ada");
        var (first, second) = (Bearer(await host.Token(ada)), Bearer(await host.Token(ada)));
        using var program = host.Browse();
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => program.Get("/api/tracked", first)));
        var limited = answers.First(a => a.StatusCode == HttpStatusCode.TooManyRequests);
        Assert.Equal("1", limited.Headers.RetryAfter?.ToString());
        using var other = await program.Get("/api/tracked", second);
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    internal static (string, string) Bearer(string token) => ("Authorization", "Bearer " + token);

    internal static (string, string) Basic(string name, string password) =>
        ("Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{password}")));
}
