using System.Diagnostics;
using Crucible.Host.Backup;
using Crucible.Ui.Text;

namespace Crucible.Host.Commands;

/// <summary>Makes a backup into a file, while Crucible runs or not.</summary>
internal sealed class BackupCommand : ICommand
{
    public string Words => "backup";
    public string Takes => "FILE";
    public string What => "copy the database and the stored files into FILE";

    public async Task<int> Run(CommandGround ground, IReadOnlyList<string> given, CancellationToken cancel)
    {
        if (given is not [[not '-', ..] file])
            return await CommandLine.Misunderstood(ground, this);
        var began = Stopwatch.GetTimestamp();
        var database = new DatabaseAddress(await ground.Database(make: false, cancel));
        Manifest made;
        using (var line = new ProgressLine())
            made = await new TakeBackup(database, Postgres.DataPath.Files(ground.DataPath), TimeProvider.System).Into(Path.GetFullPath(file), digests: false, line.Report, cancel);
        foreach (var warning in made.Warnings)
            await ground.Errors.WriteLineAsync($"Not in the backup: {warning}");
        await ground.Output.WriteLineAsync($"{file}: {Bytes.Short(new FileInfo(file).Length)}, {made.Tables.Count} tables, {made.Rows} rows, {made.Files.Count} files, in {Durations.Short(Stopwatch.GetElapsedTime(began))}. It holds keys and hashes of passwords; only you may read it. Keep it so.");
        return 0;
    }
}
