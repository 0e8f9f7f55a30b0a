using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Console;
using Crucible.Experiments.Fragments;
using Crucible.Live;
using Crucible.Ui;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Experiments.Live;

// Lines of a console are too many to be journalled. A page knows the number of the last line it has:
//
//     log-greeting {log, next}     what the next line will be called; a page that has less asks for the rest
//     log-lines    {log, html}     lines, rendered; each is added once, by its id
//     log-behind   {log}           more came at once than are sent: the page asks for the end anew

/// <summary>The live lane of a run's console.</summary>
internal static class LogLane
{
    private const int MostAtOnce = 500;

    /// <summary>How far the console has come.</summary>
    public static async ValueTask Greet(LivePush push)
    {
        if (!RunId.TryRead(push.Topic.Key, out var runId))
            return;
        var extent = await push.Services.GetRequiredService<ConsoleStore>().Extent(runId, push.Cancel);
        push.State ??= extent.Next - 1;
        push.Data("log-greeting", new { log = Dom.RunLog(runId), next = extent.Next });
    }

    /// <summary>The lines that came since the last time.</summary>
    public static async ValueTask Send(LivePush push)
    {
        if (!RunId.TryRead(push.Topic.Key, out var runId))
            return;
        var store = push.Services.GetRequiredService<ConsoleStore>();
        var id = Dom.RunLog(runId);
        var lines = await store.After(runId, push.State as long? ?? 0, ConsoleFilter.All, MostAtOnce + 1, push.Cancel);
        if (lines.Count == 0)
            return;
        if (lines.Count > MostAtOnce)
        {
            push.State = (await store.Extent(runId, push.Cancel)).Next - 1;
            push.Data("log-behind", new { log = id });
            return;
        }
        push.State = lines[^1].Number;
        var html = await push.Services.GetRequiredService<FragmentRenderer>().Render<LogLines>((nameof(LogLines.Id), id), (nameof(LogLines.Lines), lines.Select(RunLogView.Drawn)));
        push.Data("log-lines", new { log = id, html });
    }
}
