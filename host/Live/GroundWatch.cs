using System.Threading.Channels;
using Crucible.Host.People;
using Crucible.Host.Plugins;
using Crucible.Live;

namespace Crucible.Host.Live;

/// <summary>
/// What this host itself does about news from any host: when a person's access changed it drops cached credentials and
/// re-authorises open streams, and when a plugin was switched it follows.
/// </summary>
internal sealed class GroundWatch(LiveHub hub, AccessCache credentials, AccessStore accesses, PluginSwitch plugins, ILogger<GroundWatch> logger) : BackgroundService
{
    // Null means everything: news may have been missed.
    private readonly Channel<Topic?> _heard = Channel.CreateUnbounded<Topic?>(new() { SingleReader = true });

    public void Heard(Topic topic)
    {
        if (topic.Kind == "person" && Guid.TryParse(topic.Key, out var person))
            credentials.Forget(person);
        else if (topic != PluginSwitch.Topic)
            return;
        _heard.Writer.TryWrite(topic);
    }

    public void CatchUp()
    {
        credentials.ForgetAll();
        _heard.Writer.TryWrite(null);
    }

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        try
        {
            await foreach (var topic in _heard.Reader.ReadAllAsync(stopping))
                try
                {
                    await Follow(topic, stopping);
                }
                catch (Exception fault) when (!stopping.IsCancellationRequested)
                {
                    logger.LogError(fault, "The news of {Topic} could not be followed", topic?.ToString() ?? "every topic");
                }
        }
        catch (OperationCanceledException)
        {
            // stopping
        }
    }

    private async Task Follow(Topic? topic, CancellationToken stopping)
    {
        if (topic is null || topic == PluginSwitch.Topic)
            await plugins.Apply(stopping);
        if (topic is null || topic.Value.Kind == "person")
            await hub.Reauthorise(l => topic is null || l.Access.Credential.PersonId.ToString() == topic.Value.Key, accesses, stopping);
    }
}
