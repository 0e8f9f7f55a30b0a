using System.Diagnostics;
using Crucible.Host.Backup;
using Crucible.Ui.Text;

namespace Crucible.Host.Commands;

/// <summary>Restores a backup into an empty database and data folder. All of it or nothing.</summary>
internal sealed class RestoreCommand : ICommand
{
    private const string Without = "--without";

    public string Words => "restore";
    public string Takes => $"FILE [{Without} PLUGIN]…";
    public string What => "bring FILE into an empty database";

    public async Task<int> Run(CommandGround ground, IReadOnlyList<string> given, CancellationToken cancel)
    {
        if (Read(given) is not var (file, without))
            return await CommandLine.Misunderstood(ground, this);
        var began = Stopwatch.GetTimestamp();
        using var line = new ProgressLine();
        // The file is read through before a database is as much as started.
        await using var archive = await ArchiveReader.Open(file, line.Report, cancel);
        var plan = RestorePlan.For(archive.Manifest, InstalledModule.Of(ground.Plugins()), without);
        var files = new RestoreFiles(archive, Postgres.DataPath.Files(ground.DataPath));
        await files.Check(cancel);
        var database = new DatabaseAddress(await ground.Database(make: true, cancel));
        var restore = new Restore(database, archive, plan);
        try
        {
            await restore.Run(digests: false, () => files.Write(line.Report, cancel), line.Report, cancel);
        }
        catch
        {
            await files.Undo();
            throw;
        }
        await restore.Analyze(line.Report, cancel);
        line.Dispose();
        await ground.Output.WriteLineAsync($"Restored {plan.Tables.Count} tables, {plan.Tables.Sum(t => t.Rows)} rows and {archive.Manifest.Files.Count} files as of {archive.Manifest.TakenAt:u}, in {Durations.Short(Stopwatch.GetElapsedTime(began))}. Nobody is signed in: sessions and unused sign-in links are not part of a backup.");
        return 0;
    }

    private static (string File, IReadOnlyList<string> Without)? Read(IReadOnlyList<string> given)
    {
        string? file = null;
        var without = new List<string>();
        for (var i = 0; i < given.Count; i++)
            if (given[i] == Without && i + 1 < given.Count)
                without.Add(given[++i]);
            else if (file is null && !given[i].StartsWith('-'))
                file = given[i];
            else
                return null;
        return file is null ? null : (Path.GetFullPath(file), without);
    }
}
