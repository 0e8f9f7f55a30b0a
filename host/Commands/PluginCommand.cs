using Crucible.Host.Plugins;
using Crucible.Modules;

namespace Crucible.Host.Commands;

/// <summary>A command that a plugin declared. It has the host's services, but nothing of them is started.</summary>
internal sealed class PluginCommand(string plugin, CommandRule rule) : ICommand
{
    public string Words => rule.Name;
    public string Takes => rule.Usage;
    public string What => rule.What;

    /// <summary>Those of all plugins that can be read; one that repeats a name of the host is never come to.</summary>
    public static IEnumerable<ICommand> All(CommandGround ground) =>
        ground.Plugins().Where(p => p.Offer is not null).SelectMany(p => p.Offer!.Commands.Select(c => new PluginCommand(p.Id, c)));

    public async Task<int> Run(CommandGround ground, IReadOnlyList<string> given, CancellationToken cancel)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ApplicationName = "Crucible.Host", ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddConfiguration(ground.Configuration);
        builder.Configuration["ConnectionStrings:Crucible"] = await ground.Database(make: true, cancel);
        builder.Logging.ClearProviders();
        await using var prepared = await Ground.Prepare(builder, ground.Errors.WriteLine, cancel);
        if (prepared.Catalogue.Find(plugin) is not { State: PluginState.Running, Offer: { } offer })
        {
            await ground.Errors.WriteLineAsync($"The plugin {plugin} does not run here. {prepared.Catalogue.Find(plugin)?.Reason}".TrimEnd());
            return 1;
        }
        CrucibleHost.AddServices(builder, prepared);
        await using var app = builder.Build();
        // The plugin was loaded anew with the services it now stands in; the rule is found again by its name.
        var run = offer.Commands.First(c => c.Name == rule.Name).Run;
        return await run(new(app.Services, given, ground.Output, ground.Errors), cancel);
    }
}
