using System.Globalization;

namespace Crucible.Benchmarks.Processes;

/// <summary>What the kernel counts of a process.</summary>
internal static class ProcessUse
{
    // The kernel's unit of processor time in /proc, 100 a second on every Linux that .NET runs on.
    private const double TicksPerMillisecond = 0.1;

    /// <summary>Resident memory in bytes.</summary>
    public static long Rss(int pid)
    {
        foreach (var line in File.ReadLines($"/proc/{pid}/status"))
            if (line.StartsWith("VmRSS:", StringComparison.Ordinal))
                return long.Parse(line.AsSpan(6, line.Length - 9).Trim(), NumberStyles.None, CultureInfo.InvariantCulture) * 1024;
        throw new InvalidOperationException($"The process {pid} is gone.");
    }

    /// <summary>Processor time since its start, of all its threads, in milliseconds.</summary>
    public static double Cpu(int pid)
    {
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        // The name in parentheses may hold spaces; behind it utime and stime are fields 12 and 13, counted from 1.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerMillisecond;
    }
}
