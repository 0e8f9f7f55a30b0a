using System.Collections.Concurrent;
using System.Threading.Channels;
using Crucible.Data;
using Crucible.Live;
using Dapper;

namespace Crucible.Host.Live;

/// <summary>
/// Gathers the signals of high-rate lanes and sends each topic at most four times a second, the first one at once.
/// One notification for thousands of points: <c>NOTIFY</c> takes a lock at commit and must stay rare.
/// </summary>
internal sealed class LiveSignals(Database database, TimeProvider time, ILogger<LiveSignals> logger) : BackgroundService, ILiveSignals
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentDictionary<Topic, bool> _marked = new();
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Signal(Topic topic)
    {
        if (_marked.TryAdd(topic, true))
            _wake.Writer.TryWrite(true);
    }

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        while (await _wake.Reader.WaitToReadAsync(stopping).AsTask().ContinueWith(t => t.IsCompletedSuccessfully, TaskScheduler.Default))
        {
            _wake.Reader.TryRead(out _);
            var topics = _marked.Keys.ToArray();
            foreach (var topic in topics)
                _marked.TryRemove(topic, out _);
            try
            {
                await using var connection = await database.Open(stopping);
                await connection.ExecuteAsync(new CommandDefinition("select pg_notify('crucible_signal', t) from unnest(@topics) t",
                    new { topics = topics.Select(t => t.ToString()).ToArray() }, cancellationToken: stopping));
            }
            catch (Exception fault) when (!stopping.IsCancellationRequested)
            {
                // Listeners poll as a fall-back, so a lost signal costs seconds, not data.
                logger.LogWarning("Live signals could not be sent: {Reason}", fault.Message);
            }
            await Task.Delay(Pause, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
