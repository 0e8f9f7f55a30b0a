using Crucible.Benchmarks.Report;

namespace Crucible.Benchmarks.Processes;

/// <summary>
/// Processor time in milliseconds. Where others work on the machine too it tells more than the clock: it says what a call
/// costs, not how long it waited for its turn.
/// </summary>
internal readonly record struct Cost(double Host, double Postgres, double Client)
{
    public static Cost Of(Site site) => new(site.Process.CpuMilliseconds, ProcessUse.CpuOfChildren(site.PostmasterPid), ProcessUse.Cpu(Environment.ProcessId));

    public static Cost operator -(Cost after, Cost before) => new(after.Host - before.Host, after.Postgres - before.Postgres, after.Client - before.Client);

    /// <summary>The cost of one of so many, in words.</summary>
    public string Each(int count, string what) =>
        $"processor time of each {what}: host {Table.Number(Host / count)} ms, PostgreSQL {Table.Number(Postgres / count)} ms, client {Table.Number(Client / count)} ms";
}
