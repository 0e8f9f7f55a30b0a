using Crucible.Host.Plugins;

namespace Crucible.Host.Demo;

/// <summary>Runs the plugins' seeds for <c>--demo</c>. Seeds write through the domain's own verbs and are safe to run again.</summary>
internal static class DemoData
{
    public static async Task Make(IServiceProvider services, PluginCatalogue catalogue, Action<string> say, CancellationToken cancel)
    {
        foreach (var offer in catalogue.Running)
            foreach (var seed in offer.Seeds)
                try
                {
                    say($"Making demo data: {offer.Info.Title}");
                    await seed(services, cancel);
                }
                catch (OperationCanceledException)
                {
                    return;
                }
                catch (Exception fault)
                {
                    services.GetRequiredService<ILoggerFactory>().CreateLogger("Crucible.Demo").LogError(fault, "The demo data of {Plugin} could not be made", offer.Info.Id);
                }
        say("The demo data is there.");
    }
}
