using System.Net;
using System.Threading.Channels;

namespace Crucible.Testing;

/// <summary>One message of a live stream.</summary>
/// <param name="Event">Its name; empty for a swap.</param>
/// <param name="Data">Its data, lines joined.</param>
/// <param name="Id">The cursor it carries.</param>
public sealed record LiveEvent(string Event, string Data, string Id);

/// <summary>A page that listens, without a browser.</summary>
public sealed class LiveListener : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly HttpResponseMessage _response;
    private readonly Channel<LiveEvent> _events = Channel.CreateUnbounded<LiveEvent>();
    private readonly CancellationTokenSource _left = new();
    private readonly Task _reading;

    private LiveListener(HttpResponseMessage response)
    {
        _response = response;
        _reading = Read();
    }

    /// <summary>What the server answered.</summary>
    public HttpStatusCode Status => _response.StatusCode;

    internal static async Task<LiveListener> Open(HttpClient client, string topics, string? after, string? lastEventId)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/live?topics={Uri.EscapeDataString(topics)}{(after is null ? "" : "&after=" + Uri.EscapeDataString(after))}");
        if (lastEventId is not null)
            request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);
        return new(await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead));
    }

    /// <summary>The next message that is no ping; fails when none comes within ten seconds.</summary>
    public async Task<LiveEvent> Next(string? named = null)
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            while (true)
            {
                var next = await _events.Reader.ReadAsync(patience.Token);
                if (next.Event != "ping" && (named is null || next.Event == named))
                    return next;
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"No message{(named is null ? "" : $" '{named}'")} came within {Patience.TotalSeconds} s.");
        }
        catch (ChannelClosedException)
        {
            throw new InvalidOperationException("The stream ended.");
        }
    }

    /// <summary>Waits until the server ends the stream.</summary>
    public async Task Ended() => await _reading.WaitAsync(Patience);

    /// <summary>Messages that are here already, pings left out.</summary>
    public IReadOnlyList<LiveEvent> Waiting()
    {
        var waiting = new List<LiveEvent>();
        while (_events.Reader.TryRead(out var one))
            if (one.Event != "ping")
                waiting.Add(one);
        return waiting;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _left.CancelAsync();
        _response.Dispose();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _left.Dispose();
    }

    private async Task Read()
    {
        try
        {
            using var reader = new StreamReader(await _response.Content.ReadAsStreamAsync(_left.Token));
            var (name, data, id) = ("", new List<string>(), "");
            while (await reader.ReadLineAsync(_left.Token) is { } line)
                if (line.Length == 0)
                {
                    if (data.Count > 0)
                        _events.Writer.TryWrite(new(name, string.Join('\n', data), id));
                    (name, data) = ("", []);
                }
                else if (line.StartsWith("event: ", StringComparison.Ordinal))
                    name = line[7..];
                else if (line.StartsWith("data: ", StringComparison.Ordinal))
                    data.Add(line[6..]);
                else if (line.StartsWith("id: ", StringComparison.Ordinal))
                    id = line[4..];
        }
        catch (Exception fault) when (fault is OperationCanceledException or IOException or HttpRequestException)
        {
            // left, or cut off
        }
        finally
        {
            _events.Writer.TryComplete();
        }
    }
}
