using Crucible.Benchmarks.Client;

namespace Crucible.Benchmarks.Figures;

/// <summary>Requests as a signed-in browser makes them.</summary>
internal static class Pages
{
    public static byte[] Get(Bench bench, string path) => Request.Get(path, bench.Site.Cookie, "Accept: text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Encoding: gzip, deflate, br");
}
