using System.Diagnostics.Metrics;
using Crucible.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Live;
using Crucible.People;

namespace Crucible.Experiments.Data;

// The hot path of tracking. A training loop calls log-metric for one point and waits for the answer, and the answer
// may not come before the point is durable. One transaction a call would spend nearly all its time in round trips and
// in waiting for the disk, so calls that wait at the same time share one:
//
//     calls ──► channel ──► loop: take all that wait (up to 5,000 points)
//                             1. one query: the runs, their teams, whether deleted  → refusals leave here, each for itself
//                             2. series that the cache does not know: made in one statement
//                             3. one implicit transaction: lock the series, insert, add up, note the heartbeat
//                           ◄── every caller answers once that is committed
//
// Under light load a call goes through alone and at once; under heavy load the gathering grows by itself. Two loops
// keep PostgreSQL busy while one prepares; a run always goes to the same loop, so they never wait for each other.
// A call is kept whole or not at all, and repeating it adds nothing.

/// <summary>Writes metric points, durable when <see cref="Write"/> returns.</summary>
public sealed class MetricWriter : IAsyncDisposable
{
    private const int Loops = 2;

    private readonly MetricLoop[] _loops;

    /// <summary>Starts the loops; they end when this is disposed and all that was accepted is written.</summary>
    public MetricWriter(Database database, ILiveSignals signals, TimeProvider time, IMeterFactory meters)
    {
        _loops = [.. Enumerable.Range(0, Loops).Select(_ => new MetricLoop(database, signals, time))];
        meters.Create("Crucible.Experiments").CreateObservableGauge("crucible.experiments.points.waiting", () => _loops.Sum(l => l.PointsWaiting), "{waiting}", "Metric points that wait to be written");
    }

    /// <summary>Adds points to a run.</summary>
    /// <param name="runId">The run; the refusal says so when there is none for this actor.</param>
    /// <param name="actor">Who writes.</param>
    /// <param name="points">Any number; kept whole or not at all.</param>
    /// <returns>Null when they are durable, else why none was kept.</returns>
    public Task<ProtocolError?> Write(Guid runId, Actor actor, List<MetricPoint> points)
    {
        var call = new MetricCall(runId, actor, points);
        return _loops[(uint)runId.GetHashCode() % Loops].Accept(call)
            ? call.Done.Task
            : Task.FromResult<ProtocolError?>(new(ErrorCode.TemporarilyUnavailable, "More metrics arrive than can be written; try again shortly."));
    }

    /// <summary>Writes what was accepted and ends.</summary>
    public async ValueTask DisposeAsync() => await Task.WhenAll(_loops.Select(l => l.Finish()));
}
