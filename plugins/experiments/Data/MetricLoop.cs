using System.Threading.Channels;
using Crucible.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Live;
using Crucible.Live;
using Crucible.People;
using Npgsql;

namespace Crucible.Experiments.Data;

internal sealed record MetricCall(Guid RunId, Actor Actor, List<MetricPoint> Points)
{
    public TaskCompletionSource<ProtocolError?> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

internal sealed class MetricLoop
{
    private const int MostPointsTogether = 5_000;
    private const int MostPointsWaiting = 200_000;
    private const int MostCallsWaiting = 10_000;
    private static readonly TimeSpan BetweenHeartbeats = TimeSpan.FromSeconds(5);

    private readonly Channel<MetricCall> _waiting = Channel.CreateBounded<MetricCall>(
        new BoundedChannelOptions(MostCallsWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
    private readonly Database _database;
    private readonly ILiveSignals _signals;
    private readonly TimeProvider _time;
    private readonly SeriesCache _series = new();
    private readonly Dictionary<Guid, long> _heard = [];
    private readonly Task _end;
    private NpgsqlConnection? _connection;
    private int _pointsWaiting;

    public MetricLoop(Database database, ILiveSignals signals, TimeProvider time)
    {
        (_database, _signals, _time) = (database, signals, time);
        _end = Task.Run(Run);
    }

    public int PointsWaiting => Volatile.Read(ref _pointsWaiting);

    public bool Accept(MetricCall call)
    {
        if (Interlocked.Add(ref _pointsWaiting, call.Points.Count) <= MostPointsWaiting && _waiting.Writer.TryWrite(call))
            return true;
        Interlocked.Add(ref _pointsWaiting, -call.Points.Count);
        return false;
    }

    public Task Finish()
    {
        _waiting.Writer.TryComplete();
        return _end;
    }

    private async Task Run()
    {
        var calls = new List<MetricCall>();
        while (await _waiting.Reader.WaitToReadAsync())
        {
            var points = 0;
            while (points < MostPointsTogether && _waiting.Reader.TryRead(out var call))
            {
                calls.Add(call);
                points += call.Points.Count;
            }
            Interlocked.Add(ref _pointsWaiting, -points);
            await WriteTogether(calls);
            calls.Clear();
        }
        await Close();
    }

    // A connection of its own: the pool would reset it after every few points. Its statements look everything up by key,
    // so one plan fits all values: left to itself PostgreSQL plans anew each time, which took longer than the writing, and
    // on a young table without statistics it might settle on reading all of it.
    private async ValueTask<NpgsqlConnection> Connection()
    {
        if (_connection is not null)
            return _connection;
        _connection = await _database.Open(default);
        await using var settings = new NpgsqlCommand("set plan_cache_mode = force_generic_plan; set enable_seqscan = off", _connection);
        await settings.ExecuteNonQueryAsync();
        return _connection;
    }

    private async ValueTask Close()
    {
        var connection = _connection;
        _connection = null;
        if (connection is not null)
            await connection.DisposeAsync();
    }

    private async Task WriteTogether(List<MetricCall> calls)
    {
        try
        {
            await Write(calls);
        }
        catch (Exception) when (calls.Count > 1)
        {
            await Close();
            // One of them may be what PostgreSQL cannot take; the others must not pay for it.
            foreach (var call in calls.Where(c => !c.Done.Task.IsCompleted))
                await WriteTogether([call]);
        }
        catch (Exception e)
        {
            await Close();
            _series.Clear();
            calls[0].Done.TrySetException(e);
        }
    }

    private async Task Write(List<MetricCall> calls)
    {
        var gates = await MetricStore.Gates(await Connection(), calls.Select(c => c.RunId).Distinct().ToArray(), default);
        var accepted = new List<MetricCall>(calls.Count);
        foreach (var call in calls)
            if (Gate.Refusal(gates.GetValueOrDefault(call.RunId), call.RunId, call.Actor) is { } refusal)
                call.Done.TrySetResult(refusal);
            else
                accepted.Add(call);
        if (accepted.Count == 0)
            return;
        await Append(accepted, gates);
        foreach (var runId in accepted.Select(c => c.RunId).Distinct())
            _signals.Signal(Topics.Run(runId));
        foreach (var experimentId in accepted.Select(c => gates[c.RunId].ExperimentId).Distinct())
        {
            _signals.Signal(Topics.Experiment(experimentId));
            _signals.Signal(Topics.Curves(experimentId));
        }
        foreach (var call in accepted)
            call.Done.TrySetResult(null);
    }

    private async Task Append(List<MetricCall> calls, Dictionary<Guid, RunGate> gates)
    {
        var connection = await Connection();
        await _series.Find(connection, calls, gates);
        var points = Columns(calls);
        if (points.Count == 0)
            return;
        var totals = points.Totals();
        if (await MetricStore.Append(connection, points, totals, HeardAgain(calls), default) == totals.SeriesId.Length)
            return;
        // A series that the cache knew is gone: its run was deleted for good. Look again, once.
        _series.Clear();
        await _series.Find(connection, calls, gates);
        points = Columns(calls);
        await MetricStore.Append(connection, points, points.Totals(), [], default);
    }

    private PointColumns Columns(List<MetricCall> calls)
    {
        var points = new PointColumns(calls.Sum(c => c.Points.Count));
        foreach (var call in calls)
            foreach (var point in call.Points)
                points.Add(_series[call.RunId, point.Key], point.Step, point.Timestamp, point.Value);
        return points;
    }

    private Guid[] HeardAgain(List<MetricCall> calls)
    {
        var now = _time.GetTimestamp();
        if (_heard.Count > 50_000)
            _heard.Clear();
        var again = new List<Guid>();
        foreach (var runId in calls.Select(c => c.RunId).Distinct())
            if (!_heard.TryGetValue(runId, out var at) || _time.GetElapsedTime(at, now) >= BetweenHeartbeats)
            {
                _heard[runId] = now;
                again.Add(runId);
            }
        again.Sort();
        return [.. again];
    }
}
