using System.Diagnostics;
using Crucible.Jobs;
using Crucible.Modules;

namespace Crucible.Host.Jobs;

/// <summary>Why a run was told to stop; the first reason stays.</summary>
internal enum StopReason { None, Cancelled, TimedOut, HostStops, Lost }

/// <summary>A run on this host: its signals, and what it says about itself until that is written down.</summary>
internal sealed class RunUnderWay(ClaimedRun claim, JobRule rule, TimeSpan abandonAfter, Action<RunUnderWay> hasNews) : IJobReport, IDisposable
{
    private const int MostLines = 10_000;
    private const int MostCharacters = 2000;

    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _timer = new();
    private readonly TaskCompletionSource _abandoned = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private List<LogLine> _lines = [];
    private ProgressReport? _progress;
    private int _reason;
    private int _said = claim.Lines;

    public Guid Id => claim.Id;
    public ClaimedRun Claim => claim;
    public JobRule Rule => rule;
    public long Started { get; } = Stopwatch.GetTimestamp();
    public StopReason Reason => (StopReason)Volatile.Read(ref _reason);
    public CancellationToken Token => _stop.Token;

    /// <summary>Ends when nobody waits any longer for the code to stop.</summary>
    public Task Abandoned => _abandoned.Task;

    public void StartTimer() => Later(rule.Policy.Timeout, () => Stop(StopReason.TimedOut));

    /// <summary>Signals the code to stop, and gives it up when it does not.</summary>
    public void Stop(StopReason reason)
    {
        if (Interlocked.CompareExchange(ref _reason, (int)reason, (int)StopReason.None) != (int)StopReason.None)
            return;
        if (reason != StopReason.HostStops)
            Later(reason == StopReason.Lost ? TimeSpan.Zero : abandonAfter, Abandon);
        // Off this thread: what the code does when it is signalled is its own affair and may take long or throw.
        _ = _stop.CancelAsync().ContinueWith(t => t.Exception, TaskScheduler.Default);
    }

    public void Abandon() => _abandoned.TrySetResult();

    /// <summary>What was said since the last call; null when nothing was.</summary>
    public RunReport? TakeReport()
    {
        lock (_lock)
        {
            if (_lines.Count == 0 && _progress is null)
                return null;
            var report = new RunReport(this, _progress, _lines, _said);
            (_lines, _progress) = ([], null);
            return report;
        }
    }

    public void Progress(double done, double total, string? what)
    {
        if (!double.IsFinite(done) || !double.IsFinite(total))
            return;
        lock (_lock)
            _progress = new(Math.Max(0, done), Math.Max(0, total), what is null ? null : Clean(what, 200));
        hasNews(this);
    }

    public void Log(string text, string level)
    {
        lock (_lock)
        {
            // Counted whether it is kept or not, so that the page can say how many are missing.
            if (++_said <= MostLines)
                _lines.Add(new(_said, level is "warn" or "error" ? level : "info", Clean(text, MostCharacters), Stopwatch.GetTimestamp()));
        }
        hasNews(this);
    }

    public void Dispose() => _timer.Cancel();

    /// <summary>Fit for a text column: no NUL, which PostgreSQL cannot hold, and not without end.</summary>
    public static string Clean(string text, int most) => Ui.Text.Cut.To(text.Replace('\0', '\uFFFD'), most);

    private void Later(TimeSpan wait, Action act) =>
        _ = Task.Delay(wait, _timer.Token).ContinueWith(t => { if (t.IsCompletedSuccessfully) act(); }, TaskScheduler.Default);
}

internal sealed record ProgressReport(double Done, double Total, string? What);

internal sealed record LogLine(int Line, string Level, string Text, long Stamp);

/// <summary>What a run said since it was last asked.</summary>
internal sealed record RunReport(RunUnderWay Run, ProgressReport? Progress, List<LogLine> Lines, int Said);
