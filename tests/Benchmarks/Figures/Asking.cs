using System.Diagnostics;
using Crucible.Benchmarks.Client;
using Crucible.Benchmarks.Processes;
using Crucible.Benchmarks.Report;
using Npgsql;

namespace Crucible.Benchmarks.Figures;

/// <summary>The same request again and again on one connection, and a bare server that answers as many bytes.</summary>
internal static class Asking
{
    // The runtime compiles a method well after thirty calls; a host that has run for a minute is past that.
    private const int WarmUp = 60;
    private static readonly TimeSpan WarmUpAtMost = TimeSpan.FromSeconds(15);

    /// <summary>Adds the median over the repeats, of the first byte or of the whole answer.</summary>
    /// <param name="bench">Where to.</param>
    /// <param name="bare">The base.</param>
    /// <param name="name">Of the figure.</param>
    /// <param name="request">What to ask.</param>
    /// <param name="aim">In milliseconds.</param>
    /// <param name="firstByte">Whether the first byte counts rather than the last.</param>
    /// <param name="repeats">How often; as the options say when 0.</param>
    /// <returns>How many bytes the answer has as it comes over the wire.</returns>
    public static int Median(Bench bench, BareServer bare, string name, byte[] request, Aim? aim, bool firstByte = false, int repeats = 0)
    {
        using var connection = bench.Connect();
        if (connection.Send(request) is var status and not 200)
        {
            bench.Add(new(name, double.NaN, "ms", null, aim) { Note = $"answered {status}" });
            return 0;
        }
        repeats = repeats == 0 ? bench.Options.Repeats : repeats;
        var (took, cost) = Repeat(bench, connection, request, firstByte, repeats);
        var bytes = connection.Body.Length;
        using var bareConnection = new RawConnection(bare.Address);
        var (least, _) = Repeat(bench, bareConnection, Request.Get($"/bytes/{bytes}"), firstByte, repeats);
        bench.Add(new(name, took.Median, "ms", new($"bare endpoint, {Size(bytes)}", least.Median), aim) { Note = cost.Each(repeats, "request") });
        return bytes;
    }

    /// <summary>Adds the median of the whole answer beside that of one statement that reads the same rows from the same tables.</summary>
    /// <param name="bench">Where to.</param>
    /// <param name="sql">The base.</param>
    /// <param name="name">Of the figure.</param>
    /// <param name="request">What to ask.</param>
    /// <param name="aim">In milliseconds.</param>
    public static async Task Median(Bench bench, string sql, string name, byte[] request, Aim? aim)
    {
        using var connection = bench.Connect();
        if (connection.Send(request) is var status and not 200)
        {
            bench.Add(new(name, double.NaN, "ms", null, aim) { Note = $"answered {status}" });
            return;
        }
        var repeats = bench.Options.Repeats;
        var (took, cost) = Repeat(bench, connection, request, false, repeats);
        var least = await Repeat(bench, sql, repeats);
        bench.Add(new(name, took.Median, "ms", new("bare SQL of the same rows", least.Median), aim) { Note = $"95th percentile {Table.Number(took.At(0.95))} ms, {Size(connection.Body.Length)}; {cost.Each(repeats, "request")}" });
    }

    private static (Spread Milliseconds, Cost Cost) Repeat(Bench bench, RawConnection connection, byte[] request, bool firstByte, int repeats)
    {
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < WarmUp && Stopwatch.GetElapsedTime(began) < WarmUpAtMost; i++)
            connection.Must(request);
        var took = new double[repeats];
        var before = Cost.Of(bench.Site);
        for (var i = 0; i < repeats; i++)
        {
            connection.Must(request);
            took[i] = (firstByte ? connection.FirstByte : connection.Whole).TotalMilliseconds;
        }
        return (new(took), Cost.Of(bench.Site) - before);
    }

    private static async Task<Spread> Repeat(Bench bench, string sql, int repeats)
    {
        await using var connection = await bench.Site.Database.OpenConnectionAsync(bench.Cancel);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.PrepareAsync(bench.Cancel);
        var took = new double[repeats];
        for (var i = -5; i < repeats; i++)
        {
            var began = Stopwatch.GetTimestamp();
            await using (var rows = await command.ExecuteReaderAsync(bench.Cancel))
                while (await rows.ReadAsync(bench.Cancel))
                {
                }
            if (i >= 0)
                took[i] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        }
        return new(took);
    }

    private static string Size(int bytes) => bytes switch
    {
        >= 1_000_000 => $"{Table.Number(bytes / 1e6)} MB",
        >= 1_000 => $"{Table.Number(bytes / 1e3)} kB",
        _ => $"{bytes} B",
    };
}
