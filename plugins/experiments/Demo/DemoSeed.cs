using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Fragments;
using Crucible.Files;
using Crucible.People;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Experiments.Demo;

/// <summary>Makes the demo's experiments through the same verbs as the tracking API. What is there already stays as it is.</summary>
internal sealed class DemoSeed(IServiceProvider services)
{
    private static readonly DateTimeOffset Epoch = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private static readonly Actor Demo = Actor.System("demo");

    private T Get<T>() where T : notnull => services.GetRequiredService<T>();

    /// <summary>Runs to its end but for the live runs, which go on in the background.</summary>
    public static async Task Run(IServiceProvider services, CancellationToken cancel)
    {
        var seed = new DemoSeed(services);
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        var story = new DemoStory(services, Demo);
        foreach (var plan in DemoPlan.Experiments())
        {
            // Somebody deleted it: it stays so.
            if (await seed.Experiment(plan, cancel) is not { Id: { } experiment } found)
                continue;
            if (found.New)
                await story.Before(experiment, plan, cancel);
            foreach (var run in plan.Runs)
                await seed.Finished(experiment, run, plan, now, cancel);
            foreach (var run in plan.Live)
                await seed.Begin(experiment, run, plan, now, cancel);
            if (found.New)
                await story.After(experiment, plan, r => r.Id(Epoch), cancel);
        }
    }

    private async Task<(long? Id, bool New)> Experiment(DemoExperiment plan, CancellationToken cancel)
    {
        var store = Get<ExperimentStore>();
        if (await store.FindByName(plan.Name, Demo, cancel) is { } known)
            return (known.ExperimentId, false);
        var tags = plan.Tags.Select(t => new Entry(t.Key, t.Value)).Append(new(RunTagNames.Note, plan.Note)).ToList();
        if (await store.Knows(plan.Name, cancel))
            return (null, false);
        Configuration? configuration = null;
        if (plan.Configurations is [var first, ..] && Configuration.Read(first, out var read) is null)
            configuration = read;
        var made = new NewExperiment(plan.Name, Demo.HomeTeam) { Tags = tags, Hypothesis = plan.Hypothesis, Configuration = configuration, ProjectId = await Project(plan.Project, cancel) };
        return ((await store.Create(made, Demo, cancel)).Id, true);
    }

    private async Task<long?> Project((string Name, string Description) project, CancellationToken cancel)
    {
        var store = Get<ProjectStore>();
        var (made, _) = await store.Create(project.Name, project.Description, Demo, cancel);
        return made ?? (await store.Offer(null, project.Name, 1, Demo, cancel)).FirstOrDefault()?.ProjectId;
    }

    private async Task Finished(long experiment, DemoRun run, DemoExperiment plan, DateTimeOffset now, CancellationToken cancel)
    {
        if (await Get<RunStore>().Find(run.Id(Epoch), Demo, cancel) is not null)
            return;
        await Create(experiment, run, plan, now - run.Ago, cancel);
        var last = run.Outcome == "cancelled" ? run.Steps / 3 : run.Breaks is { } at ? at + 60 : run.Steps;
        var end = now - run.Ago + run.Takes * ((double)last / Math.Max(1, run.Steps));
        if (run.Steps == 0)
            end = now - run.Ago + run.Takes;
        await Log(run, new DemoCurves(run), 1, last, now - run.Ago, end - (now - run.Ago), cancel);
        foreach (var (path, content) in run.Steps == 0 ? [] : DemoFiles.Of(run))
            await Get<IFileStore>().Write($"artifacts/{experiment}/{run.Id(Epoch):N}/artifacts/{path}", new MemoryStream(content), long.MaxValue, cancel);
        await Get<RunStore>().Update(run.Id(Epoch), RunStatusWords.FromWord(run.Outcome), end.ToUnixTimeMilliseconds(), null, Demo, cancel);
    }

    private async Task Create(long experiment, DemoRun run, DemoExperiment plan, DateTimeOffset start, CancellationToken cancel)
    {
        var id = run.Id(Epoch);
        List<Entry> tags = [new("mlflow.runName", run.Name), new("mlflow.user", run.Person), new("mlflow.source.name", "train.py"), new("mlflow.source.type", "LOCAL"), new("mlflow.source.git.commit", "9c41f0e2b7a84d5f8e1c6a39d02b75e4f1a8c3d7"), .. run.Tags.Select(t => new Entry(t, ""))];
        if (run.Note is not null)
            tags.Add(new(RunTagNames.Note, run.Note));
        if (plan.Runs.FirstOrDefault(r => r.Name == run.Parent) is { } parent)
            tags.Add(new("mlflow.parentRunId", parent.Id(Epoch).ToString("N")));
        await Get<RunStore>().Create(new(id, experiment, run.Name, run.Person, start.ToUnixTimeMilliseconds(), tags), Demo, cancel);
        await Get<RunLogStore>().Log(id, [], [.. run.Params.Select(p => new Entry(p.Key, p.Value))], [], Demo, cancel);
        if (run.Params.TryGetValue("data.train", out var data))
            await Get<LinkStore>().LogInputs(id, [new(new(data, "3f9a1c07", "http", $"https://data.example/{data}.parquet", null, null), [new("mlflow.data.context", "training")]), new(new("msmarco-dev-hard", "b81e20d4", "http", "https://data.example/dev-hard.parquet", null, null), [new("mlflow.data.context", "validation")])], [], Demo, cancel);
    }

    private async Task Log(DemoRun run, DemoCurves curves, int from, int to, DateTimeOffset start, TimeSpan takes, CancellationToken cancel)
    {
        var batch = new List<MetricPoint>();
        for (var step = from; step <= to; step++)
        {
            var at = (start + takes * ((double)step / Math.Max(1, to))).ToUnixTimeMilliseconds();
            foreach (var (key, value) in curves.At(step))
                batch.Add(new(key, value, at, step));
            if (batch.Count < 5000 && step < to)
                continue;
            await Get<MetricWriter>().Write(run.Id(Epoch), Demo, batch);
            batch = [];
        }
    }

    /// <summary>A run that is at work: its first part at once, then four steps a second for a quarter of an hour.</summary>
    private async Task Begin(long experiment, DemoRun run, DemoExperiment plan, DateTimeOffset now, CancellationToken cancel)
    {
        var id = run.Id(Epoch);
        var known = await Get<RunStore>().Find(id, Demo, cancel);
        if (known is { Run.Status: not RunStatus.Running } or { Run.Deleted: true })
            return;
        var curves = new DemoCurves(run);
        var done = 0;
        if (known is null)
        {
            await Create(experiment, run, plan, now - run.Ago, cancel);
            done = (int)(run.Steps * .61 * (run.Ago / TimeSpan.FromMinutes(72)));
            await Log(run, curves, 1, done, now - run.Ago, run.Ago, cancel);
        }
        else
        {
            var lines = await Get<SeriesStore>().OfRuns([id], cancel);
            done = (int)(lines.FirstOrDefault(l => l.Key == "train/loss")?.LastStep ?? 0);
            for (var step = 1; step <= done; step++)
                foreach (var _ in curves.At(step)) { }
        }
        _ = GoOn(run, curves, done, cancel);
    }

    private async Task GoOn(DemoRun run, DemoCurves curves, int done, CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(250), Get<TimeProvider>());
        var until = Get<TimeProvider>().GetUtcNow() + TimeSpan.FromMinutes(15);
        try
        {
            for (var step = done + 1; step <= run.Steps && Get<TimeProvider>().GetUtcNow() < until && await timer.WaitForNextTickAsync(cancel); step++)
            {
                var at = Get<TimeProvider>().GetUtcNow().ToUnixTimeMilliseconds();
                List<MetricPoint> points = [.. curves.At(step).Select(p => new MetricPoint(p.Key, p.Value, at, step))];
                if (await Get<MetricWriter>().Write(run.Id(Epoch), Demo, points) is not null)
                    return;
            }
        }
        catch (OperationCanceledException)
        {
            // the host stops
        }
    }
}
