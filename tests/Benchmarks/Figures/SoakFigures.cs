using System.Diagnostics;
using Crucible.Benchmarks.Client;
using Crucible.Benchmarks.Report;

namespace Crucible.Benchmarks.Figures;

/// <summary>A run that logs for long with ten pages open on it: does the host's memory stay flat?</summary>
internal static class SoakFigures
{
    private const int Listeners = 10;
    private const int CallsASecond = 20;
    private const int PointsOfCall = 10;
    private static readonly TimeSpan Sample = TimeSpan.FromSeconds(5);

    public static async Task Measure(Bench bench)
    {
        using var connection = bench.Connect();
        var experiment = Tracking.CreateExperiment(connection, bench.Site.Bearer, $"Soak {Stopwatch.GetTimestamp()}");
        var run = Tracking.CreateRun(connection, bench.Site.Bearer, experiment);
        using var crowd = await Crowd.Open(bench.Site.Address, Listeners, 1, Request.Get($"/live?topics=run:{run},experiment:{experiment}", bench.Site.Cookie), bench.Cancel);

        var length = TimeSpan.FromMinutes(bench.Options.SoakMinutes);
        var warmUp = TimeSpan.FromTicks(Math.Min(length.Ticks / 3, TimeSpan.FromMinutes(5).Ticks));
        bench.Say($"  {length.TotalMinutes:0.#} minutes, the first {warmUp.TotalMinutes:0.#} not counted");
        var (began, next, samples) = (Stopwatch.GetTimestamp(), warmUp, new List<(double Hours, double Megabytes)>());
        using var beat = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / CallsASecond));
        for (var call = 0; Stopwatch.GetElapsedTime(began) is var now && now < length; call++)
        {
            connection.Must(LogBatch(bench.Site.Bearer, run, call));
            if (now >= next)
            {
                samples.Add((now.TotalHours, bench.Site.Process.Rss / 1e6));
                next += Sample;
            }
            await beat.WaitForNextTickAsync(bench.Cancel);
        }
        var (slope, error) = Slope(samples);
        bench.Add(new($"memory slope over {length.TotalMinutes:0.#} minutes of logging {CallsASecond * PointsOfCall} points/s with {Listeners} listeners", slope, "MB/h")
        {
            Note = $"±{Table.Number(error)} MB/h standard error, {samples.Count} samples, from {Table.Number(samples[0].Megabytes)} to {Table.Number(samples[^1].Megabytes)} MB; listeners received {crowd.Bytes / 1000:#,0} kB",
        });
    }

    private static byte[] LogBatch(string bearer, string run, int call)
    {
        var points = Tracking.Points(call).Take(PointsOfCall).Select(p => FormattableString.Invariant($$"""{"key":"m{{p.Key}}","value":{{p.Value}},"timestamp":{{p.At}},"step":{{p.Step}}}"""));
        return Request.Post("/api/2.0/mlflow/runs/log-batch", $$"""{"run_id":"{{run}}","metrics":[{{string.Join(',', points)}}]}""", bearer);
    }

    /// <summary>Least squares, and the standard error of the slope.</summary>
    private static (double Slope, double Error) Slope(List<(double Hours, double Megabytes)> samples)
    {
        if (samples.Count < 3)
            return (double.NaN, double.NaN);
        var (x, y) = (samples.Average(s => s.Hours), samples.Average(s => s.Megabytes));
        var spread = samples.Sum(s => (s.Hours - x) * (s.Hours - x));
        var slope = samples.Sum(s => (s.Hours - x) * (s.Megabytes - y)) / spread;
        var left = samples.Sum(s => Math.Pow(s.Megabytes - y - slope * (s.Hours - x), 2));
        return (slope, Math.Sqrt(left / (samples.Count - 2) / spread));
    }
}
