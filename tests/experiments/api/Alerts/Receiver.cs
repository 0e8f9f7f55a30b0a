using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Crucible.Experiments.Api.Tests.Alerts;

/// <summary>A delivery as a receiver took it.</summary>
internal sealed record Received(string Path, string Body, IReadOnlyDictionary<string, string> Headers);

/// <summary>A program that takes webhooks, on a port of its own.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Channel<Received> _taken = Channel.CreateUnbounded<Received>();
    private readonly Task _serving;

    public Receiver()
    {
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Port = ((IPEndPoint)probe.LocalEndpoint).Port;
        }
        _listener.Prefixes.Add($"http://127.0.0.1:{Port}/");
        _listener.Start();
        _serving = Serve();
    }

    public int Port { get; }

    public string Url => $"http://127.0.0.1:{Port}/hook";

    /// <summary>What it answers next; 200 when there is nothing.</summary>
    public ConcurrentQueue<int> Answers { get; } = new();

    public async Task<Received> Next()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        return await _taken.Reader.ReadAsync(patience.Token);
    }

    public bool HasAnother => _taken.Reader.TryPeek(out _);

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
        _listener.Close();
    }

    private async Task Serve()
    {
        while (true)
        {
            HttpListenerContext http;
            try
            {
                http = await _listener.GetContextAsync();
            }
            catch (Exception fault) when (fault is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            using var reader = new StreamReader(http.Request.InputStream);
            var body = await reader.ReadToEndAsync();
            var headers = http.Request.Headers.AllKeys.OfType<string>().ToDictionary(k => k, k => http.Request.Headers[k]!, StringComparer.OrdinalIgnoreCase);
            http.Response.StatusCode = Answers.TryDequeue(out var status) ? status : 200;
            if (http.Response.StatusCode == 302)
                http.Response.Headers["Location"] = $"http://127.0.0.1:{Port}/elsewhere";
            await http.Response.OutputStream.WriteAsync("thank you"u8.ToArray());
            http.Response.Close();
            _taken.Writer.TryWrite(new(http.Request.Url!.AbsolutePath, body, headers));
        }
    }
}
