using System.Diagnostics;
using System.Reflection;
using Microsoft.Extensions.Options;

namespace Crucible.Host.Jobs;

/// <summary>
/// Says regularly that this host lives, gives up hosts that stopped saying so, and signals runs that were cancelled. A host that
/// cannot reach the database for the length of its lease stops its runs, because by then others have taken them.
/// </summary>
internal sealed class NodeBeat(NodeStore nodes, RunQueueStore queue, DeclaredJobs jobs, DatabaseClock clock, JobNews news, RunsHere here,
    IOptions<JobOptions> options, ILogger<NodeBeat> logger) : BackgroundService
{
    private readonly JobOptions _options = options.Value;
    private readonly SemaphoreSlim _registering = new(1, 1);
    private volatile Node? _node;
    private long? _last;
    private long _beat = Stopwatch.GetTimestamp();

    /// <summary>This host as others see it; null before its first beat and after it was given up.</summary>
    public Node? Node => _node;

    public TimeSpan SinceBeat => Stopwatch.GetElapsedTime(Volatile.Read(ref _beat));

    /// <summary>Registers this host unless it is.</summary>
    public async Task Begin(CancellationToken cancel)
    {
        await _registering.WaitAsync(cancel);
        try
        {
            if (_node is not null)
                return;
            var version = typeof(NodeBeat).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
            (_node, var now) = await nodes.Register(_last, _options.Node ?? Environment.MachineName.ToLowerInvariant(), version, _options.Workers, Keys(), cancel);
            _last = _node.Id;
            Heard(now);
            news.Changed();
        }
        finally
        {
            _registering.Release();
        }
    }

    public async Task Leave(CancellationToken cancel)
    {
        if (_node is not { } node)
            return;
        try
        {
            await nodes.Leave(node.Id, cancel);
            news.Queued(); // for what it handed back
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            logger.LogWarning("The other hosts will notice by the silence that this one left. {Reason}", fault.Message);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(_options.BeatEvery);
        while (await timer.WaitForNextTickAsync(stopping).AsTask().ContinueWith(t => t.IsCompletedSuccessfully && t.GetAwaiter().GetResult(), TaskScheduler.Default))
            try
            {
                // A beat that hangs is as good as none.
                using var patience = CancellationTokenSource.CreateLinkedTokenSource(stopping);
                patience.CancelAfter(_options.Lease);
                if (_node is { } node)
                    await Beat(node, patience.Token);
                else if (_last is not null)
                    await Begin(patience.Token); // the database is back
            }
            catch (Exception fault) when (!stopping.IsCancellationRequested)
            {
                logger.LogWarning("The beat failed. {Reason}", fault.Message);
                if (SinceBeat > _options.Lease)
                    LetGo();
            }
            catch (OperationCanceledException)
            {
                // stopping
            }
    }

    private async Task Beat(Node node, CancellationToken cancel)
    {
        if (await nodes.Beat(node.Id, here.Abandoned, Keys(), cancel) is not { } now)
        {
            logger.LogWarning("This host was silent for longer than its lease; others have taken over what it ran");
            LetGo();
            await Begin(cancel);
            return;
        }
        Heard(now);
        foreach (var id in await queue.ToCancel(node.Id, cancel))
            if (here.UnderWay.TryGetValue(id, out var run))
                run.Stop(StopReason.Cancelled);
        if (await queue.Reclaim(node.Id, here.All(), _options.Lease, cancel) > 0)
            news.Queued();
        foreach (var gone in await nodes.GiveUp(_options.Lease, cancel))
            logger.LogWarning("The host {Node} stopped answering; what it ran is taken over", gone);
        var all = jobs.All.ToList();
        var taken = await queue.TakeOver([.. all.Select(j => j.Key)], [.. all.Select(j => j.Policy.Attempts)], cancel);
        if (taken.Count == 0)
            return;
        news.Queued();
        news.Changed();
        foreach (var id in taken)
            news.Changed(id);
    }

    private void Heard(DateTimeOffset now)
    {
        clock.Set(now);
        Volatile.Write(ref _beat, Stopwatch.GetTimestamp());
    }

    private void LetGo()
    {
        _node = null;
        foreach (var run in here.UnderWay.Values)
            run.Stop(StopReason.Lost);
    }

    // Of plugins that run: what only a switched-off plugin offers is nobody's.
    private string[] Keys() => [.. jobs.Running.Select(j => j.Key)];
}
