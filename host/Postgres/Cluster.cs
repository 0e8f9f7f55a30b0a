namespace Crucible.Host.Postgres;

/// <summary>Makes the cluster, and speaks to it while no server runs.</summary>
internal sealed class Cluster(ServerBinaries binaries, ServerAccount account, DataFolder folder)
{
    /// <summary>
    /// All of it happens in a folder of another name, renamed at the end: a kill in the middle leaves only rubbish that
    /// the next start deletes.
    /// </summary>
    public async Task Create(string password, Endpoint at, CancellationToken cancel)
    {
        foreach (var rubbish in Directory.GetDirectories(folder.Root, Path.GetFileName(folder.Cluster) + ".new-*"))
            Directory.Delete(rubbish, recursive: true);
        var fresh = $"{folder.Cluster}.new-{Path.GetRandomFileName()}";
        try
        {
            await account.Own(fresh, cancel).ConfigureAwait(false);
            await InitDb(fresh, cancel).ConfigureAwait(false);
            Settings.Write(fresh, folder, at);
            // The bootstrap superuser has no password and so cannot come in; Crucible's own role owns its database and no
            // more. It may make databases: a restore goes beside the old one, and tests have one each.
            await Standalone(fresh, cancel,
                $"create role crucible login createdb password '{password}';",
                "grant pg_monitor to crucible;",
                "create database crucible owner crucible;").ConfigureAwait(false);
            Directory.Move(fresh, folder.Cluster);
        }
        catch
        {
            if (Directory.Exists(fresh))
                Directory.Delete(fresh, recursive: true);
            throw;
        }
    }

    /// <summary>The database is there but the file with its password is not: PostgreSQL's single-user mode needs none.</summary>
    public Task SetPassword(string password, CancellationToken cancel) =>
        Standalone(folder.Cluster, cancel, $"alter role crucible password '{password}';");

    private async Task InitDb(string into, CancellationToken cancel)
    {
        var done = new Command(1, "");
        foreach (var locale in Locales())
        {
            done = await Command.Run(account.Line(binaries.InitDb, folder, [
                "--pgdata", into, "--username=postgres", "--auth=reject", "--encoding=UTF8", "--data-checksums", "--no-instructions", .. locale]), cancel).ConfigureAwait(false);
            if (done.Succeeded)
                return;
            if (!done.Output.Contains("invalid locale", StringComparison.Ordinal))
                break;
        }
        throw Diagnosis.Of($"PostgreSQL could not make its folder {folder.Cluster}", done.Output, folder, account);
    }

    // The order of text must not depend on the machine's C library, or indexes break when the folder moves. From 17 on
    // PostgreSQL brings such a locale along; before, C.UTF-8 sorts by code point wherever it exists, and C everywhere.
    private IEnumerable<string[]> Locales()
    {
        if (binaries.Major >= 17)
            yield return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"];
        yield return ["--locale=C.UTF-8"];
        yield return ["--locale=C"];
    }

    private async Task Standalone(string cluster, CancellationToken cancel, params string[] statements)
    {
        // One statement a line. Errors do not change the exit code, so the output is read.
        var done = await Command.Run(
            account.Line(binaries.Postgres, folder, "--single", "-D", cluster, "-c", "log_min_messages=error", "-c", "log_statement=none", "-c", "log_min_error_statement=panic", "postgres"),
            cancel, string.Join('\n', statements) + "\n").ConfigureAwait(false);
        if (!done.Succeeded || done.Output.Contains("ERROR:", StringComparison.Ordinal) || done.Output.Contains("FATAL:", StringComparison.Ordinal) || done.Output.Contains("PANIC:", StringComparison.Ordinal))
            throw Diagnosis.Of($"PostgreSQL could not set up its folder {folder.Cluster}", done.Output, folder, account);
    }
}
