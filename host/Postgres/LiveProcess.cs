using System.Diagnostics;

namespace Crucible.Host.Postgres;

/// <summary>What can be told of a process by its number, without any right over it.</summary>
internal static class LiveProcess
{
    /// <summary>Null when no such process lives; a zombie does not.</summary>
    public static string? NameOf(int pid)
    {
        try
        {
            if (!OperatingSystem.IsLinux())
            {
                using var process = Process.GetProcessById(pid);
                return process.ProcessName;
            }
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var end = stat.LastIndexOf(')');
            return stat[end + 2] is 'Z' or 'X' ? null : stat[(stat.IndexOf('(') + 1)..end];
        }
        catch (Exception e) when (e is IOException or ArgumentException or InvalidOperationException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Whether the number is taken, be it by a zombie.</summary>
    public static bool HasNumber(int pid) => OperatingSystem.IsLinux() ? Directory.Exists($"/proc/{pid}") : NameOf(pid) is not null;

    public static bool IsServerOf(int pid, string cluster)
    {
        if (NameOf(pid) is not { } name || !name.StartsWith("postgres", StringComparison.OrdinalIgnoreCase))
            return false;
        // Elsewhere the name has to do. It can be wrong only after a crash, and only if another PostgreSQL got the
        // very number; it then fails to answer to our password.
        return !OperatingSystem.IsLinux() || WorksIn(pid, cluster) || WasToldOf(pid, cluster);
    }

    // A server's working folder is its cluster, also after a rename. Root without CAP_SYS_PTRACE, as in a container,
    // may not look, but may read the command line.
    private static bool WorksIn(int pid, string cluster)
    {
        try
        {
            return new DirectoryInfo($"/proc/{pid}/cwd").LinkTarget == cluster;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static bool WasToldOf(int pid, string cluster)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Split('\0').Contains(cluster);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
