using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Crucible.Benchmarks.Processes;

/// <summary>
/// The bases: Kestrel with nothing behind it, in a process of its own. It reads the same JSON and keeps nothing,
/// answers as many bytes as it is asked for, and hands a message to every listener from memory.
/// </summary>
internal sealed class BareServer : IAsyncDisposable
{
    public const string Argument = "--bare-server";

    private readonly ChildProcess _process;

    private BareServer(ChildProcess process, IPEndPoint address) => (_process, Address) = (process, address);

    public ChildProcess Process => _process;
    public IPEndPoint Address { get; }

    public static async Task<BareServer> Start()
    {
        var address = new TaskCompletionSource<string>();
        var process = new ChildProcess(Environment.ProcessPath!, [.. Itself(), Argument]);
        process.Said += line => address.TrySetResult(line);
        return new(process, IPEndPoint.Parse(await address.Task.WaitAsync(TimeSpan.FromSeconds(30))));
    }

    public ValueTask DisposeAsync()
    {
        _process.CloseInput();
        return _process.DisposeAsync();
    }

    // Under "dotnet Crucible.Benchmarks.dll" the process is dotnet and needs to be told what to run.
    private static string[] Itself() =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [Environment.GetCommandLineArgs()[0]] : [];

    /// <summary>The other side: serves until the process that started it ends.</summary>
    public static async Task<int> Run()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").UseSockets(sockets => sockets.Backlog = 4096);
        await using var app = builder.Build();
        app.MapPost("/metric", ReadMetric);
        app.MapGet("/bytes/{count:int}", (int count, HttpContext http) => Answer(http, count));
        var listeners = new ConcurrentDictionary<Channel<ReadOnlyMemory<byte>>, bool>();
        app.MapGet("/live", http => Listen(http, listeners));
        app.MapPost("/change/{mark}/{size:int}", (string mark, int size) => Tell(listeners, mark, size));
        await app.StartAsync();
        Console.WriteLine(new Uri(app.Urls.First()).Authority);
        await Console.In.ReadToEndAsync(); // ends when the parent does, however that happens
        Environment.Exit(0); // thousands of listeners may still be there, and nobody waits for them
        return 0;
    }

    private static async Task ReadMetric(HttpContext http)
    {
        var metric = await JsonSerializer.DeserializeAsync(http.Request.Body, BareJson.Default.BareMetric, http.RequestAborted);
        http.Response.StatusCode = metric?.Key is null ? 400 : 200;
        await Write(http, "{}"u8.ToArray());
    }

    private static async Task Answer(HttpContext http, int count)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(count);
        bytes.AsSpan(0, count).Fill((byte)'x');
        await Write(http, bytes.AsMemory(0, count));
        ArrayPool<byte>.Shared.Return(bytes);
    }

    private static async Task Write(HttpContext http, ReadOnlyMemory<byte> bytes)
    {
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = bytes.Length;
        await http.Response.Body.WriteAsync(bytes);
    }

    private static async Task Listen(HttpContext http, ConcurrentDictionary<Channel<ReadOnlyMemory<byte>>, bool> listeners)
    {
        var channel = Channel.CreateBounded<ReadOnlyMemory<byte>>(new BoundedChannelOptions(16) { SingleReader = true, FullMode = BoundedChannelFullMode.DropOldest });
        http.Features.Get<IHttpResponseBodyFeature>()!.DisableBuffering();
        http.Response.ContentType = "text/event-stream";
        listeners[channel] = true;
        try
        {
            var output = http.Response.BodyWriter;
            await output.WriteAsync(": ok\n\n"u8.ToArray(), http.RequestAborted);
            while (await channel.Reader.WaitToReadAsync(http.RequestAborted))
            {
                while (channel.Reader.TryRead(out var message))
                    output.Write(message.Span);
                await output.FlushAsync(http.RequestAborted);
            }
        }
        catch (OperationCanceledException)
        {
            // the listener left
        }
        finally
        {
            listeners.TryRemove(channel, out _);
        }
    }

    private static void Tell(ConcurrentDictionary<Channel<ReadOnlyMemory<byte>>, bool> listeners, string mark, int size)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"id: {mark}\ndata: {mark}{new string('x', Math.Max(0, size - 2 * mark.Length - 14))}\n\n");
        ReadOnlyMemory<byte> message = Encoding.UTF8.GetBytes(text);
        foreach (var listener in listeners.Keys)
            listener.Writer.TryWrite(message);
    }
}

internal sealed record BareMetric(
    [property: JsonPropertyName("run_id")] string RunId, [property: JsonPropertyName("key")] string Key,
    [property: JsonPropertyName("value")] double Value, [property: JsonPropertyName("timestamp")] long Timestamp, [property: JsonPropertyName("step")] long Step);

[JsonSerializable(typeof(BareMetric))]
internal sealed partial class BareJson : JsonSerializerContext;
