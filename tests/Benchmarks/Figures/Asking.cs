using System.Diagnostics;
using Crucible.Benchmarks.Client;
using Crucible.Benchmarks.Processes;
using Crucible.Benchmarks.Report;

namespace Crucible.Benchmarks.Figures;

/// <summary>The same request again and again on one connection, and a bare server that answers as many bytes.</summary>
internal static class Asking
{
    // The runtime compiles a method well after thirty calls; a host that has run for a minute is past that.
    private const int WarmUp = 60;
    private static readonly TimeSpan WarmUpAtMost = TimeSpan.FromSeconds(3);

    /// <summary>Adds the median over the repeats, of the first byte or of the whole answer.</summary>
    /// <param name="bench">Where to.</param>
    /// <param name="bare">The base.</param>
    /// <param name="name">Of the figure.</param>
    /// <param name="request">What to ask.</param>
    /// <param name="aim">In milliseconds.</param>
    /// <param name="firstByte">Whether the first byte counts rather than the last.</param>
    /// <param name="repeats">How often; as the options say when 0.</param>
    public static void Median(Bench bench, BareServer bare, string name, byte[] request, Aim? aim, bool firstByte = false, int repeats = 0)
    {
        using var connection = bench.Connect();
        if (connection.Send(request) is var status and not 200)
        {
            bench.Add(new(name, double.NaN, "ms", null, aim) { Note = $"answered {status}" });
            return;
        }
        repeats = repeats == 0 ? bench.Options.Repeats : repeats;
        var (took, cost) = Repeat(bench, connection, request, firstByte, repeats);
        var bytes = connection.Body.Length;
        using var bareConnection = new RawConnection(bare.Address);
        var (least, _) = Repeat(bench, bareConnection, Request.Get($"/bytes/{bytes}"), firstByte, repeats);
        bench.Add(new(name, took.Median, "ms", new($"bare endpoint, {Size(bytes)}", least.Median), aim) { Note = cost.Each(repeats, "request") });
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

    private static string Size(int bytes) => bytes switch
    {
        >= 1_000_000 => $"{Table.Number(bytes / 1e6)} MB",
        >= 1_000 => $"{Table.Number(bytes / 1e3)} kB",
        _ => $"{bytes} B",
    };
}
