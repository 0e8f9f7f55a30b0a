using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Alerts;
using Crucible.Experiments.Domain.Console;
using Crucible.Experiments.Fragments;
using Crucible.People;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Experiments.Demo;

/// <summary>What people did with an experiment of the demo besides running it: planned, talked, compared, registered. Told once, when it is made.</summary>
internal sealed class DemoStory(IServiceProvider services, Actor demo)
{
    private const string Score = "val/ndcg_10", Loss = "val/loss";

    private T Get<T>() where T : notnull => services.GetRequiredService<T>();

    /// <summary>What was there before the first run: a second version of the configuration, rules that will fire, which way is better.</summary>
    public async Task Before(long experiment, DemoExperiment plan, CancellationToken cancel)
    {
        if (plan.Configurations.Count > 1 && Configuration.Read(plan.Configurations[1], out var next) is null)
            await Get<ConfigStore>().Save(experiment, next, 1, demo, cancel);
        if (await Person(cancel) is { } person)
            await Get<ExperimentFieldStore>().SetOwner(experiment, person.PersonId!.Value, demo, cancel);
        await Get<MetricGoalStore>().Set(experiment, Score, MetricGoal.Max, demo, cancel);
        await Get<MetricGoalStore>().Set(experiment, Loss, MetricGoal.Min, demo, cancel);
        await Get<AlertRuleStore>().Add(experiment,
        [
            new(0, experiment, new(AlertKind.Failed)) { People = AlertPeople.Nobody },
            new(0, experiment, new(AlertKind.Nan, "train/loss")) { People = AlertPeople.Nobody },
            new(0, experiment, new(AlertKind.Above, Score) { Bound = .43, Points = 3 }) { People = AlertPeople.Nobody, Filter = "status = 'running'" },
        ], demo, cancel);
    }

    /// <summary>What came of the runs.</summary>
    public async Task After(long experiment, DemoExperiment plan, Func<DemoRun, Guid> id, CancellationToken cancel)
    {
        if (plan.Runs.Where(r => r.Outcome == "completed" && r.Steps > 0).MaxBy(r => r.Score) is not { } best)
            return;
        var person = await Person(cancel);
        await Get<ExperimentFieldStore>().SetBaseline(experiment, id(plan.Runs.First(r => r.Steps > 0 && r.Outcome == "completed")), demo, cancel);
        foreach (var run in plan.Runs.Where(r => r.Steps > 0).TakeLast(4).Concat(plan.Live))
            await Get<ConsoleStore>().Append(id(run), Console(run), null, demo, cancel);
        if (plan.Live.Count == 0)
            return;
        await Comments(experiment, id(best), person, cancel);
        await Register(experiment, [.. plan.Runs.Where(r => r.Outcome == "completed").OrderBy(r => r.Score).TakeLast(3)], id, cancel);
        if (person is not null)
            await Views(experiment, person, cancel);
    }

    private async Task Comments(long experiment, Guid best, Actor? person, CancellationToken cancel)
    {
        var store = Get<CommentStore>();
        var (ines, tomo) = (demo with { DisplayName = "Ines", UserName = "ines" }, demo with { DisplayName = "Tomo", UserName = "tomo" });
        await store.Add(new(experiment), "Sweep 7 uses the **cleaned** negatives. Do not compare its losses with sweep 6.", tomo, cancel);
        await store.Add(new(experiment, best), $"Best on the hard split.{(person is null ? "" : $" @{person.UserName}, can you look at the `de` queries before we register it?")}", ines, cancel);
        await store.Add(new(experiment, best, $"metric:{Score}@1800"), "It levels off here with every learning rate above 3e-4.", tomo, cancel);
    }

    private async Task Register(long experiment, IReadOnlyList<DemoRun> runs, Func<DemoRun, Guid> id, CancellationToken cancel)
    {
        const string Reranker = "reranker-minilm", Triage = "claim-triage";
        var (models, versions) = (Get<RegistryStore>(), Get<ModelVersionStore>());
        if (await models.Create(Reranker, "The student that answers searches. Version by version against `val/ndcg_10` on the hard split.", [new("team", "search"), new("task", "reranking")], demo, cancel) is not null)
            return;
        await models.SetOrigin(Reranker, "minilm-l6-h384", """{"kind": "lora", "rank": 16, "alpha": 32, "target_modules": ["query", "value"]}""", demo, cancel);
        foreach (var run in runs)
            await versions.Create(Reranker, new($"mlflow-artifacts:/{experiment}/{id(run):N}/artifacts/checkpoints", $"{id(run):N}", null, null, $"From {run.Name}.", [new("latency_ms", $"{7 + run.Seed % 3}.{run.Seed % 10}")]), demo, cancel);
        await models.SetAlias(Reranker, "champion", runs.Count - 1, demo, cancel);
        await models.SetAlias(Reranker, "challenger", runs.Count, demo, cancel);
        await models.Create(Triage, "Which desk a claim goes to.", [new("team", "claims")], demo, cancel);
    }

    private async Task Views(long experiment, Actor person, CancellationToken cancel)
    {
        await Get<RunViewStore>().Save(experiment, "Leaders", true, new Dictionary<string, string>
        {
            ["filter"] = $"metrics.`{Score}` > 0.4",
            ["sort"] = $"-metrics.{Score}",
        }, person, cancel);
        if (await Get<ExperimentStore>().Find(experiment, person, cancel) is not { } found)
            return;
        const string Y = $"metrics.{Score}", Rate = "params.optimizer.lr", Teacher = "params.distill.loss";
        BoardPanel[] panels =
        [
            new("demo-scatter", "scatter", new Dictionary<string, string> { ["x"] = Rate, ["y"] = Y, ["by"] = Teacher, ["scale"] = "x" }),
            new("demo-importance", "importance", new Dictionary<string, string> { ["y"] = Y }),
            new("demo-box", "box", new Dictionary<string, string> { ["y"] = Y, ["by"] = Teacher }),
            new("demo-parallel", "parallel", new Dictionary<string, string> { ["y"] = Y, ["columns"] = $"{Rate}, params.distill.temperature, params.data.batch_size" }) { Size = "l" },
            new("demo-images", "images", new Dictionary<string, string> { ["key"] = "samples/epoch-*.png" }) { Size = "l" },
        ];
        await Get<BoardStore>().Save(found, "What matters", true, panels.Aggregate(new BoardLayout(), (layout, panel) => layout.Put(panel)), "", person, cancel);
    }

    // Views and boards belong to people: whoever of the admins comes first has these.
    private async Task<Actor?> Person(CancellationToken cancel) => await Get<TeamPeopleStore>().Find(Actor.Everyone, "", true, 1, cancel) is [var one]
        ? demo with { PersonId = one.PersonId, UserName = one.UserName, DisplayName = one.DisplayName } : null;

    private ConsoleBatch Console(DemoRun run)
    {
        var now = Get<TimeProvider>().GetUtcNow();
        var (start, lines) = (now - run.Ago, new List<SentLine>());
        void Say(double share, short level, string text) => lines.Add(new(text, level, start + (run.Takes > TimeSpan.Zero ? run.Takes : run.Ago) * share, level >= 4, lines.Count));
        Say(0, 2, $"loading {run.Params["data.train"]} (8,841,823 rows)");
        Say(.004, 1, $"teacher {run.Params["model.teacher"]}, student {run.Params["model.student"]}, precision {run.Params["trainer.precision"]}");
        for (var i = 1; i <= 60; i++)
        {
            Say(i / 62.0, 2, $"step {i * run.Steps / 60,6:N0}  loss {.56 * Math.Exp(-i / 9.0) + .19:0.0000}  {41_800 + i * 131 % 900:N0} tokens/s");
            if (i % 20 == 0)
                Say(i / 62.0, 3, $"data loader waited {110 + i * 7 % 90} ms; consider more workers");
        }
        Say(.99, run.Breaks is null ? (short)2 : (short)4, run.Breaks is null ? "saved checkpoints/last.safetensors" : "FloatingPointError: loss is not finite");
        return new("", lines, 0);
    }
}
