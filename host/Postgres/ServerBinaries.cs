using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Crucible.Host.Postgres;

/// <summary>A folder that holds initdb, pg_ctl and postgres of one version.</summary>
internal sealed partial record ServerBinaries(string Folder, int Major)
{
    public const int OldestMajor = 15;

    public string InitDb => Program(Folder, "initdb");
    public string PgCtl => Program(Folder, "pg_ctl");
    public string Postgres => Program(Folder, "postgres");

    /// <summary>Null when the folder does not hold all three programs, or they do not run on this machine.</summary>
    public static async Task<ServerBinaries?> In(string folder, CancellationToken cancel)
    {
        if (!new[] { "initdb", "pg_ctl", "postgres" }.All(name => File.Exists(Program(folder, name))))
            return null;
        try
        {
            var said = await Command.Run(new ProcessStartInfo(Program(folder, "postgres"), ["--version"]), cancel).ConfigureAwait(false);
            return said.Succeeded && Version().Match(said.Output) is { Success: true } match
                ? new(folder, int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture))
                : null;
        }
        catch (StartupFailure)
        {
            return null;
        }
    }

    private static string Program(string folder, string name) => Path.Combine(folder, OperatingSystem.IsWindows() ? name + ".exe" : name);

    [GeneratedRegex(@"\(PostgreSQL\) (\d+)")]
    private static partial Regex Version();
}
