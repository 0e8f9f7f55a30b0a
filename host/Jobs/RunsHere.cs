using System.Collections.Concurrent;

namespace Crucible.Host.Jobs;

/// <summary>What this host runs at this moment.</summary>
internal sealed class RunsHere
{
    private int _abandoned;

    public ConcurrentDictionary<Guid, RunUnderWay> UnderWay { get; } = new();

    /// <summary>Runs that have ended and whose end is not yet written. A run is here before it leaves <see cref="UnderWay"/>.</summary>
    public ConcurrentDictionary<Guid, bool> Ending { get; } = new();

    /// <summary>Every run this host has not written off. In this order: one that ends meanwhile is found in the second.</summary>
    public Guid[] All() => [.. UnderWay.Keys, .. Ending.Keys];

    /// <summary>Runs that were given up while their code goes on.</summary>
    public int Abandoned => Volatile.Read(ref _abandoned);

    public void Abandon(int more) => Interlocked.Add(ref _abandoned, more);
}
