using System.Diagnostics;

namespace Crucible.Host.Postgres;

/// <summary>
/// The operating system user that the server runs as. PostgreSQL refuses root, so a host that runs as root gives its
/// tools another user at fork (the runtime calls setgroups, setgid and setuid: no sudo, su or setpriv has to exist).
/// </summary>
/// <param name="Name">Null: the host's own user.</param>
internal sealed record ServerAccount(string? Name)
{
    // "nobody" is shared with others, so it comes last; a bare container has nothing better.
    private static readonly string[] Unprivileged = ["crucible", "postgres", "nobody"];

    public string Shown => Name ?? Environment.UserName;

    public static async Task<ServerAccount> For(DataFolder folder, CancellationToken cancel)
    {
        if (OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess)
            return new((string?)null);
        // Users come and go on a machine; whoever owns the database already goes on with it.
        var owner = Directory.Exists(folder.Cluster) ? await OwnerOf(folder.Cluster, cancel).ConfigureAwait(false) : "root";
        var known = File.ReadLines("/etc/passwd").Select(line => line.Split(':')[0]).ToHashSet();
        if (owner != "root" && known.Contains(owner))
            return new(owner);
        return Unprivileged.FirstOrDefault(known.Contains) is { } name
            ? new(name)
            : throw new StartupFailure("Crucible runs as root, PostgreSQL refuses to, and there is no user crucible, postgres or nobody to run it as. Make one (useradd --system crucible) or start Crucible as an ordinary user.");
    }

    /// <summary>A command line of PostgreSQL's tools, to be run as this user.</summary>
    public ProcessStartInfo Line(string program, DataFolder folder, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder.Root };
        if (Name is not null)
            start.UserName = Name;
        // PG* would redirect the tools, names with "__" are the host's configuration and may hold secrets, and the
        // messages have to be English because we read them.
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("PG", StringComparison.Ordinal) || k.StartsWith("LC_", StringComparison.Ordinal) || k.StartsWith("LANG", StringComparison.Ordinal) || k.Contains("__", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        start.Environment["LC_ALL"] = "C";
        start.Environment["HOME"] = folder.Root;
        return start;
    }

    /// <summary>Makes a folder that is private to the server, or takes over one that came back from a backup as root's.</summary>
    public async Task Own(string path, CancellationToken cancel)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        if (Name is null || await OwnerOf(path, cancel).ConfigureAwait(false) == Name)
            return;
        var done = await Command.Run(new ProcessStartInfo("chown", ["-R", Name, path]), cancel).ConfigureAwait(false);
        if (!done.Succeeded)
            throw new StartupFailure($"The folder {path} could not be given to the user {Name}, which PostgreSQL must run as because it refuses root: {done.Output}. Choose a folder on a file system with owners (Crucible__DataPath), or start Crucible as an ordinary user.");
    }

    /// <summary>Root may enter everything, its stand-in may not; found out here it is a sentence, later a riddle.</summary>
    public async Task MustReach(DataFolder folder, CancellationToken cancel)
    {
        if (Name is null)
            return;
        var line = Line("test", folder, "-x", folder.Root);
        line.WorkingDirectory = "/";
        if (!(await Command.Run(line, cancel).ConfigureAwait(false)).Succeeded)
            throw new StartupFailure($"The data folder {folder.Root} cannot be entered by the user {Name}, which PostgreSQL must run as because it refuses root. Open the folders above it (chmod o+x), or set Crucible__DataPath to such as /var/lib/crucible.");
    }

    public static async Task<string> OwnerOf(string path, CancellationToken cancel)
    {
        string[] arguments = OperatingSystem.IsLinux() ? ["-c", "%U", path] : ["-f", "%Su", path];
        return (await Command.Run(new ProcessStartInfo("stat", arguments), cancel).ConfigureAwait(false)).Output;
    }
}
