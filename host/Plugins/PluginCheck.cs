using System.Text.RegularExpressions;
using Crucible.Host.Data;
using Dapper;
using Microsoft.AspNetCore.Razor.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Crucible.Host.Plugins;

/// <summary>
/// Tries a plugin as the next start would, beside the plugins that are installed; one with the same id counts as replaced by
/// it. What it finds is in sentences for whoever built it.
/// </summary>
internal sealed partial class PluginCheck(IConfiguration configuration, string folder)
{
    private IReadOnlyList<Plugin> _all = [];
    private Plugin? _plugin;

    public List<string> Faults { get; } = [];

    /// <summary>What is no fault but should be known.</summary>
    public List<string> Notes { get; } = [];

    public string Name => _plugin?.Info is { } info ? $"{info.Title} ({info.Id} {info.Version})" : Path.GetFileName(folder);

    /// <summary>Loads and configures it, and compares what it offers with what the others do.</summary>
    public void Load()
    {
        var loader = new PluginLoader(configuration, NullLogger.Instance);
        var nothing = new HashSet<string>();
        _plugin = loader.Load([folder], nothing)[0];
        var installed = loader.Load(Ground.PluginsPath(configuration), nothing);
        if (_plugin.Info is not null)
        {
            // Again, in the company it would have: what it requires lies with the others.
            _all = loader.Load([folder, .. installed.Where(p => p.Id != _plugin.Id && p.Folder != folder).Select(p => p.Folder)], nothing);
            _plugin = _all.First(p => p.Folder == folder);
            if (installed.FirstOrDefault(p => p.Id == _plugin.Id && p.Folder != folder) is { } before)
                Notes.Add($"It would replace {before.Id} {before.Info?.Version} in {before.Folder}.");
        }
        if (_plugin.State == PluginState.Failed)
        {
            Faults.Add(_plugin.Reason ?? "It does not load.");
            return;
        }
        var others = _all.Where(p => p != _plugin && p.State == PluginState.Running).ToList();
        Pages(others);
        Names(others);
        Assets();
        try
        {
            _ = Migration.In(_plugin.Assembly!);
        }
        catch (MigrationFault fault)
        {
            Faults.Add(fault.Message);
        }
    }

    /// <summary>Runs what has not run yet, of it and of what it requires, in a transaction that is rolled back.</summary>
    public async Task TryMigrations(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        if (!await connection.ExecuteScalarAsync<bool>(new("set local lock_timeout = '3s'; select pg_try_advisory_xact_lock(@Lock)", new { Migrator.Lock }, cancellationToken: cancel)))
        {
            Notes.Add("Its migrations were read but not tried: a Crucible is changing the schema at this moment.");
            return;
        }
        foreach (var module in Required(_plugin!).Append(_plugin!).Distinct())
            try
            {
                await Migration.Prepare(connection, module.Id);
                foreach (var migration in await Migrator.Pending(connection, module.Id, Migration.In(module.Assembly!)))
                {
                    await migration.Apply(connection, module.Id, cancel);
                    Notes.Add($"{module.Id}: {migration.Name} would be applied.");
                }
            }
            catch (MigrationFault fault) when (fault.InnerException is PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable })
            {
                // A running host goes before: its tables are not waited for.
                Notes.Add($"{module.Id}: the migrations could not be tried to their end, because tables they change are in use.");
                return;
            }
            catch (MigrationFault fault)
            {
                Faults.Add($"{module.Id}: {fault.Message}");
                return;
            }
    }

    private IEnumerable<Plugin> Required(Plugin plugin) =>
        plugin.Info!.Requires.Select(id => _all.First(p => p.Id == id)).SelectMany(required => Required(required).Append(required));

    // Of two pages in one place the host serves one and says nothing; of two with one route it serves neither.
    private void Pages(IReadOnlyList<Plugin> others)
    {
        var mine = Compiled(_plugin!.Assembly!);
        var theirs = others.Select(p => (Owner: $"the plugin {p.Id}", Pages: Compiled(p.Assembly!))).Append(("the host", Compiled(typeof(PluginCheck).Assembly))).ToList();
        foreach (var (owner, pages) in theirs)
            foreach (var page in mine)
                if (pages.FirstOrDefault(p => string.Equals(p.Path, page.Path, StringComparison.OrdinalIgnoreCase)) is not null)
                    Faults.Add($"Its page {page.Path} has the place of a page of {owner}. Import Crucible.Plugin.props, which gives pages the plugin's prefix.");
                else if (page.Route is not null && pages.Any(p => p.Route == page.Route))
                    Faults.Add($"Its page {page.Path} has the address {page.Route}, which a page of {owner} has too.");
        foreach (var twins in mine.Where(p => p.Route is not null).GroupBy(p => p.Route).Where(g => g.Count() > 1))
            Faults.Add($"Its pages {string.Join(" and ", twins.Select(t => t.Path))} have the same address {twins.Key}.");
    }

    private void Names(IReadOnlyList<Plugin> others)
    {
        foreach (var other in others)
        {
            foreach (var topic in _plugin!.Offer!.Topics.Select(t => t.Kind).Intersect(other.Offer!.Topics.Select(t => t.Kind)))
                Faults.Add($"Its topic '{topic}' is a topic of the plugin {other.Id} too.");
            foreach (var tile in _plugin.Offer.Tiles.Select(t => t.Id).Intersect(other.Offer.Tiles.Select(t => t.Id)))
                Faults.Add($"Its tile '{tile}' has the id of a tile of the plugin {other.Id}.");
        }
        foreach (var twins in _plugin!.Offer!.Jobs.GroupBy(j => j.Name).Where(g => g.Count() > 1))
            Faults.Add($"It declares the job {twins.Key} {twins.Count()} times.");
        foreach (var twins in _plugin.Offer.Permissions.GroupBy(p => p.Name).Where(g => g.Count() > 1))
            Faults.Add($"It declares the permission {twins.Key} {twins.Count()} times.");
    }

    private void Assets()
    {
        if (_plugin!.Assets is not { } root)
            return;
        foreach (var twins in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).GroupBy(f => f, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1))
            Faults.Add($"Its assets {string.Join(" and ", twins.Select(t => Path.GetRelativePath(root, t)))} differ only in capitals: on some systems one of them is lost.");
    }

    private static List<Page> Compiled(System.Reflection.Assembly assembly) =>
    [
        .. new RazorCompiledItemLoader().LoadItems(assembly).Where(i => i.Kind == "mvc.1.0.razor-page").Select(i =>
            new Page(i.Identifier, i.Metadata.OfType<RazorCompiledItemMetadataAttribute>().FirstOrDefault(m => m.Key == "RouteTemplate")?.Value is { } route ? Parameter().Replace(route.ToLowerInvariant(), "{}") : null)),
    ];

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Parameter();

    private sealed record Page(string Path, string? Route);
}
