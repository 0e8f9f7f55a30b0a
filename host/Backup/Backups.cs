using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Crucible.Files;
using Crucible.Host.Plugins;

namespace Crucible.Host.Backup;

/// <summary>A backup in the folder of backups.</summary>
/// <param name="Name">Its file name.</param>
/// <param name="Path">The whole path, for a download.</param>
/// <param name="Bytes">Of the file.</param>
/// <param name="Written">When it was finished.</param>
/// <param name="Manifest">What it says it holds; null when it cannot be read.</param>
/// <param name="Verified">What the last look at it found; null when nobody looked.</param>
internal sealed record BackupFile(string Name, string Path, long Bytes, DateTimeOffset Written, Manifest? Manifest, Verified? Verified);

/// <summary>
/// The backups that this host keeps in its folder. What a look at one found lies beside it as <c>NAME.json</c>, so that both
/// move, and go, together.
/// </summary>
internal sealed partial class Backups(BackupOptions options, DatabaseAddress database, IFileStore files, PluginCatalogue catalogue, TimeProvider time)
{
    private static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };

    /// <summary>Where they lie.</summary>
    public string Folder => options.Folder;

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<BackupFile>> List()
    {
        var found = new List<BackupFile>();
        foreach (var path in Paths())
            if (await Find(System.IO.Path.GetFileName(path)) is { } backup)
                found.Add(backup);
        return found;
    }

    /// <summary>The backup of this file name; null when there is none, or the name is none of ours.</summary>
    public async Task<BackupFile?> Find(string name)
    {
        var file = new FileInfo(System.IO.Path.Combine(Folder, name));
        return OurName().IsMatch(name) && file.Exists
            ? new(name, file.FullName, file.Length, file.LastWriteTimeUtc, await ArchiveReader.Peek(file.FullName), await ReadNote(file.FullName))
            : null;
    }

    /// <summary>Makes a backup that can be compared row by row.</summary>
    /// <exception cref="BackupFault">There is no room, or no right to write.</exception>
    public async Task<BackupFile> Make(Report report, CancellationToken cancel)
    {
        MakeFolder();
        var name = $"crucible-{time.GetUtcNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}.zip";
        await new TakeBackup(database, files, time).Into(System.IO.Path.Combine(Folder, name), digests: true, report, cancel);
        return await Find(name) ?? throw new BackupFault($"The backup {name} was deleted the moment it was made.");
    }

    /// <summary>Restores it into a scratch database, compares, and keeps the finding beside it.</summary>
    /// <exception cref="BackupFault">There is no such backup, or the finding cannot be kept.</exception>
    public async Task<Verified> Verify(string name, Report report, CancellationToken cancel)
    {
        var backup = await Find(name) ?? throw new BackupFault($"There is no backup {name} in {Folder}.");
        var found = await new Verification(database, InstalledModule.Of(catalogue.Plugins), time).Run(backup.Path, (long)options.VerifyMegabytes << 20, report, cancel);
        try
        {
            await using var note = new FileStream(Note(backup.Path), FileMode.Create, FileAccess.Write);
            await JsonSerializer.SerializeAsync(note, found, Json, cancel);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new BackupFault($"What was found of {name} could not be kept: {fault.Message} It was: {found.What}", fault);
        }
        return found;
    }

    /// <summary>Deletes all but the newest so many, and what kills left half done a day ago.</summary>
    /// <returns>Names of what went.</returns>
    public IReadOnlyList<string> Forget()
    {
        var old = Paths().Skip(options.Keep).ToList();
        var abandoned = Directory.EnumerateFiles(Folder, "crucible-*.zip" + ArchiveWriter.Unfinished).Where(f => time.GetUtcNow() - File.GetLastWriteTimeUtc(f) > Abandoned);
        var gone = old.Concat(abandoned).ToList();
        foreach (var path in gone)
        {
            File.Delete(path);
            File.Delete(Note(path));
        }
        return [.. gone.Select(System.IO.Path.GetFileName).OfType<string>()];
    }

    private IEnumerable<string> Paths() => Directory.Exists(Folder)
        ? Directory.EnumerateFiles(Folder, "crucible-*.zip").Where(f => OurName().IsMatch(System.IO.Path.GetFileName(f))).OrderDescending(StringComparer.Ordinal)
        : [];

    private void MakeFolder()
    {
        try
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(Folder);
            else
                Directory.CreateDirectory(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new BackupFault($"The folder of backups {Folder} cannot be made: {fault.Message} Name another one in Crucible:Backup:Folder.", fault);
        }
    }

    private static string Note(string path) => path + ".json";

    private static async Task<Verified?> ReadNote(string path)
    {
        try
        {
            await using var note = new FileStream(Note(path), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return await JsonSerializer.DeserializeAsync<Verified>(note, Json);
        }
        catch (Exception fault) when (fault is IOException or JsonException or UnauthorizedAccessException)
        {
            return null; // nobody looked, or it is being written: the next look writes it anew
        }
    }

    [GeneratedRegex(@"^crucible-\d{8}-\d{6}\.zip\z")]
    private static partial Regex OurName();
}
