using System.Globalization;
using System.Text;

namespace Crucible.Benchmarks.Client;

/// <summary>The bytes of a request, made before the clock runs.</summary>
internal static class Request
{
    public static byte[] Get(string path, params string[] headers) => Encoding.ASCII.GetBytes(Head("GET", path, headers) + "\r\n");

    public static byte[] Post(string path, ReadOnlySpan<byte> json, params string[] headers)
    {
        var head = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Head("POST", path, headers)}Content-Type: application/json\r\nContent-Length: {json.Length}\r\n\r\n"));
        return [.. head, .. json];
    }

    public static byte[] Post(string path, string json, params string[] headers) => Post(path, Encoding.UTF8.GetBytes(json), headers);

    private static string Head(string method, string path, string[] headers) =>
        $"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{string.Concat(headers.Select(h => h + "\r\n"))}";
}
