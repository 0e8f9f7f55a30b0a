using System.Globalization;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Imports;
using Crucible.Experiments.Fragments;
using Crucible.Live;
using Crucible.People;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Experiments.Live;

/// <summary>The topics of this plugin.</summary>
public static class Topics
{
    /// <summary><c>run:{run id, 32 hex digits}</c>: everything about one run.</summary>
    public static Topic Run(Guid runId) => new("run", runId.ToString("N"));

    /// <summary><c>run-log:{run id, 32 hex digits}</c>: the lines of a run's console, for whoever looks at them.</summary>
    public static Topic RunLog(Guid runId) => new("run-log", runId.ToString("N"));

    /// <summary><c>experiment:{id}</c>: its runs as rows of a table, its name, note and tags.</summary>
    public static Topic Experiment(long experimentId) => new("experiment", experimentId.ToString(CultureInfo.InvariantCulture));

    /// <summary><c>curves:{id}</c>: the points that its running runs log.</summary>
    public static Topic Curves(long experimentId) => new("curves", experimentId.ToString(CultureInfo.InvariantCulture));

    /// <summary><c>chart-notes:{id}</c>: notes on the charts of all its runs, for the page of each.</summary>
    public static Topic ChartNotes(long experimentId) => new("chart-notes", experimentId.ToString(CultureInfo.InvariantCulture));

    /// <summary><c>experiments:{team id, 32 hex digits}</c>: the list of a team's experiments.</summary>
    public static Topic Team(Guid teamId) => new("experiments", teamId.ToString("N"));

    /// <summary><c>import:{id, 32 hex digits}</c>: how far an import has come.</summary>
    public static Topic Import(Guid importId) => new("import", importId.ToString("N"));

    /// <summary><c>export:{id, 32 hex digits}</c>: how far an export has come.</summary>
    public static Topic Export(Guid exportId) => new("export", exportId.ToString("N"));

    /// <summary>Their kinds: who may listen, and what they send beside the journalled changes.</summary>
    internal static IEnumerable<TopicKind> Kinds =>
    [
        new("run", MayListenToRun) { Greeting = PointsLane.Greet, Signalled = PointsLane.Send },
        new("run-log", MayListenToRun) { Greeting = LogLane.Greet, Signalled = LogLane.Send },
        new("experiment", MayListenToExperiment) { Signalled = LatestLane.Send },
        new("curves", MayListenToExperiment) { Greeting = CurvesLane.Greet, Signalled = CurvesLane.Send },
        new("chart-notes", MayListenToExperiment),
        new("export", MayListenToExport) { Signalled = ShowExport },
        new("experiments", (_, actor, key, _) => ValueTask.FromResult(Guid.TryParseExact(key, "N", out var team) && actor.MayRead(team))),
        new("import", MayListenToImport),
    ];

    private static async ValueTask<bool> MayListenToImport(IServiceProvider services, Actor actor, string key, CancellationToken cancel) =>
        Guid.TryParseExact(key, "N", out var id) && await services.GetRequiredService<ImportStore>().Find(id, actor, cancel) is not null;

    private static async ValueTask<bool> MayListenToRun(IServiceProvider services, Actor actor, string key, CancellationToken cancel) =>
        RunId.TryRead(key, out var runId) && key == runId.ToString("N")
        && await services.GetRequiredService<RunStore>().Find(runId, actor, cancel) is not null;

    private static async ValueTask<bool> MayListenToExport(IServiceProvider services, Actor actor, string key, CancellationToken cancel) =>
        Guid.TryParseExact(key, "N", out var id) && await services.GetRequiredService<ExportStore>().Find(id, actor, cancel) is not null;

    private static ValueTask ShowExport(LivePush push)
    {
        if (Guid.TryParseExact(push.Topic.Key, "N", out var id))
            push.Refresh(Dom.Export(id));
        return ValueTask.CompletedTask;
    }

    private static async ValueTask<bool> MayListenToExperiment(IServiceProvider services, Actor actor, string key, CancellationToken cancel) =>
        long.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && key == id.ToString(CultureInfo.InvariantCulture)
        && await services.GetRequiredService<ExperimentStore>().Find(id, actor, cancel) is not null;
}
