using Crucible.Host.Demo;
using Crucible.Host.Plugins;
using Crucible.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Host.Tests.Backup;

/// <summary>A world with the demo data of every plugin, which makes its backups into a folder of its own.</summary>
public sealed class BackupWorld : World
{
    public string Folder { get; } = Path.Combine(Directory.CreateTempSubdirectory("crucible-backups-").FullName, "made");

    protected override IEnumerable<string> Settings => [$"Crucible:Backup:Folder={Folder}", "Crucible:Backup:Keep=2"];

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await DemoData.Make(Services, Services.GetRequiredService<PluginCatalogue>(), _ => { }, CancellationToken.None);
        var data = DataOf(0);
        await StopLast(); // and with it the demo's runs that go on logging
        await AddHost(ConnectionString, data);
    }
}
