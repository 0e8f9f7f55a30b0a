namespace Crucible.Host.Postgres;

/// <summary>What lies where under the data path.</summary>
internal sealed class DataFolder
{
    public DataFolder(string path)
    {
        // pg_ctl puts the path between double quotes in a shell line of its own making.
        if (!OperatingSystem.IsWindows() && path.AsSpan().ContainsAny("\"$`\\\n\r"))
            throw new StartupFailure($"The data path {path} holds one of the characters \" $ ` \\ or a line break, which PostgreSQL's own tools cannot take. Set Crucible__DataPath to a plainer path.");
        Root = WithoutLinks(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
    }

    public string Root { get; }
    public string HostLock => Path.Combine(Root, "host.lock");
    public string Password => Path.Combine(Root, "postgres.password");
    public string Cluster => Path.Combine(Root, "postgres");
    public string Log => Path.Combine(Root, "postgres-log");
    public string Socket => Path.Combine(Root, "socket");
    public string Binaries => Path.Combine(Root, "binaries");

    /// <summary>The administrator's own settings; read after ours, never written by us.</summary>
    public string LocalSettings => Path.Combine(Root, "postgres-local.conf");

    /// <summary>The major version that made the cluster; null when there is none yet.</summary>
    public int? Major
    {
        get
        {
            var file = Path.Combine(Cluster, "PG_VERSION");
            if (!Directory.Exists(Cluster))
                return null;
            return File.Exists(file) && int.TryParse(File.ReadAllText(file).Trim(), out var major)
                ? major
                : throw new StartupFailure($"The folder {Cluster} is no PostgreSQL database: it has no readable PG_VERSION. Put the right folder there, or move it away and a new database is made.");
        }
    }

    public void Create()
    {
        if (Directory.Exists(Root))
            return;
        Directory.CreateDirectory(Root);
        // Passwords and keys will lie here. Root's server is another user and must pass through, whatever the umask.
        const UnixFileMode Mine = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Root, Environment.IsPrivilegedProcess ? Mine | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute : Mine);
    }

    // A running server tells its folder without links; ours must read the same to be recognised.
    private static string WithoutLinks(string path)
    {
        if (Path.GetDirectoryName(path) is not { } parent)
            return path;
        path = Path.Combine(WithoutLinks(parent), Path.GetFileName(path));
        try
        {
            return new DirectoryInfo(path).ResolveLinkTarget(returnFinalTarget: true) is { } target ? WithoutLinks(target.FullName) : path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return path;
        }
    }
}
