using Crucible.Data;
using Crucible.Host.Jobs;
using Crucible.Live;
using Npgsql;

namespace Crucible.Host.Live;

/// <summary>
/// Hears what any host on this database commits and wakes the rooms concerned. While the connection is down nothing is
/// lost, because the log is in the database: on return, and every quarter of a minute in any case, rooms look for
/// themselves.
/// </summary>
internal sealed class ChangeFeed(Database database, LiveHub hub, GroundWatch ground, Reactions reactions, JobNews jobs, TimeProvider time, ILogger<ChangeFeed> logger) : BackgroundService
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        var delay = TimeSpan.FromMilliseconds(100);
        while (!stopping.IsCancellationRequested)
            try
            {
                await Listen(() => delay = TimeSpan.FromMilliseconds(100), stopping);
            }
            catch (Exception fault) when (!stopping.IsCancellationRequested)
            {
                logger.LogWarning("The change feed lost its connection and tries again in {Delay}. {Reason}", delay, fault.Message);
                await Task.Delay(delay, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                delay = delay * 2 < Longest ? delay * 2 : Longest;
            }
            catch (OperationCanceledException)
            {
                // stopping
            }
    }

    private async Task Listen(Action connected, CancellationToken stopping)
    {
        await using var connection = await database.Open(stopping);
        connection.Notification += (_, news) => Heard(news);
        await using (var listen = new NpgsqlCommand("listen crucible_live; listen crucible_signal", connection))
            await listen.ExecuteNonQueryAsync(stopping);
        connected();
        hub.CatchUp();
        ground.CatchUp();
        while (true)
        {
            // A time-out is no news for a while, or a connection that died without a word: ask the server, and look.
            if (await connection.WaitAsync(Poll, stopping))
                continue;
            await using (var alive = new NpgsqlCommand("select 1", connection))
                await alive.ExecuteScalarAsync(stopping);
            hub.CatchUp();
        }
    }

    private void Heard(NpgsqlNotificationEventArgs news)
    {
        if (news.Channel == "crucible_signal")
        {
            if (!Topic.TryParse(news.Payload, out var signalled))
                return;
            hub.Signalled(signalled);
            jobs.Heard(signalled);
        }
        else if (Topic.TryParse(news.Payload.Split('=')[0], out var changed))
        {
            hub.Changed(changed);
            ground.Heard(changed);
            reactions.Wake();
        }
    }
}
