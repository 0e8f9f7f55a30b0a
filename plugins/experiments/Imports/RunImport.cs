using Crucible.Experiments.Imports.Sources;
using Crucible.Jobs;
using Crucible.People;

namespace Crucible.Experiments.Imports;

/// <summary>Reads an import for its preview, or brings it in.</summary>
internal sealed class RunImport(ImportStore imports, ImportWork work, IPeople people, TimeProvider time) : IBackgroundJob
{
    internal static readonly JobPolicy Policy = new() { Title = "Import", What = "Reads and brings in what people import into experiments", Attempts = 3, Timeout = TimeSpan.FromDays(1), AtOnce = 4 };

    /// <inheritdoc/>
    public async Task Run(JobRun run, CancellationToken cancel)
    {
        if (!Guid.TryParseExact(run.Arguments.GetValueOrDefault("import"), "N", out var id) || await imports.Get(id, cancel) is not { Open: true } import)
            return;
        var actor = import.PersonId is { } person ? await people.ActorOf(person, cancel) : null;
        if (import.Settings.AsMember && actor?.Role == Role.Admin)
            actor = actor with { Role = Role.Member };
        if (actor is null || actor.Role < Role.Member || !actor.MayWrite(import.TeamId))
            await End(import, "failed", null, "Whoever asked for it may not write to this team any more.", actor ?? Actor.System("import"));
        else
            await Do(run, import, actor, cancel);
    }

    private async Task Do(JobRun run, ImportRow import, Actor actor, CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var watched = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var watch = Watch(import.ImportId, stop, watched.Token);
        try
        {
            var team = (await people.Teams(cancel)).FirstOrDefault(t => t.Id == import.TeamId)?.Name ?? "team";
            var writes = import.State == "running";
            var plan = await work.Of(import, new(writes ? import.ImportId : null, actor, import.TeamId, team, import.Settings), stop.Token);
            await End(import, writes ? "done" : "ready", writes ? null : plan, null, actor);
        }
        catch (ImportFault fault)
        {
            await End(import, "failed", null, fault.Message, actor);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            await End(import, "cancelled", null, null, actor);
        }
        catch (Exception) when (run.Attempt >= Policy.Attempts)
        {
            await End(import, "failed", null, $"Something went wrong that is not the file's fault. An admin finds it under job run {run.Id}.", actor);
            throw;
        }
        finally
        {
            await watched.CancelAsync();
            await watch;
        }
    }

    private async Task End(ImportRow import, string state, Plan? plan, string? problem, Actor actor)
    {
        await imports.End(import, state, plan, problem, actor, CancellationToken.None);
        if (state != "ready")
            await work.Forget(import.ImportId);
    }

    private async Task Watch(Guid importId, CancellationTokenSource stop, CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancel))
                if (await imports.IsToEnd(importId, cancel))
                {
                    await stop.CancelAsync();
                    return;
                }
        }
        catch (OperationCanceledException)
        {
            // the work is over
        }
    }
}

/// <summary>Takes away what imports left that are over, or that a crash ended.</summary>
internal sealed class SweepImports(ImportWork work) : IBackgroundJob
{
    internal static readonly JobPolicy Policy = new() { Title = "Sweep imports", What = "Takes away what imports left that are over or were never decided about" };

    /// <inheritdoc/>
    public Task Run(JobRun run, CancellationToken cancel) => work.Sweep(cancel);
}
