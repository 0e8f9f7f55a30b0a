using System.Globalization;

namespace Crucible.Host.Postgres;

/// <summary>The server process that runs on a folder, as its postmaster.pid tells.</summary>
internal sealed record Postmaster(int Pid, Endpoint? At)
{
    /// <summary>The living server of this folder; null when there is none, whatever files a dead one has left.</summary>
    public static Postmaster? Living(DataFolder folder) =>
        Read(folder) is { } found && LiveProcess.IsServerOf(found.Pid, folder.Cluster) ? found : null;

    /// <summary>
    /// Removes the pid file of a dead server whose number another process has now, or that nobody has reaped yet.
    /// PostgreSQL itself would take that number for a server and refuse to start, which is how containers with low pids
    /// get stuck for good. Two servers on one folder stay impossible: PostgreSQL also checks the folder's shared memory.
    /// </summary>
    public static void ForgetDead(DataFolder folder)
    {
        if (Read(folder) is { } found && Living(folder) is null && LiveProcess.HasNumber(found.Pid))
            File.Delete(PidFile(folder));
    }

    private static Postmaster? Read(DataFolder folder)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(PidFile(folder));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        // pid, folder, start time, port, socket folder, listen address, shared memory, status; the later ones are
        // added while the server starts. A standalone backend writes its pid as a negative number.
        if (lines.Length == 0 || !int.TryParse(lines[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var pid))
            return null;
        return new(Math.Abs(pid), lines.Length < 6 || !int.TryParse(lines[3], out var port) ? null
            : lines[4].Length > 0 ? new(lines[4], port)
            : lines[5].Length > 0 ? new(lines[5], port)
            : null);
    }

    private static string PidFile(DataFolder folder) => Path.Combine(folder.Cluster, "postmaster.pid");
}
