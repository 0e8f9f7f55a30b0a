using System.Collections.Immutable;
using System.Text.Json;
using Crucible.Data;
using Crucible.Live;
using Dapper;

namespace Crucible.Host.Live;

/// <summary>One topic with at least one listener on this host: reads its news, renders them once, hands them round.</summary>
internal sealed class Room(Topic topic, TopicKind kind, LiveRules rules, Database database, FragmentRenderer renderer, IServiceProvider services, ILogger logger)
{
    private const int MostReplayed = 200;
    private const int Remembered = 64;

    private readonly SemaphoreSlim _work = new(1, 1);
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _door = new();
    private readonly HashSet<Listener> _listeners = [];
    private Task<Standing>? _nextLook;
    private ImmutableQueue<Frame> _recent = [];
    private int _recentCount;
    private int _scheduled;
    private volatile bool _signalled;
    private long _seq = -1;
    private object? _state;

    public Topic Topic => topic;
    public long Seq => Volatile.Read(ref _seq);
    public int Count => _listeners.Count;

    public void Join(Listener listener)
    {
        lock (_door)
            _listeners.Add(listener);
    }

    public void Leave(Listener listener)
    {
        lock (_door)
            _listeners.Remove(listener);
    }

    public void Close() => _closing.Cancel();

    /// <summary>New rows may stand in the log.</summary>
    public void Changed() => Schedule();

    /// <summary>Unjournalled news.</summary>
    public void Signalled()
    {
        _signalled = true;
        Schedule();
    }

    /// <summary>
    /// What a listener at <paramref name="position"/> has missed. Call after <see cref="Join"/>: what commits later
    /// arrives as news, what committed before is in the log, and what is in both is dropped by its number.
    /// </summary>
    public async Task<Missed> Replay(long? position, CancellationToken cancel)
    {
        var now = await Look().WaitAsync(cancel);
        IReadOnlyList<Frame>? frames = position is { } from && from != now.Seq ? await Missing(from, now, cancel) : [];
        return new(topic, now.Seq, frames ?? [], now.Greeting, TooFar: frames is null);
    }

    // When a thousand pages come back after a restart, they share a few looks. One may share a look that has not begun to
    // read when one asks; what it reads is then younger than one's place in the room.
    private Task<Standing> Look()
    {
        lock (_door)
            return _nextLook ??= Task.Run(LookNow);
    }

    private async Task<Standing> LookNow()
    {
        await _work.WaitAsync(_closing.Token);
        try
        {
            lock (_door)
                _nextLook = null;
            await Advance(_closing.Token);
            Frame? greeting = null;
            if (kind.Greeting is { } greet)
            {
                var push = new LivePush(topic, "", services, renderer, _closing.Token) { State = _state };
                await greet(push);
                _state = push.State; // a lane counts from what its first listener was told
                greeting = Frame.Of(topic, 0, push.Messages);
            }
            return new(_seq, _recent, greeting);
        }
        finally
        {
            _work.Release();
        }
    }

    private async Task<List<Frame>?> Missing(long from, Standing now, CancellationToken cancel)
    {
        // A cursor ahead of the log comes from another database, one too far behind from before the retention.
        if (from > now.Seq || now.Seq - from > MostReplayed)
            return null;
        var recent = now.Recent.Where(f => f.Seq > from).ToList();
        if (recent.Count == now.Seq - from)
            return recent;
        // One at a time: they all render the same, and the pool has other uses.
        await _work.WaitAsync(cancel);
        try
        {
            var rows = (await Read(from, cancel)).Where(r => r.Seq <= now.Seq).ToList();
            if (rows.Count != now.Seq - from)
                return null;
            var frames = new List<Frame>();
            foreach (var row in rows)
                frames.Add(await Render(row, cancel));
            return frames;
        }
        finally
        {
            _work.Release();
        }
    }

    private void Schedule()
    {
        if (Interlocked.Exchange(ref _scheduled, 1) == 0)
            _ = Task.Run(Work);
    }

    private async Task Work()
    {
        try
        {
            await _work.WaitAsync(_closing.Token);
            try
            {
                // Cleared before reading: news that arrive from here on schedule another round.
                Volatile.Write(ref _scheduled, 0);
                await Advance(_closing.Token);
                if (_signalled && kind.Signalled is { } build)
                {
                    _signalled = false;
                    var push = new LivePush(topic, "", services, renderer, _closing.Token) { State = _state };
                    await build(push);
                    _state = push.State;
                    if (push.Messages.Count > 0)
                        HandRound(Frame.Of(topic, 0, push.Messages));
                }
            }
            finally
            {
                _work.Release();
            }
        }
        catch (OperationCanceledException)
        {
            // the last listener left
        }
        catch (Exception fault)
        {
            logger.LogError(fault, "The news of {Topic} could not be read; its listeners are told to refresh", topic);
            HandRound(Frame.RefreshAll);
        }
    }

    private async Task Advance(CancellationToken cancel)
    {
        if (_seq < 0)
        {
            var cursor = await database.CursorOf([topic], cancel);
            Volatile.Write(ref _seq, cursor.Positions[topic]);
            return;
        }
        foreach (var row in await Read(_seq, cancel))
        {
            var frame = await Render(row, cancel);
            Volatile.Write(ref _seq, row.Seq);
            _recent = _recent.Enqueue(frame);
            if (++_recentCount > Remembered)
            {
                _recent = _recent.Dequeue();
                _recentCount--;
            }
            HandRound(frame);
        }
    }

    private async Task<List<Row>> Read(long after, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<Row>(new CommandDefinition(
            "select seq, kind, change::text as change, actor from crucible.change where topic = @topic and seq > @after order by seq limit 1000",
            new { topic = topic.ToString(), after }, cancellationToken: cancel))).AsList();
    }

    private async Task<Frame> Render(Row row, CancellationToken cancel)
    {
        var push = new LivePush(topic, row.Actor, services, renderer, cancel);
        try
        {
            foreach (var rule in rules.For(row.Kind))
                await rule.Push(JsonSerializer.Deserialize(row.Change, rule.Change, LiveJson.Options)!, push);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            logger.LogError(fault, "{Kind} on {Topic} could not be rendered; its listeners are told to refresh", row.Kind, topic);
            push.Refresh("main");
        }
        return Frame.Of(topic, row.Seq, push.Messages);
    }

    private void HandRound(Frame frame)
    {
        lock (_door)
            foreach (var listener in _listeners)
                listener.Offer(frame);
    }

    /// <summary>Where the topic stood when the log was looked at.</summary>
    private sealed record Standing(long Seq, ImmutableQueue<Frame> Recent, Frame? Greeting);

    private sealed record Row(long Seq, string Kind, string Change, string Actor);
}

/// <summary>What a listener missed in one topic.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Seq">Where it stands now.</param>
/// <param name="Frames">The changes after the listener's position, in order.</param>
/// <param name="Greeting">What every new listener receives.</param>
/// <param name="TooFar">The gap is too long or no longer kept: the page must fetch itself again.</param>
internal sealed record Missed(Topic Topic, long Seq, IReadOnlyList<Frame> Frames, Frame? Greeting, bool TooFar);
