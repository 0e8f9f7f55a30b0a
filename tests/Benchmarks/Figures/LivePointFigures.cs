using System.Diagnostics;
using Crucible.Benchmarks.Client;
using Crucible.Benchmarks.Processes;
using Crucible.Benchmarks.Report;

namespace Crucible.Benchmarks.Figures;

/// <summary>
/// Five runs that log ten metrics by log-batch, twenty calls a second together, and two pages that listen: the experiment's charts and one
/// run. From the acknowledgement of a call to the end of the message that brings its point. The base hands a message of that size to one listener at once.
/// </summary>
internal static class LivePointFigures
{
    private const int Runs = 5;
    private const int WarmUp = 20 * Runs;
    private const string Key = "metric_0";
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(50);

    public static async Task Measure(Bench bench)
    {
        using var connection = bench.Connect();
        var experiment = Tracking.CreateExperiment(connection, bench.Site.Bearer, $"Live points {Stopwatch.GetTimestamp()}");
        var runs = Enumerable.Range(0, Runs).Select(_ => Tracking.CreateRun(connection, bench.Site.Bearer, experiment)).ToList();
        using var charts = PointStream.Open(bench.Site.Address, $"experiment:{experiment},curves:{experiment}", bench.Site.Cookie, Key);
        using var run = PointStream.Open(bench.Site.Address, $"run:{runs[0]}", bench.Site.Cookie, Key);

        var (calls, before) = (WarmUp + bench.Options.LivePoints, default(Cost));
        var acknowledged = new Dictionary<(string, long), long>();
        using var beat = new PeriodicTimer(Between);
        for (var call = 0; call < calls; call++)
        {
            if (call == WarmUp)
                before = Cost.Of(bench.Site);
            var (of, step) = (runs[call % Runs], call / Runs);
            connection.Must(Log(bench.Site.Bearer, of, step));
            if (call >= WarmUp)
                acknowledged[(of, step)] = Stopwatch.GetTimestamp();
            await beat.WaitForNextTickAsync(bench.Cancel);
        }
        await Task.Delay(TimeSpan.FromSeconds(3), bench.Cancel);
        var cost = Cost.Of(bench.Site) - before;

        var size = charts.Messages.Count == 0 ? 0 : (int)(charts.Messages.Bytes / charts.Messages.Count);
        var bare = await Bare(bench, size);
        foreach (var (name, stream, expected) in new[] { ("the charts of an experiment", charts, acknowledged.Keys.ToList()), ("a run's page", run, [.. acknowledged.Keys.Where(k => k.Item1 == runs[0])]) })
        {
            var took = new Spread(expected.Where(stream.Received.ContainsKey).Select(k => Stopwatch.GetElapsedTime(acknowledged[k], stream.Received[k]).TotalMilliseconds));
            bench.Add(new($"a live point at {name}: acknowledged to received, median", took.Median, "ms", new("bare broadcaster", bare.Median), Aim.Under(300)) { Note = $"{size} bytes a message; {cost.Each(acknowledged.Count, "call")}" });
            bench.Add(new($"a live point at {name}: acknowledged to received, 99th percentile", took.At(0.99), "ms", new("bare broadcaster", bare.At(0.99)), Aim.Under(1_000)));
            bench.Add(new($"a live point at {name}: delivered", took.Count * 100.0 / expected.Count, "%", null, new("100", (all, _) => all >= 100)));
        }
    }

    private static byte[] Log(string bearer, string run, int step)
    {
        var points = Enumerable.Range(0, Tracking.KeysOfBatch).Select(key => FormattableString.Invariant($$"""{"key":"metric_{{key}}","value":{{Tracking.Value(step, key)}},"timestamp":{{1_760_000_000_000 + step * 250L}},"step":{{step}}}"""));
        return Request.Post("/api/2.0/mlflow/runs/log-batch", $$"""{"run_id":"{{run}}","metrics":[{{string.Join(',', points)}}]}""", bearer);
    }

    private static async Task<Spread> Bare(Bench bench, int size)
    {
        await using var bare = await BareServer.Start();
        using var writer = new RawConnection(bare.Address);
        var sent = new long[Math.Min(bench.Options.LivePoints, 200)];
        using var crowd = await Crowd.Open(bare.Address, 1, sent.Length, Request.Get("/live"), bench.Cancel);
        using var beat = new PeriodicTimer(Between);
        for (var number = 0; number < sent.Length; number++)
        {
            sent[number] = Stopwatch.GetTimestamp();
            writer.Must(Request.Post($"/change/{Crowd.Mark(number)}/{size}", "{}"));
            await beat.WaitForNextTickAsync(bench.Cancel);
        }
        await Task.Delay(Between, bench.Cancel);
        return new(sent.Select((at, number) => Stopwatch.GetElapsedTime(at, crowd.Received(number)[0]).TotalMilliseconds));
    }
}
