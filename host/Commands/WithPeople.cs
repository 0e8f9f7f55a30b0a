using Crucible.Data;
using Crucible.Host.People;
using Crucible.Host.Plugins;
using Crucible.Modules;
using Npgsql;

namespace Crucible.Host.Commands;

/// <summary>The commands about people, which need their services.</summary>
internal static class WithPeople
{
    /// <summary>Null when it is none of them.</summary>
    public static async Task<int?> Run(CommandGround ground, string[] args, CancellationToken cancel)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ApplicationName = "Crucible.Host", ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddConfiguration(ground.Configuration);
        builder.Logging.ClearProviders();
        await using var source = NpgsqlDataSource.Create(await ground.Database(make: true, cancel));
        builder.Services.AddSingleton(source).AddSingleton<Database>();
        // Scopes that plugins add are given out on the account page, where the plugins are loaded.
        builder.Services.AddSingleton(new PluginCatalogue([], new ModuleOffer(new("crucible", "Crucible", ModuleInfo.SdkVersion))));
        builder.AddPeople();
        await using var app = builder.Build();
        return await PeopleCommands.TryRun(args, app.Services, ground.Output, ground.Errors, cancel);
    }
}
