using System.Diagnostics;
using Crucible.Benchmarks.Client;
using Crucible.Benchmarks.Data;
using Crucible.Benchmarks.Processes;
using Crucible.Benchmarks.Report;

namespace Crucible.Benchmarks.Figures;

/// <summary>How fast metrics come in, each call answered when it is durable.</summary>
internal static class LogFigures
{
    private const int BatchConnections = 2;
    private const int CallConnections = 4;
    private const int WarmUp = 150;

    public static async Task Measure(Bench bench)
    {
        using var connection = bench.Connect();
        var experiment = Tracking.CreateExperiment(connection, bench.Site.Bearer, $"Logging {Stopwatch.GetTimestamp()}");
        string NewRun() => Tracking.CreateRun(connection, bench.Site.Bearer, experiment);

        await Batches(bench, Enumerable.Range(0, BatchConnections).Select(_ => NewRun()).ToList());
        await Calls(bench, Enumerable.Range(0, CallConnections).Select(_ => NewRun()).ToList());
    }

    private static async Task Batches(Bench bench, List<string> runs)
    {
        var batches = bench.Options.Batches;
        void Log(int i, RawConnection connection, int from, int count)
        {
            for (var batch = from; batch < from + count; batch++)
                connection.Must(Tracking.LogBatch(bench.Site.Bearer, runs[i], batch));
        }
        await Together.Run(bench.Site.Address, BatchConnections, (i, connection) => Log(i, connection, 0, WarmUp));
        var before = Cost.Of(bench.Site);
        var took = await Together.Run(bench.Site.Address, BatchConnections, (i, connection) => Log(i, connection, WarmUp, batches));
        var cost = Cost.Of(bench.Site) - before;
        var copied = await Copied(bench, batches);
        var metrics = batches * BatchConnections * Tracking.MetricsOfBatch;
        bench.Add(new($"log-batch of 1,000 on {BatchConnections} connections", metrics / took.TotalSeconds, "metrics/s",
            new($"raw COPY of the same, {BatchConnections} connections", metrics / copied.TotalSeconds), Aim.AtLeast(100_000, 0.25))
        { Note = cost.Each(batches * BatchConnections, "batch") });
    }

    /// <summary>The same points into a table of the same shape with the same index, one COPY a connection.</summary>
    private static async Task<TimeSpan> Copied(Bench bench, int batches)
    {
        var database = bench.Site.Database;
        await using (var table = database.CreateCommand("create table public.bench_point (like experiments.point including all)"))
            await table.ExecuteNonQueryAsync(bench.Cancel);
        await Copy(-1, WarmUp);
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, BatchConnections).Select(i => Task.Run(() => Copy(i, batches))));
        var took = Stopwatch.GetElapsedTime(began);
        await using (var table = database.CreateCommand("drop table public.bench_point"))
            await table.ExecuteNonQueryAsync(bench.Cancel);
        return took;

        Task Copy(int connection, int count) => CopyIn.Write(database, "public.bench_point (series_id, step, at, value)", copy =>
        {
            for (var batch = 0; batch < count; batch++)
                foreach (var (key, step, at, value) in Tracking.Points(batch))
                    copy.Point(connection * Tracking.KeysOfBatch + key, step, at, value);
        }, bench.Cancel);
    }

    private static async Task Calls(Bench bench, List<string> runs)
    {
        var (rate, calls, cost) = await Call(bench.Site.Address, "/api/2.0/mlflow/runs/log-metric");
        await using var bare = await BareServer.Start();
        var (bareRate, bareCalls, _) = await Call(bare.Address, "/metric");
        bench.Add(new($"log-metric on {CallConnections} connections", rate, "calls/s", new("bare endpoint, same JSON", bareRate), Aim.AtLeast(2_500)) { Note = cost.Each(bench.Options.Calls * CallConnections, "call") });
        bench.Add(new($"log-metric on {CallConnections} connections, median", calls.Median, "ms", new("bare endpoint, same JSON", bareCalls.Median)));
        bench.Add(new($"log-metric on {CallConnections} connections, 99th percentile", calls.At(0.99), "ms", new("bare endpoint, same JSON", bareCalls.At(0.99))));

        async Task<(double Rate, Spread Milliseconds, Cost Cost)> Call(System.Net.IPEndPoint address, string path)
        {
            var count = bench.Options.Calls;
            var took = new double[CallConnections][];
            var warm = Math.Max(200, count / 5);
            await Together.Run(address, CallConnections, (i, connection) =>
            {
                for (var step = 0; step < warm; step++)
                    connection.Must(Tracking.LogMetric(path, bench.Site.Bearer, runs[i], step));
            });
            var before = Cost.Of(bench.Site);
            var all = await Together.Run(address, CallConnections, (i, connection) =>
            {
                took[i] = new double[count];
                for (var step = 0; step < count; step++)
                {
                    connection.Must(Tracking.LogMetric(path, bench.Site.Bearer, runs[i], warm + step));
                    took[i][step] = connection.Whole.TotalMilliseconds;
                }
            });
            return (count * CallConnections / all.TotalSeconds, new(took.SelectMany(t => t)), Cost.Of(bench.Site) - before);
        }
    }
}
