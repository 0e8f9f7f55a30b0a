using System.Diagnostics;
using Microsoft.Extensions.Options;

namespace Crucible.Host.Jobs;

/// <summary>
/// Claims runs for this host and plays them. It looks when something was queued, when a place came free, and now and then in any
/// case. A stopping host takes nothing more, lets what runs go on for a moment, signals it, and hands back the rest.
/// </summary>
internal sealed class JobLoop(DeclaredJobs jobs, RunQueueStore queue, RunPlayer player, RunWriter writer, NodeBeat beat, JobNews news, RunsHere here,
    JobSchedules schedules, IOptions<JobOptions> options, IHostApplicationLifetime lifetime, ILogger<JobLoop> logger) : BackgroundService
{
    private readonly JobOptions _options = options.Value;
    private long _turned = Stopwatch.GetTimestamp();

    /// <summary>How long ago the loop last came round, for the health check.</summary>
    public TimeSpan SinceTurn => Stopwatch.GetElapsedTime(Volatile.Read(ref _turned));

    public override async Task StopAsync(CancellationToken cancel)
    {
        await base.StopAsync(cancel);
        await Rest(_options.StopGrace, cancel);
        foreach (var run in here.UnderWay.Values)
            run.Stop(StopReason.HostStops);
        await Rest(_options.StopGrace, cancel);
        foreach (var run in here.UnderWay.Values)
            run.Abandon();
        await Rest(TimeSpan.FromSeconds(1), cancel);
        await writer.Drain(cancel);
        await beat.Leave(cancel);
    }

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        await lifetime.Started(stopping);
        while (!stopping.IsCancellationRequested)
            try
            {
                await beat.Begin(stopping);
                await schedules.Store(stopping);
                await Loop(stopping);
            }
            catch (Exception fault) when (!stopping.IsCancellationRequested)
            {
                logger.LogError(fault, "The job loop was interrupted and begins again");
                await news.Wait(TimeSpan.FromSeconds(1), stopping);
            }
            catch (OperationCanceledException)
            {
                // stopping
            }
    }

    private async Task Loop(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            Volatile.Write(ref _turned, Stopwatch.GetTimestamp());
            var free = _options.Workers - here.UnderWay.Count;
            if (beat.Node is not { } node || free <= 0 || await Claim(node, free, stopping) == 0)
                await news.Wait(_options.PollEvery, stopping);
        }
    }

    private async Task<int> Claim(Node node, int free, CancellationToken stopping)
    {
        var offered = jobs.Running.ToDictionary(j => j.Key);
        var claims = await queue.Claim(node, [.. offered.Keys], [.. offered.Values.Select(j => j.Policy.AtOnce ?? 1_000_000)], free, stopping);
        foreach (var claim in claims)
        {
            var run = player.Start(claim, offered[claim.Job]);
            writer.Began(run);
        }
        return claims.Count;
    }

    private async Task Rest(TimeSpan most, CancellationToken cancel)
    {
        var since = Stopwatch.GetTimestamp();
        while (!here.UnderWay.IsEmpty && Stopwatch.GetElapsedTime(since) < most && !cancel.IsCancellationRequested)
            await news.Wait(TimeSpan.FromMilliseconds(50), cancel);
    }
}

/// <summary>Waiting for the whole host.</summary>
internal static class Lifetimes
{
    /// <summary>Ends when the host serves, or is told to stop before it ever did.</summary>
    public static async Task Started(this IHostApplicationLifetime lifetime, CancellationToken stopping)
    {
        var started = new TaskCompletionSource();
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
