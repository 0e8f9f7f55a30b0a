using Crucible.Host.People;

namespace Crucible.Host.Live;

/// <summary>
/// One timer for every stream: pings, so that a page notices a connection that died silently, and once a minute a
/// look whether the sessions behind the streams still stand, which also keeps them alive while a page is open.
/// </summary>
internal sealed class Heartbeat(LiveHub hub, SessionStore sessions, TimeProvider time, ILogger<Heartbeat> logger) : BackgroundService
{
    private static readonly TimeSpan Screen = TimeSpan.FromSeconds(3);

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Screen, time);
        for (var beat = 1L; await timer.WaitForNextTickAsync(stopping).AsTask().ContinueWith(t => t.IsCompletedSuccessfully && t.GetAwaiter().GetResult(), TaskScheduler.Default); beat++)
        {
            hub.Ping(screensOnly: beat % 3 != 0); // pages every nine seconds, inside the ten they are promised
            if (beat % 20 == 0)
                await Look(stopping);
        }
    }

    private async Task Look(CancellationToken stopping)
    {
        try
        {
            var ids = hub.Listeners.Select(l => l.Access.Credential.SessionId).OfType<string>().Distinct().ToArray();
            if (ids.Length == 0)
                return;
            var alive = await sessions.Touch(ids, stopping);
            foreach (var listener in hub.Listeners.Where(l => l.Access.Credential.SessionId is { } id && !alive.Contains(id)))
                listener.End(Farewell.SignedOut);
        }
        catch (Exception fault) when (!stopping.IsCancellationRequested)
        {
            logger.LogWarning("The sessions of open streams could not be checked: {Reason}", fault.Message);
        }
    }
}
