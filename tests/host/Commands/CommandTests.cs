using System.Reflection;
using Crucible.Host.Commands;
using Crucible.Host.Tests.Backup;
using Crucible.Host.Tests.Plugins;
using Crucible.Testing;
using Microsoft.Extensions.Configuration;
using Module = Crucible.Host.Tests.Backup.Module;

namespace Crucible.Host.Tests.Commands;

/// <summary>The command line without a terminal: what it says, where, and its exit code.</summary>
public sealed class CommandTests(DropIn world) : IClassFixture<DropIn>
{
    private static readonly string Dropped = Path.Combine(typeof(DropIn).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(a => a.Key == "CrucibleRoot").Value!, "artifacts", "dropin");

    [Theory]
    [InlineData("help")]
    [InlineData("--help")]
    public async Task Help_lists_every_command_with_its_usage(string asked)
    {
        var (code, said, _) = await Run(null, asked);
        Assert.Equal(0, code);
        foreach (var usage in new[] { "crucible migrate", "crucible backup FILE", "crucible restore FILE", "crucible plugins list", "crucible plugins check FOLDER", "crucible token create", "crucible user add" })
            Assert.Contains(usage, said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("plugins")]
    [InlineData("plugins", "explode")]
    public async Task An_unknown_one_is_told_so_without_touching_a_database(params string[] args)
    {
        var (code, _, errors) = await Run(null, args);
        Assert.Equal(2, code);
        Assert.Contains($"There is no command '{string.Join(' ', args)}'", errors, StringComparison.Ordinal);
        Assert.Contains("crucible backup FILE", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("crucible backup FILE", "backup")]
    [InlineData("crucible backup FILE", "backup", "a", "b")]
    [InlineData("crucible restore FILE", "restore", "a", "--without")]
    [InlineData("crucible migrate", "migrate", "now")]
    [InlineData("crucible plugins check FOLDER", "plugins", "check")]
    public async Task One_that_is_typed_wrongly_tells_its_usage(string usage, params string[] args)
    {
        var (code, _, errors) = await Run(null, args);
        Assert.Equal(2, code);
        Assert.StartsWith(usage, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Migrate_says_what_it_applied_and_which_plugins_failed_and_then_that_all_was_done()
    {
        await using var database = await EmptyDatabase.Make(world.ConnectionString);
        var (code, said, errors) = await Run(database.Address.ConnectionString, "migrate");
        Assert.Equal(1, code); // four of the plugins are broken
        Assert.Contains("crucible: 0001_ground.sql", said, StringComparison.Ordinal);
        Assert.Contains("sample: 0001_note.sql", said, StringComparison.Ordinal);
        Assert.Contains("brokenmigration: not migrated. 0001_broken.sql failed", errors, StringComparison.Ordinal);
        (code, said, _) = await RunIn(TestServer.BuiltPlugins, database.Address.ConnectionString, "migrate");
        Assert.Equal(0, code);
        Assert.Contains("experiments: 0001_tracking.sql", said, StringComparison.Ordinal);
        (code, said, _) = await RunIn(TestServer.BuiltPlugins, database.Address.ConnectionString, "migrate");
        Assert.Equal((0, "The database was up to date."), (code, said.Trim()));
    }

    [Fact]
    public async Task The_list_names_state_version_and_reason()
    {
        var (code, said, _) = await Run(world.ConnectionString, "plugins", "list");
        Assert.Equal(1, code);
        var lines = said.Split('\n');
        Assert.Matches(@"^sample +\S+ +running$", lines.Single(l => l.StartsWith("sample", StringComparison.Ordinal)));
        Assert.Matches("^brokensdk +1.0.0 +failed +It needs SDK", lines.Single(l => l.StartsWith("brokensdk", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_command_of_a_plugin_is_listed_and_runs_with_the_services_of_the_host()
    {
        await using var database = await EmptyDatabase.Make(world.ConnectionString);
        var folder = Directory.CreateTempSubdirectory("crucible-import-").FullName;
        var (table, data) = (Path.Combine(folder, "runs.csv"), Path.Combine(folder, "data"));
        await File.WriteAllTextAsync(table, "run_name,metrics.acc,step\na,0.5,1\na,what,2\nb,0.25,1\n", TestContext.Current.CancellationToken);
        Task<(int Code, string Said, string Errors)> Import(params string[] more) => RunAt(TestServer.BuiltPlugins, database.Address.ConnectionString, data, ["import", table, .. more]);

        Assert.Contains("crucible import PATH", (await RunIn(TestServer.BuiltPlugins, null, "help")).Said, StringComparison.Ordinal);
        Assert.Equal(2, (await Import("--what")).Code);
        Assert.Equal(1, (await Import("--team", "nobody")).Code);
        var (code, said, errors) = await Import("--dry-run");
        Assert.Contains("would make 1 experiment, 2 runs", said, StringComparison.Ordinal);
        Assert.Contains("runs.csv:3: “what”", errors, StringComparison.Ordinal);
        Assert.Equal((0, 0), (code, await database.Ask<int>("select count(*)::int from experiments.run")));
        (code, said, _) = await Import("--experiment", "from a table");
        Assert.Equal(0, code);
        Assert.Contains("made 1 experiment, 2 runs", said, StringComparison.Ordinal);
        Assert.Contains("2 points (2 new)", said, StringComparison.Ordinal);
        (_, said, _) = await Import("--experiment", "from a table");
        Assert.Contains("2 points (0 new)", said, StringComparison.Ordinal);
        Assert.Equal("from a table 2 2 2 1", await database.Ask<string>("""
            select e.name || ' ' || count(*) || ' ' || (select count(*) from experiments.point) || ' ' || (select count(*) from experiments.import where state = 'done')
                || ' ' || (select count(distinct line) from experiments.import_refusal where line = 3)
            from experiments.run r join experiments.experiment e using (experiment_id) group by e.name
            """));
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("sample", 0, "would run.")]
    [InlineData("brokenconfigure", 1, "the flux capacitor is not configured")]
    [InlineData("brokenmigration", 1, "0001_broken.sql failed")]
    [InlineData("brokensdk", 1, "It needs SDK [7.0,8.0)")]
    [InlineData("brokenmissing", 1, "It requires the plugin 'nowhere'")]
    public async Task A_plugin_is_checked_where_it_was_built(string plugin, int expected, string words)
    {
        await using var database = await EmptyDatabase.Make(world.ConnectionString);
        await Module.Install(database, Module.Ground);
        var (code, said, errors) = await RunIn(TestServer.BuiltPlugins, database.Address.ConnectionString, "plugins", "check", Path.Combine(Dropped, plugin));
        Assert.Contains(words, said + errors, StringComparison.Ordinal);
        Assert.Equal(expected, code);
        if (plugin == "sample")
            Assert.Contains("sample: 0001_note.sql would be applied.", said, StringComparison.Ordinal);
        Assert.False(await database.Ask<bool>("select exists (select from pg_namespace where nspname in ('sample', 'brokenmigration'))"));
    }

    [Fact]
    public async Task A_folder_without_a_plugin_and_one_that_is_not_there_are_told()
    {
        var empty = Directory.CreateTempSubdirectory("crucible-none-").FullName;
        var (code, said, errors) = await RunIn(TestServer.BuiltPlugins, null, "plugins", "check", empty);
        Assert.Equal(1, code);
        Assert.Contains("holds 0 .deps.json files", errors, StringComparison.Ordinal);
        Assert.Contains("would not run.", said, StringComparison.Ordinal);
        Directory.Delete(empty);
        (code, _, errors) = await RunIn(TestServer.BuiltPlugins, null, "plugins", "check", empty);
        Assert.Equal(1, code);
        Assert.Contains("There is no folder", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_copy_of_an_installed_plugin_counts_as_its_next_version()
    {
        var copy = Directory.CreateTempSubdirectory("crucible-next-").FullName;
        foreach (var file in Directory.EnumerateFiles(Path.Combine(TestServer.BuiltPlugins, "experiments")))
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        var (code, said, errors) = await RunIn(TestServer.BuiltPlugins, null, "plugins", "check", copy);
        Assert.True(code == 0, errors);
        Assert.Contains("It would replace experiments", said, StringComparison.Ordinal);
        Directory.Delete(copy, recursive: true);
    }

    [Fact]
    public async Task Without_a_database_there_is_nothing_to_back_up_and_none_is_made()
    {
        var refusal = await Assert.ThrowsAsync<StartupFailure>(() => Run(null, "backup", "/tmp/never.zip"));
        Assert.Contains("There is no database in", refusal.Message, StringComparison.Ordinal);
    }

    private static Task<(int Code, string Said, string Errors)> Run(string? connectionString, params string[] args) => RunIn(Dropped, connectionString, args);

    private static Task<(int Code, string Said, string Errors)> RunIn(string plugins, string? connectionString, params string[] args) => RunAt(plugins, connectionString, "/nonexistent/crucible", args);

    private static async Task<(int Code, string Said, string Errors)> RunAt(string plugins, string? connectionString, string data, string[] args)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:Crucible"] = connectionString,
            ["Crucible:DataPath"] = data,
            ["Crucible:PluginsPath"] = plugins,
        }).Build();
        var (said, errors) = (new StringWriter(), new StringWriter());
        var code = await CommandLine.Run(args, configuration, said, errors, TestContext.Current.CancellationToken);
        return (code, said.ToString(), errors.ToString());
    }
}
