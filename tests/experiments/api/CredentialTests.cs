using System.Text;
using Crucible.Host.People;
using Crucible.People;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Experiments.Api.Tests;

/// <summary>How a client says who it is: MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and _PASSWORD.</summary>
public sealed class CredentialTests(World world) : IClassFixture<World>
{
    private const string Call = "experiments/get?experiment_id=0";

    private Tracker With(string scheme, string? parameter)
    {
        var client = world.Client(null);
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", parameter is null ? scheme : $"{scheme} {parameter}");
        return new(client);
    }

    private Tracker Basic(string name, string password) => With("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{password}")));

    [Fact]
    public async Task A_token_comes_as_a_bearer_or_as_a_password_with_any_name()
    {
        var token = world.Cast.Member.Token;
        foreach (var tracker in (Tracker[])[With("Bearer", token), With("bearer", token), Basic("mira", token), Basic("token", token), Basic("", token)])
        {
            (await tracker.Get(Call)).Ok();
            (await tracker.Post("runs/create", "{}")).Ok();
        }
    }

    [Fact]
    public async Task A_name_and_a_password_do_what_the_person_may()
    {
        (await Basic("mira", Player.Password).Post("runs/create", "{}")).Ok();
        (await Basic("VITO", Player.Password).Get(Call)).Ok();
        (await Basic("vito", Player.Password).Post("runs/create", "{}")).Refused(403, "PERMISSION_DENIED");
        (await Basic("mira", Player.Password + "!").Get(Call)).Refused(401, "UNAUTHENTICATED");
        (await Basic("nobody", Player.Password).Get(Call)).Refused(401, "UNAUTHENTICATED");
    }

    [Theory]
    [InlineData("Bearer", "nonsense")]
    [InlineData("Bearer", "")]
    [InlineData("Bearer", "crucible_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("Bearer", null)]
    [InlineData("Basic", "%%%")]
    [InlineData("Basic", "bm9jb2xvbg==")]
    [InlineData("Basic", "/////w==")]
    [InlineData("Digest", "username=mira")]
    [InlineData("nonsense", null)]
    public async Task What_is_no_credential_is_refused_with_what_would_be_one(string scheme, string? parameter)
    {
        var tracker = With(scheme, parameter);
        (await tracker.Get(Call)).Refused(401, "UNAUTHENTICATED");
        (await tracker.Post("runs/log-batch", "{}")).Refused(401, "UNAUTHENTICATED");
        using var response = await tracker.Http.GetAsync(Tracker.Api + Call);
        Assert.Equal(["Basic", "Bearer"], response.Headers.WwwAuthenticate.Select(w => w.Scheme).Order());
    }

    [Fact]
    public async Task A_token_that_is_over_or_revoked_works_no_longer_here_nor_on_another_host()
    {
        var second = await world.AddHost();
        var player = await world.Token(world.Cast.Member, "write", TimeSpan.FromHours(1));
        var (here, there) = (new Tracker(world.Client(player)), new Tracker(world.Client(player, second)));
        (await here.Get(Call)).Ok();
        (await there.Get(Call)).Ok();
        var tokens = world.Services.GetRequiredService<TokenStore>();
        var id = (await tokens.Of(player.PersonId, null, default)).First(t => player.Token.StartsWith(t.Prefix, StringComparison.Ordinal)).Id;
        Assert.True(await tokens.Revoke(Actor.System("tests"), player.PersonId, id, default));
        (await here.Get(Call)).Refused(401, "UNAUTHENTICATED");
        (await here.Post("runs/create", "{}")).Refused(401, "UNAUTHENTICATED");
        await Until.True(async () => (await there.Get(Call)).Status == 401, "the other host refuses the token too");
        (await new Tracker(world.Client(world.Cast.Member)).Get(Call)).Ok();

        (await new Tracker(world.Client(await world.Token(world.Cast.Member, "write", TimeSpan.FromSeconds(-1)))).Get(Call)).Refused(401, "UNAUTHENTICATED");
    }

    [Fact]
    public async Task A_signed_in_browser_reads_and_writes_only_from_a_page_of_ours()
    {
        var browser = (await world.Visit(world.Cast.Member)).Http;
        var tracker = new Tracker(browser);
        (await tracker.Get("/ajax-api/2.0/mlflow/" + Call)).Ok();
        (await tracker.Post("/ajax-api/2.0/mlflow/runs/create", "{}")).Refused(400, "BAD_REQUEST", "Reload");
        var password = Basic("mira", Player.Password);
        password.Http.DefaultRequestHeaders.Add("Origin", "https://elsewhere.example");
        (await password.Post("runs/create", "{}")).Refused(403, "PERMISSION_DENIED", "another site");
        (await password.Get(Call)).Ok();
    }

    [Fact]
    public async Task A_person_who_is_shut_out_logs_no_more()
    {
        var player = await world.Invite("leaver", Role.Member, world.Cast.Red, writes: true);
        var tracker = new Tracker(world.Client(player));
        var run = await tracker.NewRun("0");
        await world.Services.GetRequiredService<PersonStore>().Disable(Actor.System("tests"), player.PersonId, default);
        (await tracker.Post("runs/log-metric", new { run_id = run, key = "m", value = 1, timestamp = 1 })).Refused(401, "UNAUTHENTICATED");
    }
}
