using System.Globalization;
using System.Runtime.InteropServices;

namespace Crucible.Benchmarks.Processes;

/// <summary>The machine in general terms, and how busy it is.</summary>
internal static class Machine
{
    public static string Text
    {
        get
        {
            var gigabytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9;
            return string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} cores, {gigabytes:0} GB, {(OperatingSystem.IsLinux() ? "Linux" : RuntimeInformation.OSDescription)} {RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}, .NET {Environment.Version}");
        }
    }

    /// <summary>Of the last minute; other people's work on the machine counts too.</summary>
    public static string Load() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "?";
}
