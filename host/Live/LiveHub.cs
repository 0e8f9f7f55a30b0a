using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Crucible.Data;
using Crucible.Host.People;
using Crucible.Live;
using Crucible.People;

namespace Crucible.Host.Live;

/// <summary>
/// Every open stream of this host. A topic has a <see cref="Room"/> while somebody listens to it; the
/// <see cref="ChangeFeed"/> wakes rooms, rooms hand frames to listeners, listeners write.
/// </summary>
internal sealed class LiveHub
{
    private readonly ConcurrentDictionary<Topic, Room> _rooms = new();
    private readonly ConcurrentDictionary<Listener, bool> _listeners = new();
    private readonly Lock _doors = new();
    private readonly LiveRules _rules;
    private readonly Database _database;
    private readonly FragmentRenderer _renderer;
    private readonly IServiceProvider _services;
    private readonly ILogger<LiveHub> _logger;
    private volatile bool _stopping;

    public LiveHub(LiveRules rules, Database database, FragmentRenderer renderer, IServiceProvider services, IMeterFactory meters, ILogger<LiveHub> logger)
    {
        (_rules, _database, _renderer, _services, _logger) = (rules, database, renderer, services, logger);
        var meter = meters.Create("Crucible.Live");
        meter.CreateObservableGauge("crucible.live.listeners", () => _listeners.Count, description: "Open live streams.");
        meter.CreateObservableGauge("crucible.live.topics", () => _rooms.Count, description: "Topics with a listener.");
    }

    public IReadOnlyCollection<Listener> Listeners => (IReadOnlyCollection<Listener>)_listeners.Keys;

    /// <summary>Open topics of this host and how many listen to each, the busiest first.</summary>
    public IReadOnlyList<(Topic Topic, int Listeners)> Busiest(int most) =>
        [.. _rooms.Values.Select(r => (r.Topic, r.Count)).OrderByDescending(r => r.Count).ThenBy(r => r.Topic.ToString(), StringComparer.Ordinal).Take(most)];

    /// <summary>Whether this actor may listen to this topic.</summary>
    public async ValueTask<bool> MayListen(Actor actor, Topic topic, CancellationToken cancel) =>
        _rules.Kind(topic.Kind) is { } kind && await kind.MayListen(_services, actor, topic.Key, cancel);

    /// <summary>Opens a stream: joins the rooms first, then collects what was missed.</summary>
    public async Task<IReadOnlyList<Missed>> Enter(Listener listener, Cursor cursor, CancellationToken cancel)
    {
        _listeners[listener] = true;
        if (_stopping)
            listener.End(Farewell.Stopping);
        var rooms = listener.Topics.Select(topic => Join(topic, listener)).ToList();
        var missed = new List<Missed>();
        foreach (var room in rooms)
            missed.Add(await room.Replay(cursor.Positions.TryGetValue(room.Topic, out var at) ? at : null, cancel));
        return missed;
    }

    public void Leave(Listener listener)
    {
        _listeners.TryRemove(listener, out _);
        lock (_doors)
            foreach (var topic in listener.Topics)
                if (_rooms.TryGetValue(topic, out var room))
                {
                    room.Leave(listener);
                    if (room.Count == 0 && _rooms.TryRemove(topic, out _))
                        room.Close();
                }
    }

    /// <summary>The newest number this host has handed round; 0 when nobody listens.</summary>
    public long SeqOf(Topic topic) => _rooms.TryGetValue(topic, out var room) ? Math.Max(0, room.Seq) : 0;

    public void Changed(Topic topic)
    {
        if (_rooms.TryGetValue(topic, out var room))
            room.Changed();
    }

    public void Signalled(Topic topic)
    {
        if (_rooms.TryGetValue(topic, out var room))
            room.Signalled();
    }

    /// <summary>Notifications may have been missed: every room looks for itself.</summary>
    public void CatchUp()
    {
        foreach (var room in _rooms.Values)
        {
            room.Changed();
            room.Signalled();
        }
    }

    public void Ping(bool screensOnly)
    {
        foreach (var listener in _listeners.Keys)
            if (listener.IsScreen || !screensOnly)
                listener.Offer(Frame.Ping);
    }

    /// <summary>Asks again whether the streams of a person may stay open, after the person's access changed.</summary>
    public async Task Reauthorise(Func<Listener, bool> which, AccessStore accesses, CancellationToken cancel)
    {
        foreach (var listener in _listeners.Keys.Where(which).ToList())
        {
            var access = await accesses.Again(listener.Access.Credential, cancel);
            if (access is null || !await MayListenToAll(access.Actor, listener, cancel))
                listener.End(Farewell.SignedOut);
        }
    }

    /// <summary>Lets every stream go, so that a stopping host does not wait for them.</summary>
    public void Stop()
    {
        _stopping = true;
        foreach (var listener in _listeners.Keys)
            listener.End(Farewell.Stopping);
    }

    private async Task<bool> MayListenToAll(Actor actor, Listener listener, CancellationToken cancel)
    {
        foreach (var topic in listener.Topics)
            if (!await MayListen(actor, topic, cancel))
                return false;
        return true;
    }

    private Room Join(Topic topic, Listener listener)
    {
        // Under the lock that Leave takes: a room must not be closed between being found and being joined.
        lock (_doors)
        {
            var room = _rooms.GetOrAdd(topic, t => new(t, _rules.Kind(t.Kind)!, _rules, _database, _renderer, _services, _logger));
            room.Join(listener);
            return room;
        }
    }
}
