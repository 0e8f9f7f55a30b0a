using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Crucible.Host.Vitals;

/// <summary>What this host's process and machine say of themselves.</summary>
/// <param name="Memory">Bytes of the process in RAM.</param>
/// <param name="MostMemory">What the machine or its container allows.</param>
/// <param name="DiskFree">Bytes free where the data folder stands.</param>
/// <param name="DiskSize">All bytes there.</param>
/// <param name="Up">Since the process started.</param>
internal sealed record MachineVitals(long Memory, long MostMemory, long DiskFree, long DiskSize, TimeSpan Up)
{
    public static string Runtime => $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}";

    public static MachineVitals Read(string dataPath, TimeProvider time)
    {
        using var process = Process.GetCurrentProcess();
        var gc = GC.GetGCMemoryInfo();
        var disk = new DriveInfo(Path.GetFullPath(dataPath));
        return new(process.WorkingSet64, gc.TotalAvailableMemoryBytes, disk.AvailableFreeSpace, disk.TotalSize,
            time.GetUtcNow() - process.StartTime.ToUniversalTime());
    }
}
