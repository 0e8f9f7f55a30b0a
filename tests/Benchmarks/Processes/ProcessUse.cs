using System.Globalization;

namespace Crucible.Benchmarks.Processes;

/// <summary>What the kernel counts of a process.</summary>
internal static class ProcessUse
{
    // The kernel's unit of processor time in /proc, 100 a second on every Linux that .NET runs on.
    private const double TicksPerMillisecond = 0.1;
    private const int Parent = 1;
    private const int UserTime = 11;
    private const int SystemTime = 12;

    /// <summary>Resident memory in bytes.</summary>
    public static long Rss(int pid)
    {
        foreach (var line in File.ReadLines($"/proc/{pid}/status"))
            if (line.StartsWith("VmRSS:", StringComparison.Ordinal))
                return long.Parse(line.AsSpan(6, line.Length - 9).Trim(), NumberStyles.None, CultureInfo.InvariantCulture) * 1024;
        throw new InvalidOperationException($"The process {pid} is gone.");
    }

    /// <summary>Processor time since its start, of all its threads, in milliseconds.</summary>
    public static double Cpu(int pid) => Cpu(Stat(pid));

    /// <summary>The same of all living children of a process, which is what a PostgreSQL server consists of.</summary>
    public static double CpuOfChildren(int pid)
    {
        var sum = 0.0;
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var other))
                try
                {
                    var stat = Stat(other);
                    if (stat[Parent] == pid.ToString(CultureInfo.InvariantCulture))
                        sum += Cpu(stat);
                }
                catch (IOException)
                {
                    // it ended meanwhile
                }
        return sum;
    }

    private static double Cpu(string[] stat) =>
        (long.Parse(stat[UserTime], CultureInfo.InvariantCulture) + long.Parse(stat[SystemTime], CultureInfo.InvariantCulture)) / TicksPerMillisecond;

    // The name in parentheses may hold spaces and parentheses; counting begins behind it.
    private static string[] Stat(int pid)
    {
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
    }
}
