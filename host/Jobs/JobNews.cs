using System.Diagnostics;
using System.Threading.Channels;
using Crucible.Live;

namespace Crucible.Host.Jobs;

/// <summary>
/// What hosts tell each other about jobs, beside the table that holds the truth: something was queued, somebody cancelled a
/// run, a page is old. All of it may be lost; every host looks for itself now and then.
/// </summary>
internal sealed class JobNews(ILiveSignals signals, RunsHere here)
{
    public const string Kind = "jobs";
    public const string RunKind = "job-run";

    /// <summary>The list and its counts.</summary>
    public static readonly Topic All = new(Kind, "all");

    private static readonly Topic Queue = new(Kind, "queue");
    private const string CancelKind = "job-cancel";
    private const int MostRunsASecond = 50;

    private long _second;
    private int _said;

    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public static Topic Run(Guid id) => new(RunKind, id.ToString("N"));

    /// <summary>A run was stored: this host looks now, the others a moment later.</summary>
    public void Queued()
    {
        Wake();
        signals.Signal(Queue);
    }

    public void Cancelled(Guid id)
    {
        signals.Signal(new(CancelKind, id.ToString("N")));
        Changed(id);
    }

    public void Changed() => signals.Signal(All);

    /// <summary>
    /// For the page of this run, if anybody looks at it. At hundreds of runs a second this would be most of the work, so a host says it
    /// of so many a second and no more; pages of runs under way also look when the list changes.
    /// </summary>
    public void Changed(Guid id)
    {
        var second = Stopwatch.GetTimestamp() / Stopwatch.Frequency;
        if (Interlocked.Exchange(ref _second, second) != second)
            Volatile.Write(ref _said, 0);
        if (Interlocked.Increment(ref _said) <= MostRunsASecond)
            signals.Signal(Run(id));
    }

    public void Wake() => _wake.Writer.TryWrite(true);

    /// <summary>Waits until something may be ready, or so long.</summary>
    public async Task Wait(TimeSpan most, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(most);
        await ((Task)_wake.Reader.WaitToReadAsync(patience.Token).AsTask()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _wake.Reader.TryRead(out _);
    }

    /// <summary>News from any host, this one among them.</summary>
    public void Heard(Topic topic)
    {
        if (topic == Queue)
            Wake();
        else if (topic.Kind == CancelKind && Guid.TryParseExact(topic.Key, "N", out var id) && here.UnderWay.TryGetValue(id, out var run))
            run.Stop(StopReason.Cancelled);
    }
}
