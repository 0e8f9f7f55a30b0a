using Crucible.Files;

namespace Crucible.Host.Postgres;

/// <summary>Where Crucible keeps its things when nobody says otherwise.</summary>
internal static class DataPath
{
    /// <param name="configured">Crucible:DataPath, or nothing.</param>
    public static string Resolve(string? configured)
    {
        if (!string.IsNullOrWhiteSpace(configured))
            return Path.GetFullPath(configured.Trim());
        // PostgreSQL runs as another user then, and that user cannot enter root's home.
        if (!OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess)
            return "/var/lib/crucible";
        var home = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return Path.IsPathRooted(home)
            ? Path.Combine(home, "crucible")
            : throw new StartupFailure("This user has no home folder to keep data in. Set Crucible__DataPath to a folder that the user may write to.");
    }

    /// <summary>The stored files below a data folder.</summary>
    public static IFileStore Files(string dataPath) => new FolderFiles(Path.Combine(dataPath, "files"));
}
