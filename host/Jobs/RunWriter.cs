using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;

namespace Crucible.Host.Jobs;

/// <summary>
/// Writes down what the runs of this host say and how they end, in batches: while one statement is on its way, what happens
/// meanwhile gathers for the next. What could not be written stays until the database is back.
/// </summary>
internal sealed class RunWriter(RunQueueStore queue, RunReportStore reports, JobMinuteStore minutes, NodeBeat beat, JobNews news, RunsHere here, JobMinutes counts, ILogger<RunWriter> logger) : BackgroundService
{
    private static readonly TimeSpan ReportEvery = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan BoardEvery = TimeSpan.FromSeconds(1);
    private const int MostAtOnce = 500;

    private readonly Channel<RunEnd> _ends = Channel.CreateUnbounded<RunEnd>(new() { SingleReader = true });
    private readonly ConcurrentDictionary<RunUnderWay, bool> _news = new();
    private readonly SemaphoreSlim _writing = new(1, 1);
    private List<RunEnd> _unwritten = [];
    private List<RunReport> _unsaid = [];
    private long _reported, _shown;
    private volatile bool _boardIsOld;

    public void Began(RunUnderWay run)
    {
        _boardIsOld = true;
        news.Changed(run.Id);
    }

    public void HasNews(RunUnderWay run) => _news.TryAdd(run, true);

    public void Ended(RunEnd end)
    {
        counts.Add(end);
        here.Ending[end.Run.Id] = true;
        _ends.Writer.TryWrite(end);
    }

    /// <summary>Writes what is left before the host goes.</summary>
    public async Task Drain(CancellationToken cancel)
    {
        try
        {
            await Write(everything: true, cancel);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            logger.LogWarning("What the last runs did could not be written; another host runs them again. {Reason}", fault.Message);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
            try
            {
                using var tick = CancellationTokenSource.CreateLinkedTokenSource(stopping);
                tick.CancelAfter(ReportEvery);
                if (beat.Node is null)
                    await Task.Delay(ReportEvery, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                else if (_unwritten.Count == 0)
                    await ((Task)_ends.Reader.WaitToReadAsync(tick.Token).AsTask()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await Write(everything: false, stopping);
            }
            catch (Exception fault) when (!stopping.IsCancellationRequested)
            {
                logger.LogWarning("What runs did could not be written yet. {Reason}", fault.Message);
                await Task.Delay(ReportEvery, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                // stopping; Drain does the rest
            }
    }

    private async Task Write(bool everything, CancellationToken cancel)
    {
        await _writing.WaitAsync(cancel);
        try
        {
            while (_unwritten.Count < MostAtOnce && _ends.Reader.TryRead(out var end))
                _unwritten.Add(end);
            if (beat.Node is not { } node)
                return;
            // What a run said comes before its end, which closes its row to further words.
            await WriteReports(node.Id, everything || Stopwatch.GetElapsedTime(_reported) >= ReportEvery, cancel);
            await WriteEnds(node.Id, cancel);
            await ShowBoard(node.Id, everything, cancel);
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task WriteReports(long node, bool all, CancellationToken cancel)
    {
        foreach (var run in all ? _news.Keys.ToList() : [.. _unwritten.Select(e => e.Run)])
            if (_news.TryRemove(run, out _) && run.TakeReport() is { } report)
                _unsaid.Add(report);
        if (all)
            _reported = Stopwatch.GetTimestamp();
        if (_unsaid.Count == 0)
            return;
        await reports.Write(node, _unsaid, cancel);
        foreach (var report in _unsaid)
            news.Changed(report.Run.Id);
        _unsaid = [];
        _boardIsOld = true;
    }

    private async Task WriteEnds(long node, CancellationToken cancel)
    {
        if (_unwritten.Count == 0)
            return;
        await queue.End(node, _unwritten, cancel);
        foreach (var end in _unwritten)
        {
            here.Ending.TryRemove(end.Run.Id, out _);
            news.Changed(end.Run.Id);
        }
        _unwritten = [];
        _boardIsOld = true;
        news.Wake(); // one at its limit may have become free
    }

    private async Task ShowBoard(long node, bool now, CancellationToken cancel)
    {
        if (!now && (!_boardIsOld || Stopwatch.GetElapsedTime(_shown) < BoardEvery))
            return;
        _boardIsOld = false;
        _shown = Stopwatch.GetTimestamp();
        await minutes.Write(node, counts.Take(), cancel);
        news.Changed();
    }
}
