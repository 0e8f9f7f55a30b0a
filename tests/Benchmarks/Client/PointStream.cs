using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Crucible.Benchmarks.Client;

/// <summary>One page that listens and notes when it had each point of one metric: the end of the message that brought it.</summary>
internal sealed class PointStream : IDisposable
{
    private readonly Socket _socket;
    private readonly Thread _reader;
    private readonly string _key;
    private volatile bool _closed;

    private PointStream(Socket socket, string key)
    {
        (_socket, _key) = (socket, key);
        _reader = new(Read) { IsBackground = true, Name = "points" };
        _reader.Start();
    }

    /// <summary>Timestamps by run and step.</summary>
    public ConcurrentDictionary<(string Run, long Step), long> Received { get; } = new();

    /// <summary>How large the messages with points were together, and how many.</summary>
    public (long Bytes, int Count) Messages { get; private set; }

    /// <summary>Listens to topics, with commas between them, and looks for the points of this metric.</summary>
    public static PointStream Open(IPEndPoint address, string topics, string cookie, string key)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(address);
        // HTTP/1.0 knows no chunks, whose ends would stand in the middle of lines.
        socket.Send(Encoding.ASCII.GetBytes($"GET /live?topics={topics} HTTP/1.0\r\nHost: 127.0.0.1\r\n{cookie}\r\n\r\n"));
        return new(socket, key);
    }

    public void Dispose()
    {
        _closed = true;
        _socket.Dispose();
        _reader.Join();
    }

    private void Read()
    {
        using var bytes = new NetworkStream(_socket);
        using var lines = new StreamReader(bytes, Encoding.UTF8);
        var (name, data) = ("", "");
        try
        {
            while (!_closed && lines.ReadLine() is { } line)
                if (line.StartsWith("event: ", StringComparison.Ordinal))
                    name = line[7..];
                else if (line.StartsWith("data: ", StringComparison.Ordinal))
                    data = line[6..];
                else if (line.Length == 0)
                {
                    if (name == "points")
                        Note(data, Stopwatch.GetTimestamp());
                    (name, data) = ("", "");
                }
        }
        catch (IOException) when (_closed)
        {
            // we left
        }
    }

    private void Note(string data, long now)
    {
        using var json = JsonDocument.Parse(data);
        Messages = (Messages.Bytes + data.Length, Messages.Count + 1);
        if (json.RootElement.GetProperty("series").TryGetProperty(_key, out var points))
            foreach (var point in points.EnumerateArray())
                Received[(json.RootElement.GetProperty("run").GetString()!, point[0].GetInt64())] = now;
    }
}
