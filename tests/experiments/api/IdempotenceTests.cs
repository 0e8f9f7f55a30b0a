namespace Crucible.Experiments.Api.Tests;

/// <summary>Clients repeat a call whose answer was lost, and several do so at once.</summary>
public sealed class IdempotenceTests(World world) : IClassFixture<World>
{
    private readonly Tracker _mira = new(world.Client(world.Cast.Member));

    private static object Mixed(string run) => new
    {
        run_id = run,
        metrics = Enumerable.Range(0, 300).Select(i => new { key = $"m{i % 3}", value = i * 0.5, timestamp = 1000 + i, step = i }),
        @params = Enumerable.Range(0, 20).Select(i => new { key = $"p{i}", value = $"{i}" }),
        tags = Enumerable.Range(0, 20).Select(i => new { key = $"t{i}", value = $"{i}" }),
    };

    private static object MetricsOnly(string run) => new
    {
        run_id = run,
        metrics = Enumerable.Range(0, 500).Select(i => new { key = $"m{i % 5}", value = i % 7 == 0 ? (object)"NaN" : i * 0.5, timestamp = 1000 + i, step = i }),
    };

    [Fact]
    public async Task A_repeated_call_changes_nothing()
    {
        var run = await _mira.NewRun();
        (string Call, object Body)[] calls =
        [
            ("runs/log-metric", new { run_id = run, key = "m", value = 1.5, timestamp = 10, step = 1 }),
            ("runs/log-metric", new { run_id = run, key = "m", value = "NaN", timestamp = 10, step = 1 }),
            ("runs/log-metric", new { run_id = run, key = "m", value = "Infinity", timestamp = 10, step = 1 }),
            ("runs/log-batch", Mixed(run)),
            ("runs/log-batch", MetricsOnly(run)),
            ("runs/log-parameter", new { run_id = run, key = "p", value = "1" }),
            ("runs/set-tag", new { run_id = run, key = "t", value = "1" }),
            ("runs/log-inputs", new { run_id = run, datasets = new[] { new { dataset = new { name = "d", digest = "1", source_type = "local", source = "s" }, tags = new[] { new { key = "mlflow.data.context", value = "training" } } } } }),
            ("runs/outputs", new { run_id = run, models = new[] { new { model_id = "m-1", step = 3 } } }),
            ("runs/log-model", new { run_id = run, model_json = """{"artifact_path": "model", "flavors": {}, "utc_time_created": "2026-01-01", "run_id": "x"}""" }),
        ];
        foreach (var (call, body) in calls)
            (await _mira.Post(call, body)).Is("{}");
        var once = (await _mira.Get($"runs/get?run_id={run}")).Text;
        var history = await _mira.History(run, "m");
        Assert.Equal(3, history.Count);
        var long0 = await _mira.History(run, "m0");
        foreach (var (call, body) in calls)
            (await _mira.Post(call, body)).Is("{}");
        Assert.Equal(Sorted(once), Sorted((await _mira.Get($"runs/get?run_id={run}")).Text));
        Assert.Equal(history, await _mira.History(run, "m"));
        Assert.Equal(long0, await _mira.History(run, "m0"));
    }

    private static string Sorted(string json) => string.Concat(json.Order());

    [Fact]
    public async Task Points_that_differ_in_anything_are_different_points()
    {
        var run = await _mira.NewRun();
        Point[] points = [new(1, 1, 1), new(2, 1, 1), new(1, 2, 1), new(1, 1, 2), new(1, 1, double.NaN), new(1, 1, -1)];
        await _mira.Log(run, "m", points.Concat(points));
        await _mira.Log(run, "other", points.Take(1));
        Assert.Equal(points.ToHashSet(), (await _mira.History(run, "m")).ToHashSet());
        Assert.Equal(points.Length, (await _mira.History(run, "m")).Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Eight_who_send_the_same_batch_at_once_all_succeed_and_each_point_is_there_once(bool mixed)
    {
        for (var round = 0; round < 5; round++)
        {
            var run = await _mira.NewRun();
            var body = mixed ? Mixed(run) : MetricsOnly(run);
            foreach (var answer in await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _mira.Post("runs/log-batch", body))))
                answer.Is("{}");
            var (keys, each) = mixed ? (3, 100) : (5, 100);
            for (var key = 0; key < keys; key++)
            {
                var history = await _mira.History(run, $"m{key}");
                Assert.Equal((each, each), (history.Count, history.Distinct().Count()));
            }
            Assert.Equal(mixed ? 20 : 0, (await _mira.Run(run)).Pairs("data.params").Count);
        }
    }

    [Fact]
    public async Task Two_hosts_that_get_the_same_batches_at_once_keep_each_point_once()
    {
        var there = new Tracker(world.Client(world.Cast.Member, await world.AddHost()));
        for (var round = 0; round < 3; round++)
        {
            var run = await _mira.NewRun();
            object[] bodies = [MetricsOnly(run), Mixed(run), Mixed(run), MetricsOnly(run)];
            foreach (var answer in await Task.WhenAll(bodies.SelectMany(body => (Task<Answer>[])[_mira.Post("runs/log-batch", body), there.Post("runs/log-batch", body)])))
                answer.Is("{}");
            foreach (var tracker in (Tracker[])[_mira, there])
                for (var key = 0; key < 5; key++)
                {
                    var history = await tracker.History(run, $"m{key}");
                    var sent = Enumerable.Range(0, 500).Where(i => i % 5 == key).Select(i => new Point(i, 1000 + i, i % 7 == 0 ? double.NaN : i * 0.5))
                        .Concat(Enumerable.Range(0, 300).Where(i => i % 3 == key).Select(i => new Point(i, 1000 + i, i * 0.5))).ToHashSet();
                    Assert.Equal(sent, history.ToHashSet());
                    Assert.Equal(sent.Count, history.Count);
                }
        }
    }

    [Fact]
    public async Task Deleting_an_experiment_while_its_runs_log_locks_nobody_out()
    {
        for (var round = 0; round < 5; round++)
        {
            var experiment = await _mira.NewExperiment();
            var runs = await Task.WhenAll(Enumerable.Range(0, 24).Select(_ => _mira.NewRun(experiment)));
            var deleting = _mira.Post("experiments/delete", new { experiment_id = experiment });
            var logged = await Task.WhenAll(runs.Reverse().Select(run => _mira.Post("runs/log-batch", MetricsOnly(run))));
            (await deleting).Is("{}");
            for (var i = 0; i < runs.Length; i++)
            {
                var kept = (await _mira.History(runs[^(i + 1)], "m0")).Count;
                if (logged[i].Status == 200)
                    Assert.Equal(100, kept);
                else
                {
                    logged[i].Invalid("active");
                    Assert.Equal(0, kept);
                }
            }
            (await _mira.Post("experiments/restore", new { experiment_id = experiment })).Is("{}");
        }
    }

    [Fact]
    public async Task Four_who_log_two_hundred_points_each_lose_none()
    {
        var run = await _mira.NewRun();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async writer =>
        {
            var tracker = new Tracker(world.Client(world.Cast.Member));
            for (var i = 0; i < 200; i++)
                (await tracker.Post("runs/log-metric", new { run_id = run, key = "m", value = writer + i / 1000.0, timestamp = i, step = i * 4 + writer })).Is("{}");
        }));
        var history = await _mira.History(run, "m");
        Assert.Equal(Enumerable.Range(0, 800).Select(i => (long)i), history.Select(p => p.Step).Order());
        Assert.All(history, p => Assert.Equal(new(p.Step, p.Step / 4, p.Step % 4 + p.Step / 4 / 1000.0), p));
        Assert.Equal(799, (await _mira.Run(run)).At("data.metrics[0].step").GetInt64());
    }

    [Fact]
    public async Task The_same_parameter_with_two_values_at_once_is_kept_with_one_of_them()
    {
        var run = await _mira.NewRun();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => _mira.Post("runs/log-parameter", new { run_id = run, key = "p", value = $"{i % 2}" })));
        var kept = (await _mira.Run(run)).Pairs("data.params")["p"];
        for (var i = 0; i < answers.Length; i++)
            if (kept == $"{i % 2}")
                answers[i].Is("{}");
            else
                answers[i].Invalid("Changing param values is not allowed");
    }

    [Fact]
    public async Task Writers_of_metrics_and_of_names_do_not_lock_each_other_out()
    {
        var experiment = await _mira.NewExperiment();
        var runs = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => _mira.NewRun(experiment)));
        await Task.WhenAll(runs.SelectMany(run => Enumerable.Range(0, 6).Select(async i =>
        {
            object metric = new { key = $"m{i % 2}", value = i, timestamp = i, step = i };
            var answer = i % 3 == 0
                ? await _mira.Post("runs/log-batch", new { run_id = run, metrics = new[] { metric }, tags = new[] { new { key = "mlflow.runName", value = $"name {i}" }, new { key = "mlflow.parentRunId", value = runs[0] } } })
                : await _mira.Post("runs/log-batch", new { run_id = run, metrics = new[] { metric } });
            answer.Is("{}");
            (await _mira.Post("runs/update", new { run_id = run, run_name = $"renamed {i}" })).Ok();
            (await _mira.Post("runs/log-parameter", new { run_id = run, key = $"p{i % 2}", value = "1" })).Is("{}");
            var removed = await _mira.Post("runs/delete-tag", new { run_id = run, key = "mlflow.parentRunId" });
            if (removed.Status != 404)
                removed.Is("{}");
        })));
        foreach (var run in runs)
            Assert.Equal(6, (await _mira.History(run, "m0")).Count + (await _mira.History(run, "m1")).Count);
    }

    [Fact]
    public async Task A_refused_neighbour_in_the_same_moment_costs_the_others_nothing()
    {
        var (run, gone) = (await _mira.NewRun(), await _mira.NewRun());
        (await _mira.Post("runs/delete", new { run_id = gone })).Is("{}");
        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => _mira.Post("runs/log-metric",
            new { run_id = (i % 3) switch { 0 => run, 1 => gone, _ => new string('0', 32) }, key = "m", value = i, timestamp = i, step = i })));
        for (var i = 0; i < answers.Length; i++)
            switch (i % 3)
            {
                case 0: answers[i].Is("{}"); break;
                case 1: answers[i].Invalid("active"); break;
                default: answers[i].Missing(); break;
            }
        Assert.Equal(20, (await _mira.History(run, "m")).Count);
    }
}
