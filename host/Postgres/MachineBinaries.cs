using System.Globalization;

namespace Crucible.Host.Postgres;

/// <summary>The PostgreSQL that this machine has already.</summary>
internal static class MachineBinaries
{
    /// <summary>In order of preference: what PATH names, then the usual folders with the newest version first.</summary>
    public static async Task<List<ServerBinaries>> Find(string? path, CancellationToken cancel)
    {
        var found = new List<ServerBinaries>();
        foreach (var folder in Folders(path ?? "").Distinct())
            if (await ServerBinaries.In(folder, cancel).ConfigureAwait(false) is { Major: >= ServerBinaries.OldestMajor } binaries)
                found.Add(binaries);
        return found;
    }

    private static IEnumerable<string> Folders(string path)
    {
        var name = OperatingSystem.IsWindows() ? "postgres.exe" : "postgres";
        foreach (var folder in path.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            var file = new FileInfo(Path.Combine(folder, name));
            // A link in /usr/local/bin may name postgres alone; its neighbours are where it points.
            if (file.Exists)
                yield return Path.GetDirectoryName(file.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? file.FullName)!;
        }
        if (OperatingSystem.IsWindows())
        {
            foreach (var folder in Versions(Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "PostgreSQL"), "*"))
                yield return Path.Combine(folder, "bin");
            yield break;
        }
        foreach (var folder in Versions("/usr/lib/postgresql", "*"))
            yield return Path.Combine(folder, "bin");
        foreach (var folder in Versions("/usr", "pgsql-*"))
            yield return Path.Combine(folder, "bin");
        yield return "/usr/local/pgsql/bin";
        foreach (var opt in new[] { "/opt/homebrew/opt", "/usr/local/opt", "/home/linuxbrew/.linuxbrew/opt" })
            foreach (var folder in Versions(opt, "postgresql*"))
                yield return Path.Combine(folder, "bin");
    }

    private static IEnumerable<string> Versions(string parent, string pattern) =>
        Directory.Exists(parent)
            ? Directory.GetDirectories(parent, pattern).OrderByDescending(folder => VersionIn(Path.GetFileName(folder)))
            : [];

    private static int VersionIn(string name) =>
        int.TryParse(name.AsSpan(name.IndexOfAnyInRange('0', '9') is >= 0 and var at ? at : name.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : 0;
}
