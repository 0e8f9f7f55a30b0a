namespace Crucible.Host.Postgres;

/// <summary>
/// The server's log: one file for its first words, then files that its collector turns over by size. PostgreSQL never
/// deletes one, so the host does, and the log stays below a bound.
/// </summary>
internal sealed class ServerLog(DataFolder folder)
{
    public const string FileNames = "postgres-%Y%m%d-%H%M%S.log";
    public const int FileMegabytes = 10;
    private const int Kept = 5;

    private (string? File, long Length) _before;

    public string StartFile { get; } = Path.Combine(folder.Log, "start.log");

    /// <summary>Called before a start, so that what is read later is about this start and not about an older one.</summary>
    public void Mark()
    {
        File.Delete(StartFile);
        var newest = Files().FirstOrDefault();
        _before = (newest, newest is null ? 0 : new FileInfo(newest).Length);
    }

    public void Trim()
    {
        try
        {
            foreach (var old in Files().Skip(Kept))
                File.Delete(old);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Tidying is tried again in a while; it must never take the server down.
        }
    }

    public string Tail(int lines)
    {
        string[] files = [.. Files().Take(1).Where(file => string.CompareOrdinal(file, _before.File) >= 0), StartFile];
        return Diagnosis.LastLines(string.Join('\n', files.Where(File.Exists).Select(Read)), lines);
    }

    private IEnumerable<string> Files() =>
        Directory.Exists(folder.Log) ? Directory.GetFiles(folder.Log, "postgres-*.log").OrderDescending(StringComparer.Ordinal) : [];

    private string Read(string file)
    {
        // The server has it open for writing.
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        stream.Position = Math.Max(file == _before.File ? _before.Length : 0, stream.Length - 16 * 1024);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
