using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Crucible.Benchmarks.Client;
using Crucible.Benchmarks.Processes;
using Crucible.Benchmarks.Report;

namespace Crucible.Benchmarks.Figures;

/// <summary>Pages among 75,000 runs: how soon they begin to arrive, and what a first visit loads.</summary>
internal static partial class PageFigures
{
    public static async Task Measure(Bench bench)
    {
        var data = await bench.ManyRuns();
        await using var bare = await BareServer.Start();
        var runPage = $"/experiments/runs/{data.Runs[^1]:N}";
        foreach (var (name, path) in new[] { ("home", "/"), ("experiment list", "/experiments"), ("experiment page", $"/experiments/{data.Experiments[0]}"), ("run page", runPage) })
            Asking.Median(bench, bare, $"{name}, first byte at {bench.Options.Experiments} × {bench.Options.RunsOfEach:#,0}", Pages.Get(bench, path), Aim.Under(15), firstByte: true);
        FirstLoad(bench, runPage);
    }

    // The page, and what its head names; fonts and pictures there are none but the icon.
    private static void FirstLoad(Bench bench, string page)
    {
        using var connection = bench.Connect();
        if (connection.Send(Pages.Get(bench, page)) is not 200)
            connection.Must(Pages.Get(bench, "/"));
        var total = connection.Body.Length;
        var parts = new StringBuilder($"page {total / 1000.0:0.0} kB");
        foreach (var path in Linked().Matches(Html(connection)).Select(m => WebUtility.HtmlDecode(m.Groups[1].Value)).Distinct())
        {
            connection.Must(Pages.Get(bench, path));
            total += connection.Body.Length;
            parts.Append($", {path.Split('?')[0]} {connection.Body.Length / 1000.0:0.0}");
        }
        bench.Add(new("first load of the run page, compressed", total / 1000.0, "kB", null, Aim.Under(120)) { Note = parts.ToString() });
    }

    private static string Html(RawConnection connection)
    {
        Stream body = new MemoryStream(connection.Body.ToArray());
        if (connection.Head.Contains("Content-Encoding: br", StringComparison.OrdinalIgnoreCase))
            body = new BrotliStream(body, CompressionMode.Decompress);
        else if (connection.Head.Contains("Content-Encoding: gzip", StringComparison.OrdinalIgnoreCase))
            body = new GZipStream(body, CompressionMode.Decompress);
        using var reader = new StreamReader(body);
        return reader.ReadToEnd();
    }

    [GeneratedRegex("""<(?:link|script)[^>]*(?:href|src)="(/[^"]+\.(?:css|m?js)[^"]*)""")]
    private static partial Regex Linked();
}
