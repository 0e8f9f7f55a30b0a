using System.Diagnostics;
using System.Globalization;
using System.Net;
using Crucible.Benchmarks.Client;
using Crucible.Benchmarks.Processes;
using Crucible.Benchmarks.Report;

namespace Crucible.Benchmarks.Figures;

/// <summary>
/// Thousands of pages open on one run, two changes a second: a tag set through the API, so that each change is a
/// transaction with its news, a notification, a read, a render and then the fan-out. The base does only the last, from memory.
/// </summary>
internal static class LiveFigures
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(500);
    private const int WarmUp = 20;
    private const int Few = 100;

    private sealed record Result(Spread Milliseconds, double Delivered, double KilobytesOfListener, double CpuOfThousand, int BytesOfMessage);

    public static async Task Measure(Bench bench)
    {
        var listeners = bench.Options.Listeners;
        if (listeners + 500 > OpenFiles())
        {
            bench.Add(new($"live, {listeners:#,0} listeners", double.NaN, "ms") { Note = $"this process may open {OpenFiles():#,0} files only; run 'ulimit -n 20000' before" });
            return;
        }
        using var connection = bench.Connect();
        var experiment = Tracking.CreateExperiment(connection, bench.Site.Bearer, $"Live {Stopwatch.GetTimestamp()}");
        var run = Tracking.CreateRun(connection, bench.Site.Bearer, experiment);
        var real = await One(bench, bench.Site.Address, bench.Site.Process, Request.Get($"/live?topics=run:{run}", bench.Site.Cookie, "Accept: text/html, text/event-stream", "Accept-Encoding: gzip, deflate, br"),
            number => Tracking.SetTag(bench.Site.Bearer, run, "beat", Crowd.Mark(number)));
        if (real.Milliseconds.Count == 0)
        {
            bench.Add(new($"live, {listeners:#,0} listeners", double.NaN, "ms") { Note = "the host sends its listeners nothing when a run's tag changes" });
            return;
        }
        await using var bare = await BareServer.Start();
        var least = await One(bench, bare.Address, bare.Process, Request.Get("/live"),
            number => Request.Post($"/change/{Crowd.Mark(number)}/{real.BytesOfMessage}", "{}"));

        const string Bare = "bare broadcaster";
        var name = $"live, {listeners:#,0} listeners";
        bench.Add(new($"{name}: change to received, median", real.Milliseconds.Median, "ms", new(Bare, least.Milliseconds.Median), Aim.Under(50)) { Note = $"{real.BytesOfMessage} bytes a message" });
        bench.Add(new($"{name}: change to received, 99th percentile", real.Milliseconds.At(0.99), "ms", new(Bare, least.Milliseconds.At(0.99)), Aim.Under(100)));
        bench.Add(new($"{name}: server memory of each", real.KilobytesOfListener, "kB", new(Bare, least.KilobytesOfListener), Aim.Under(25)));
        bench.Add(new($"{name}: server CPU of 1,000 deliveries", real.CpuOfThousand, "ms", new(Bare, least.CpuOfThousand), Aim.Under(20)));
        bench.Add(new($"{name}: delivered", real.Delivered * 100, "%", new(Bare, least.Delivered * 100), new("100", (all, _) => all >= 100)));
    }

    private static async Task<Result> One(Bench bench, IPEndPoint address, ChildProcess server, byte[] listen, Func<int, byte[]> change)
    {
        using var writer = new RawConnection(address);
        // The code is compiled and the heap has its first size before memory is counted.
        using (await Crowd.Open(address, Math.Min(Few, bench.Options.Listeners), WarmUp, listen, bench.Cancel))
            await Changes(bench, writer, WarmUp, change);
        await Task.Delay(TimeSpan.FromSeconds(2), bench.Cancel);

        var (count, changes) = (bench.Options.Listeners, bench.Options.Changes);
        var before = server.Rss;
        var began = Stopwatch.GetTimestamp();
        var joining = Cost.Of(bench.Site);
        using var crowd = await Crowd.Open(address, count, WarmUp + changes, listen, bench.Cancel);
        bench.Say($"  {count:#,0} listeners in {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s, {(server.Rss - before) / 1000.0 / count:0.0} kB each while idle; {(Cost.Of(bench.Site) - joining).Each(count, "one that joins")}");
        await Task.Delay(TimeSpan.FromSeconds(2), bench.Cancel);
        await Changes(bench, writer, WarmUp, change);

        var (cost, cpu, bytes, delivered) = (Cost.Of(bench.Site), server.CpuMilliseconds, crowd.Bytes, crowd.Deliveries);
        var sent = await Changes(bench, writer, changes, number => change(WarmUp + number));
        var deliveries = crowd.Deliveries - delivered;
        var milliseconds = new List<double>((int)deliveries);
        for (var number = 0; number < changes; number++)
            foreach (var received in crowd.Received(WarmUp + number))
                if (received > 0)
                    milliseconds.Add(Stopwatch.GetElapsedTime(sent[number], received).TotalMilliseconds);
        bench.Say($"  streams lost: {crowd.Lost}; {(Cost.Of(bench.Site) - cost).Each(changes, "change")}");
        return new(new(milliseconds), milliseconds.Count / (double)count / changes, (server.Rss - before) / 1000.0 / count,
            deliveries == 0 ? 0 : (server.CpuMilliseconds - cpu) * 1000 / deliveries, deliveries == 0 ? 0 : (int)((crowd.Bytes - bytes) / deliveries));
    }

    /// <summary>Two a second; returns when each was about to be sent, after the last had time to arrive.</summary>
    private static async Task<long[]> Changes(Bench bench, RawConnection writer, int count, Func<int, byte[]> change)
    {
        var sent = new long[count];
        using var beat = new PeriodicTimer(Between);
        for (var number = 0; number < count; number++)
        {
            var request = change(number);
            sent[number] = Stopwatch.GetTimestamp();
            writer.Must(request);
            await beat.WaitForNextTickAsync(bench.Cancel);
        }
        await Task.Delay(Between, bench.Cancel);
        return sent;
    }

    // .NET has raised the soft limit to the hard one already.
    private static long OpenFiles()
    {
        var line = File.ReadLines("/proc/self/limits").First(l => l.StartsWith("Max open files", StringComparison.Ordinal));
        return long.TryParse(line[26..].Trim().Split(' ')[0], CultureInfo.InvariantCulture, out var most) ? most : long.MaxValue;
    }
}
