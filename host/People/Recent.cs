using System.Collections.Concurrent;

namespace Crucible.Host.People;

/// <summary>
/// Remembers answers for a short while. Callers who ask for the same key together wait for one answer; what was being
/// loaded while something was forgotten is not kept, since it may predate the reason.
/// </summary>
internal sealed class Recent<T>(int most, TimeSpan life, TimeProvider time) where T : class
{
    private readonly ConcurrentDictionary<Digest, Entry> _entries = new();

    public async ValueTask<T> Get(Digest key, Func<Task<T>> load, Predicate<T>? keep = null)
    {
        if (_entries.TryGetValue(key, out var known) && known.Until > time.GetTimestamp())
            return await known.Answer.Value;
        var fresh = new Entry(new(load), time.GetTimestamp() + (long)(life.TotalSeconds * time.TimestampFrequency));
        MakeRoom();
        if (known is null ? !_entries.TryAdd(key, fresh) : !_entries.TryUpdate(key, fresh, known))
            if (_entries.TryGetValue(key, out var other))
                return await other.Answer.Value;
        try
        {
            var answer = await fresh.Answer.Value;
            if (keep?.Invoke(answer) == false)
                _entries.TryRemove(new(key, fresh));
            return answer;
        }
        catch
        {
            _entries.TryRemove(new(key, fresh));
            throw;
        }
    }

    /// <summary>Forgets the answers that match, and every answer still under way.</summary>
    public void Forget(Predicate<T> match)
    {
        foreach (var (key, entry) in _entries)
            if (!entry.Answer.IsValueCreated || !entry.Answer.Value.IsCompletedSuccessfully || match(entry.Known))
                _entries.TryRemove(new(key, entry));
    }

    // Reached only by far more credentials than a host has, or by guessing; then everybody is asked anew.
    private void MakeRoom()
    {
        if (_entries.Count < most)
            return;
        foreach (var (key, entry) in _entries)
            if (entry.Until <= time.GetTimestamp())
                _entries.TryRemove(new(key, entry));
        if (_entries.Count >= most)
            _entries.Clear();
    }

    private sealed class Entry(Lazy<Task<T>> answer, long until)
    {
        public Lazy<Task<T>> Answer { get; } = answer;
        public long Until { get; } = until;
        public T Known => Answer.Value.GetAwaiter().GetResult();
    }
}
