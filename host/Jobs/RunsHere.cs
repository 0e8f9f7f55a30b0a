using System.Collections.Concurrent;

namespace Crucible.Host.Jobs;

/// <summary>What this host runs at this moment.</summary>
internal sealed class RunsHere
{
    private int _abandoned;

    public ConcurrentDictionary<Guid, RunUnderWay> UnderWay { get; } = new();

    /// <summary>Runs that were given up while their code goes on.</summary>
    public int Abandoned => Volatile.Read(ref _abandoned);

    public void Abandon(int more) => Interlocked.Add(ref _abandoned, more);
}
