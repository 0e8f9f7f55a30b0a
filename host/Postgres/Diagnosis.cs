using System.Globalization;

namespace Crucible.Host.Postgres;

/// <summary>Turns what PostgreSQL or the file system said into a sentence with a cure.</summary>
internal static class Diagnosis
{
    private const long HardlyAnySpace = 24L << 20; // one log segment and a little

    /// <param name="doing">What failed: "PostgreSQL did not start".</param>
    /// <param name="said">The output and the last lines of the log.</param>
    /// <param name="folder">Where.</param>
    /// <param name="account">Who may not, when something was not permitted.</param>
    public static StartupFailure Of(string doing, string said, DataFolder folder, ServerAccount account)
    {
        var words = LastLines(said, 12) is { Length: > 0 } last ? $"{Environment.NewLine}Its last words:{Environment.NewLine}{last}" : " It said nothing.";
        // On a full disk the log is the first thing that cannot be written, so silence counts too.
        if (said.Contains("No space left on device", StringComparison.Ordinal) || said.Contains("Disk quota exceeded", StringComparison.Ordinal) || FreeSpace(folder) < HardlyAnySpace)
            return new($"{doing}: {DiskFull(folder)}{words}");
        if (said.Contains("Read-only file system", StringComparison.Ordinal))
            return new($"{doing}: {NotWritable(folder, account.Shown)}{words}");
        if (said.Contains("Permission denied", StringComparison.Ordinal))
            return new($"{doing} in {folder.Cluster}: it runs as the user {account.Shown}, who may not read or write what its last words name. Give that user the right to it (chown, chmod).{words}");
        return new($"{doing} in {folder.Cluster}. Its log is in {folder.Log}.{words}");
    }

    public static StartupFailure Of(Exception fault, DataFolder folder) => fault switch
    {
        StartupFailure already => already,
        // ENOSPC, EDQUOT (Linux, macOS), ERROR_DISK_FULL
        IOException { HResult: 28 or 122 or 69 or unchecked((int)0x80070070) } => new($"Crucible could not start: {DiskFull(folder)} ({fault.Message})"),
        // EROFS
        UnauthorizedAccessException or IOException { HResult: 30 } => new($"Crucible could not start: {NotWritable(folder, Environment.UserName)} ({fault.Message})"),
        _ => new($"Crucible could not use its data folder {folder.Root}: {fault.Message} Mend that, or name another folder in Crucible__DataPath."),
    };

    public static string LastLines(string text, int lines) =>
        string.Join(Environment.NewLine, text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).TakeLast(lines));

    private static string DiskFull(DataFolder folder) =>
        $"the disk that holds {folder.Root} is full or too small ({(FreeSpace(folder) >> 20).ToString(CultureInfo.InvariantCulture)} MB free). Free some space there (Crucible needs 100 MB at the least), or move the folder to a larger disk and name it in Crucible__DataPath.";

    private static string NotWritable(DataFolder folder, string user) =>
        $"the data folder {folder.Root} cannot be written to by the user {user}. Make it writable (chown, chmod, or mount it without ro), or name another folder in Crucible__DataPath.";

    private static long FreeSpace(DataFolder folder)
    {
        try
        {
            return new DriveInfo(folder.Root).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return long.MaxValue;
        }
    }
}
