using Crucible.Host.Backup;
using Crucible.Ui.Text;

namespace Crucible.Host.Vitals;

/// <summary>Something an admin should know, what it leads to, and what to do.</summary>
/// <param name="Status"><c>failed</c> for what breaks, <c>cancelled</c> for what will.</param>
/// <param name="Title">What is the case.</param>
/// <param name="Text">Why it matters and what to do.</param>
internal sealed record Warning(string Status, string Title, string Text);

/// <summary>Which figures are a reason to warn.</summary>
internal static class Warnings
{
    public static IEnumerable<Warning> Of(MachineVitals machine, DatabaseVitals database)
    {
        if (Disk(machine) is { } disk)
            yield return disk;
        if (machine.Memory > machine.MostMemory * .9)
            yield return new("failed", $"This host uses {Bytes.Short(machine.Memory)} of {Bytes.Short(machine.MostMemory)}", "The system may end it. Give it more memory, or start a second host.");
        if (database.Connections > database.MostConnections * .8)
            yield return new("failed", $"{database.Connections} of {database.MostConnections} database connections are taken", "Requests will wait or fail. Raise max_connections, or lower Maximum Pool Size in the connection string.");
        if (database.Ahead.Duration() > TimeSpan.FromSeconds(2))
            yield return new("cancelled", $"The clocks of this host and the database differ by {Durations.Short(database.Ahead.Duration())}", "Times on pages and expiry of sessions are off by as much. Synchronise both machines.");
        if (database.OldestTransaction > TimeSpan.FromMinutes(30))
            yield return new("cancelled", $"A transaction has been open for {Durations.Short(database.OldestTransaction.Value)}", "It keeps old rows from being removed, and live pages late. Find it in pg_stat_activity.");
        if (int.TryParse(database.Version.Split('.')[0], out var major) && major < 15)
            yield return new("failed", $"PostgreSQL {database.Version} is too old", "Crucible is tested on 15 and newer. Upgrade the server.");
    }

    /// <summary>What is wrong with the backups of this host's folder.</summary>
    /// <param name="backups">The newest first.</param>
    /// <param name="nightly">Whether one is to be made every night.</param>
    /// <param name="up">How long this host has been up: one that has just begun has had no night yet.</param>
    /// <param name="now">The time.</param>
    public static IEnumerable<Warning> Of(IReadOnlyList<BackupFile> backups, bool nightly, TimeSpan up, DateTimeOffset now)
    {
        if (backups is [{ Verified.Outcome: VerifyOutcome.Failed } newest, ..])
            yield return new("failed", "The newest backup cannot be restored", newest.Verified!.What);
        if (!nightly)
            yield return new("cancelled", "The nightly backup is switched off", "Make backups in another way, or set Crucible__Backup__Nightly to true.");
        else if (up > TooOld && (backups is [] || now - backups[0].Written > TooOld))
            yield return new("failed", backups is [] ? "There is no backup" : $"The newest backup is {Durations.Short(now - backups[0].Written)} old", "The nightly backup did not come. See why at /admin/jobs, and make one at /admin/backups.");
    }

    private static readonly TimeSpan TooOld = TimeSpan.FromHours(36);

    /// <summary>What there is to say of the disk; null when there is room enough.</summary>
    public static Warning? Disk(MachineVitals machine) =>
        machine.DiskFree < Math.Max(machine.DiskSize / 20, 512L << 20)
            ? new("failed", $"Only {Bytes.Short(machine.DiskFree)} free on the disk of the data folder",
                "PostgreSQL stops when its disk is full. Free some space, shorten the retention below, or move the data folder.")
        : machine.DiskFree < machine.DiskSize / 10
            ? new("cancelled", $"{Bytes.Short(machine.DiskFree)} free on the disk of the data folder", "That is less than a tenth. Plan for more space.")
        : null;
}
