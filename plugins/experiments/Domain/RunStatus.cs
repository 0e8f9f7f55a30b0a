namespace Crucible.Experiments.Domain;

/// <summary>How a run stands, in Crucible's words. Stored in lower case.</summary>
public enum RunStatus
{
    /// <summary>Announced, not yet at work; MLflow's SCHEDULED.</summary>
    Pending,

    /// <summary>At work; MLflow's RUNNING.</summary>
    Running,

    /// <summary>Ended well; MLflow's FINISHED.</summary>
    Completed,

    /// <summary>Ended with an error; MLflow's FAILED.</summary>
    Failed,

    /// <summary>Stopped by somebody; MLflow's KILLED.</summary>
    Cancelled,

    /// <summary>Said to be running but not heard from. Only ever shown, never stored.</summary>
    Lost,
}

/// <summary>The words of a status, stored and on the wire.</summary>
public static class RunStatusWords
{
    private static readonly (RunStatus Status, string Stored, string Protocol, int Number)[] Table =
    [
        (RunStatus.Running, "running", "RUNNING", 1),
        (RunStatus.Pending, "pending", "SCHEDULED", 2),
        (RunStatus.Completed, "completed", "FINISHED", 3),
        (RunStatus.Failed, "failed", "FAILED", 4),
        (RunStatus.Cancelled, "cancelled", "KILLED", 5),
    ];

    /// <summary>The word in the database and on pages.</summary>
    public static string Word(this RunStatus status) =>
        Table.FirstOrDefault(t => t.Status == status).Stored ?? "lost";

    /// <summary>The word in MLflow's protocol. A lost run still counts as RUNNING there.</summary>
    public static string ProtocolWord(this RunStatus status) =>
        Table.FirstOrDefault(t => t.Status == status).Protocol ?? "RUNNING";

    /// <summary>Whether the run is over.</summary>
    public static bool IsOver(this RunStatus status) =>
        status is RunStatus.Completed or RunStatus.Failed or RunStatus.Cancelled;

    /// <summary>The status of a stored word.</summary>
    public static RunStatus? FromWord(string? word) => Find(t => t.Stored == word);

    /// <summary>
    /// The status of a protocol word or number (<c>"FINISHED"</c>, <c>"3"</c>). Null for any other, which MLflow
    /// ignores on update.
    /// </summary>
    public static RunStatus? FromProtocol(string? word) =>
        Find(t => t.Protocol == word || (word is { Length: 1 } && word[0] - '0' == t.Number));

    private static RunStatus? Find(Func<(RunStatus Status, string Stored, string Protocol, int Number), bool> match)
    {
        foreach (var row in Table)
            if (match(row))
                return row.Status;
        return null;
    }
}
