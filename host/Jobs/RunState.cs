using System.Collections.Frozen;

namespace Crucible.Host.Jobs;

/// <summary>The states of a run, as the table holds them.</summary>
internal static class RunState
{
    public const string Queued = "queued";
    public const string Running = "running";

    /// <summary>Failed, and waits for its next attempt.</summary>
    public const string Retrying = "retrying";

    public const string Succeeded = "succeeded";

    /// <summary>Given up; somebody has to retry or discard it.</summary>
    public const string Dead = "dead";

    /// <summary>Given up and discarded.</summary>
    public const string Failed = "failed";

    public const string Cancelled = "cancelled";

    public static readonly IReadOnlyList<string> All = [Queued, Running, Retrying, Succeeded, Dead, Failed, Cancelled];

    private static readonly FrozenDictionary<string, (string Word, string Mark)> Known = new Dictionary<string, (string, string)>
    {
        [Queued] = ("Queued", "pending"),
        [Running] = ("Running", "running"),
        [Retrying] = ("Retrying", "lost"),
        [Succeeded] = ("Succeeded", "completed"),
        [Dead] = ("Dead letter", "failed"),
        [Failed] = ("Failed", "failed"),
        [Cancelled] = ("Cancelled", "cancelled"),
    }.ToFrozenDictionary();

    public static string Word(string state) => Known.TryGetValue(state, out var known) ? known.Word : state;

    /// <summary>The status of the kit that has its sign and colour.</summary>
    public static string Mark(string state) => Known.TryGetValue(state, out var known) ? known.Mark : "pending";

    public static bool IsOver(string state) => state is Succeeded or Dead or Failed or Cancelled;
}
