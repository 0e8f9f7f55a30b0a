using System.Diagnostics;
using System.Net;

namespace Crucible.Benchmarks.Client;

/// <summary>Several connections at the same time, each on a thread of its own.</summary>
internal static class Together
{
    /// <summary>Runs the work once for each connection; returns the time until the last is done.</summary>
    public static async Task<TimeSpan> Run(IPEndPoint address, int connections, Action<int, RawConnection> work)
    {
        var open = Enumerable.Range(0, connections).Select(_ => new RawConnection(address)).ToList();
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(open.Select((connection, i) => Task.Factory.StartNew(() => work(i, connection), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        var took = Stopwatch.GetElapsedTime(began);
        foreach (var connection in open)
            connection.Dispose();
        return took;
    }
}
