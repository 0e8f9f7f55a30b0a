using Crucible.People;

namespace Crucible.Experiments.Api.Tests;

/// <summary>Mira of team red logs, Vito of red reads, Stan of blue sees nothing of it, and the admin may do everything.</summary>
public sealed class AccessTests(World world) : IClassFixture<World>
{
    private readonly Tracker _mira = new(world.Client(world.Cast.Member));
    private readonly Tracker _vito = new(world.Client(world.Cast.Viewer));
    private readonly Tracker _stan = new(world.Client(world.Cast.Stranger));
    private readonly Tracker _admin = new(world.Client(world.Cast.Admin));

    private static async Task ReadsButNeverWrites(Tracker reader, Tracker owner)
    {
        var things = await Things.Make(owner);
        var before = await things.Picture(owner);
        Assert.Equal(before, await things.Picture(reader));
        foreach (var call in Call.All)
        {
            var answer = await things.Ask(reader, call);
            if (call.Effect is Effect.Reads or Effect.Searches)
                Assert.True(answer.Status == 200 && answer.Text != "{}", $"{answer.Asked} answered {answer.Status}: {answer.Text}");
            else
                answer.Refused(403, "PERMISSION_DENIED");
        }
        (await reader.Post("experiments/create", new { name = Tracker.Unique("vito") })).Refused(403, "PERMISSION_DENIED");
        (await reader.Post("runs/create", "{}")).Refused(403, "PERMISSION_DENIED");
        Assert.Equal(before, await things.Picture(owner));
    }

    [Fact]
    public Task A_viewer_reads_everything_of_the_team_and_changes_nothing() => ReadsButNeverWrites(_vito, _mira);

    [Fact]
    public async Task A_token_that_may_only_read_does_not_write_for_its_owner() =>
        await ReadsButNeverWrites(new(world.Client(await world.Token(world.Cast.Member, "read"))), _mira);

    [Fact]
    public async Task To_another_team_it_does_not_exist()
    {
        var things = await Things.Make(_mira);
        var before = await things.Picture(_mira);
        foreach (var call in Call.All)
        {
            var answer = await things.Ask(_stan, call);
            if (call.Effect != Effect.Searches)
                answer.Missing();
            else
                answer.Ok();
            foreach (var secret in (string[])[things.Name, "secret", "mlflow.runName"])
                Assert.False(answer.Text.Replace(call.Path, "", StringComparison.Ordinal).Contains(secret, StringComparison.Ordinal) && !call.Path.Contains("{name}", StringComparison.Ordinal), $"{call} tells {secret}: {answer.Text}");
            if (call.Effect == Effect.Searches && !call.Path.StartsWith("experiments/search", StringComparison.Ordinal))
                answer.Is("{}");
        }
        Assert.Equal(before, await things.Picture(_mira));
        // The answer is that to an id which nobody has.
        var none = new string('0', 32);
        Assert.Equal((await _stan.Get($"runs/get?run_id={none}")).Text.Replace(none, things.Run, StringComparison.Ordinal), (await _stan.Get($"runs/get?run_id={things.Run}")).Text);
        Assert.Equal((await _stan.Get("experiments/get?experiment_id=987654")).Text.Replace("987654", things.Experiment, StringComparison.Ordinal), (await _stan.Get($"experiments/get?experiment_id={things.Experiment}")).Text);
    }

    [Fact]
    public async Task Histories_of_ones_own_run_together_with_anothers_are_refused_whole()
    {
        var (hers, his) = (await _mira.NewRun(), await _stan.NewRun());
        await _mira.Log(hers, "m", [new(1, 1, 1)]);
        await _stan.Log(his, "m", [new(2, 2, 2)]);
        (await _stan.Get($"metrics/get-history-bulk-interval?run_ids={his}&metric_key=m")).Ok();
        (await _stan.Get($"metrics/get-history-bulk-interval?run_ids={his}&run_ids={hers}&metric_key=m")).Missing(hers);
        (await _stan.Get($"/ajax-api/2.0/mlflow/metrics/get-history-bulk?run_id={his}&run_id={hers}&metric_key=m")).Missing(hers);
        Assert.Equal(2, (await _admin.Get($"metrics/get-history-bulk?run_id={his}&run_id={hers}&metric_key=m")).At("metrics").GetArrayLength());
    }

    [Fact]
    public async Task A_search_over_several_teams_finds_ones_own()
    {
        var (hers, his) = (await _mira.NewExperiment(), await _stan.NewExperiment());
        await _mira.NewRun(hers, "hers");
        await _stan.NewRun(his, "his");
        var search = new { experiment_ids = new[] { hers, his }, order_by = new[] { "run_name" } };
        Assert.Equal(["his"], (await _stan.Post("runs/search", search)).Each("runs", "info.run_name"));
        Assert.Equal(["hers"], (await _mira.Post("runs/search", search)).Each("runs", "info.run_name"));
        Assert.Equal(["hers"], (await _vito.Post("runs/search", search)).Each("runs", "info.run_name"));
        Assert.Equal(["hers", "his"], (await _admin.Post("runs/search", search)).Each("runs", "info.run_name"));
        foreach (var (tracker, sees, not) in ((Tracker, string, string)[])[(_mira, hers, his), (_vito, hers, his), (_stan, his, hers)])
        {
            var found = (await tracker.Post("experiments/search", new { max_results = 1000 })).Each("experiments", "experiment_id");
            Assert.Contains(sees, found);
            Assert.Contains("0", found);
            Assert.DoesNotContain(not, found);
        }
    }

    [Fact]
    public async Task A_member_of_the_team_writes_and_only_the_owner_or_an_admin_deletes()
    {
        var things = await Things.Make(_mira);
        var nora = new Tracker(world.Client(await world.Invite("nora", Role.Member, world.Cast.Red, writes: true)));
        foreach (var call in Call.All.Where(c => c.Effect == Effect.Writes))
        {
            var answer = await things.Ask(nora, call);
            Assert.True(answer.Status == 200, $"{answer.Asked} answered {answer.Status}: {answer.Text}");
        }
        foreach (var call in Call.All.Where(c => c.Effect == Effect.Moves))
            (await things.Ask(nora, call)).Refused(403, "PERMISSION_DENIED", "owner");
        foreach (var (tracker, owned) in ((Tracker, Things)[])[(_mira, things), (_admin, await Things.Make(_mira))])
            foreach (var call in Call.All.Where(c => c.Effect == Effect.Moves))
                (await owned.Ask(tracker, call)).Is("{}");
        // What nora makes is nora's.
        var hers = await nora.NewRun(await nora.NewExperiment());
        (await _mira.Post("runs/delete", new { run_id = hers })).Refused(403, "PERMISSION_DENIED");
        (await nora.Post("runs/delete", new { run_id = hers })).Is("{}");
    }

    [Fact]
    public async Task Somebody_who_may_only_read_in_a_team_reads_there_though_a_member_elsewhere()
    {
        var rosa = new Tracker(world.Client(await world.Invite("rosa", Role.Member, world.Cast.Red, writes: false)));
        var things = await Things.Make(_mira);
        foreach (var call in Call.All.Where(c => c.Effect is Effect.Writes or Effect.Moves))
            (await things.Ask(rosa, call)).Refused(403, "PERMISSION_DENIED");
        (await things.Ask(rosa, Call.All[0])).Ok();
        (await rosa.Post("runs/create", new { experiment_id = "0" })).Ok();
    }

    [Fact]
    public async Task Everybody_works_in_the_default_experiment_and_nobody_deletes_it()
    {
        var his = await _stan.NewRun("0", "stans");
        foreach (var reader in (Tracker[])[_mira, _vito, _admin])
            Assert.Equal("stans", (await reader.Run(his)).At("info.run_name").GetString());
        (await _mira.Post("runs/log-metric", new { run_id = his, key = "m", value = 1, timestamp = 1 })).Is("{}");
        (await _vito.Post("runs/log-metric", new { run_id = his, key = "m", value = 2, timestamp = 2 })).Refused(403, "PERMISSION_DENIED");
        (await _mira.Post("runs/delete", new { run_id = his })).Refused(403, "PERMISSION_DENIED");
        (await _mira.Post("experiments/delete", new { experiment_id = "0" })).Refused(403, "PERMISSION_DENIED");
        (await _stan.Post("runs/delete", new { run_id = his })).Is("{}");
        (await _admin.Post("runs/restore", new { run_id = his })).Is("{}");
        Assert.Equal([new(0, 1, 1)], await _stan.History(his, "m"));
    }

    [Fact]
    public async Task A_name_is_taken_whoever_has_it_and_still_cannot_be_looked_up()
    {
        var name = Tracker.Unique("ours");
        await _mira.NewExperiment(name);
        (await _stan.Post("experiments/create", new { name })).Refused(400, "RESOURCE_ALREADY_EXISTS");
        (await _stan.Get($"experiments/get-by-name?experiment_name={name}")).Missing();
    }

    [Fact]
    public async Task Another_teams_run_is_no_source_of_a_model_and_its_model_takes_no_metrics()
    {
        var things = await Things.Make(_mira);
        var (experiment, run) = (await _stan.NewExperiment(), "");
        run = await _stan.NewRun(experiment);
        (await _stan.Post("logged-models", new { experiment_id = experiment, source_run_id = things.Run })).Missing(things.Run);
        var before = await things.Picture(_mira);
        (await _stan.Post("runs/log-metric", new { run_id = run, key = "m", value = 5, timestamp = 1, model_id = things.Model })).Is("{}");
        Assert.Equal(before, await things.Picture(_mira));
        (await _stan.Send("PUT", $"{Tracker.Proxy}/{experiment}/{things.Run}/artifacts/x", new ByteArrayContent([1]))).Missing();
    }

    [Fact]
    public async Task Nobody_gets_nothing()
    {
        var nobody = new Tracker(world.Client(null));
        var things = await Things.Make(_mira);
        foreach (var call in Call.All)
            (await things.Ask(nobody, call)).Refused(401, "UNAUTHENTICATED");
        Assert.Equal("OK", (await nobody.Get("/health")).Text);
        Assert.Matches(@"^\d+\.\d+\.\d+$", (await nobody.Get("/version")).Text);
    }
}
