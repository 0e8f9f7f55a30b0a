using System.Diagnostics;
using Crucible.Benchmarks.Client;
using Crucible.Benchmarks.Processes;
using Crucible.Benchmarks.Report;

namespace Crucible.Benchmarks.Figures;

/// <summary>A start on a folder that has been used, and what the host takes when nobody comes.</summary>
internal static class StartFigures
{
    private const int Starts = 5;
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(10);

    public static async Task Measure(Bench bench)
    {
        var (took, bareTook) = (new List<double>(), new List<double>());
        for (var i = 0; i < Starts; i++)
        {
            took.Add((await bench.Site.Restart()).TotalSeconds);
            var began = Stopwatch.GetTimestamp();
            await using var started = await BareServer.Start();
            using var connection = new RawConnection(started.Address);
            connection.Must(Request.Get("/bytes/10"));
            bareTook.Add(Stopwatch.GetElapsedTime(began).TotalSeconds);
        }
        bench.Add(new("warm start to ready, embedded PostgreSQL included, median of 5", new Spread(took).Median, "s", new("bare server to its first answer", new Spread(bareTook).Median), Aim.Under(3)));
        await using var bare = await BareServer.Start();
        await Task.Delay(Idle, bench.Cancel);
        bench.Add(new("idle memory of the host 10 s after its start", bench.Site.Process.Rss / 1e6, "MB", new("bare server", bare.Process.Rss / 1e6), Aim.Under(200)));
    }
}
