namespace Crucible.Experiments.Domain;

/// <summary>One run. Its verbs answer the run as it is afterwards, or why not; nothing here writes.</summary>
/// <param name="Id">The id; 32 hex digits on the wire.</param>
/// <param name="ExperimentId">The experiment it belongs to.</param>
/// <param name="Name">Its name; also its tag mlflow.runName.</param>
/// <param name="Status">How it stands, as stored: never <see cref="RunStatus.Lost"/>.</param>
/// <param name="StartTime">When it started, in milliseconds since 1970.</param>
/// <param name="EndTime">When it ended, in milliseconds since 1970; null while it has not.</param>
/// <param name="Deleted">Whether it lies in the bin.</param>
public sealed record Run(
    Guid Id, long ExperimentId, string Name, RunStatus Status, long StartTime, long? EndTime = null, bool Deleted = false)
{
    /// <summary>The tag that mirrors the name.</summary>
    public const string NameTag = "mlflow.runName";

    /// <summary>Ends well.</summary>
    public Outcome<Run> Finish(long at) => End(RunStatus.Completed, at);

    /// <summary>Ends with an error.</summary>
    public Outcome<Run> Fail(long at) => End(RunStatus.Failed, at);

    /// <summary>Is stopped by somebody.</summary>
    public Outcome<Run> Kill(long at) => End(RunStatus.Cancelled, at);

    /// <summary>Goes on, as MLflow's start_run(run_id) does with any run; the end is forgotten.</summary>
    public Outcome<Run> Resume() => Writable(this with { Status = RunStatus.Running, EndTime = null });

    /// <summary>What runs/update asks: a status, an end, a name, any of them or none.</summary>
    /// <param name="status">The new status; null leaves it.</param>
    /// <param name="endTime">The end as the client says; null takes <paramref name="now"/> when the run ends.</param>
    /// <param name="name">The new name; null or empty leaves it.</param>
    /// <param name="now">Milliseconds since 1970.</param>
    public Outcome<Run> Update(RunStatus? status, long? endTime, string? name, long now)
    {
        var next = status switch
        {
            null => Writable(endTime is null ? this : this with { EndTime = endTime }),
            RunStatus.Running => Resume(),
            RunStatus.Pending => Writable(this with { Status = RunStatus.Pending, EndTime = null }),
            { } over => End(over, endTime ?? now),
        };
        return next.Refused || string.IsNullOrEmpty(name) ? next : next.Next.Rename(name);
    }

    /// <summary>Takes another name. The tag <see cref="NameTag"/> follows.</summary>
    public Outcome<Run> Rename(string name)
    {
        if (string.IsNullOrWhiteSpace(name))
            return Outcome<Run>.No("A run needs a name.");
        return Limits.CheckRunName(name) is { } error ? Outcome<Run>.No(error.Message) : Writable(this with { Name = Wording.Whole(name) });
    }

    /// <summary>Goes to the bin. Deleting twice is deleting once.</summary>
    public Outcome<Run> Delete() => this with { Deleted = true };

    /// <summary>Comes back from the bin.</summary>
    public Outcome<Run> Restore() => this with { Deleted = false };

    /// <summary>
    /// The status to show: a run that says it is running but has not been heard from for longer than the threshold is
    /// lost. It is running again with its next sign of life, so nothing is stored.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <param name="lastHeard">When it last logged anything or was resumed.</param>
    /// <param name="threshold">How long silence is still ordinary.</param>
    public RunStatus Shown(DateTimeOffset now, DateTimeOffset lastHeard, TimeSpan threshold) =>
        Status == RunStatus.Running && now - lastHeard > threshold ? RunStatus.Lost : Status;

    /// <summary>Why nothing may be written to this run, or null.</summary>
    public string? NotWritable() => Deleted
        ? $"The run {RunId.Write(Id)} must be in the 'active' state. Current state is deleted. Restore it first."
        : null;

    // Ending a second time is no error: clients repeat calls whose answer was lost, and may correct the outcome.
    private Outcome<Run> End(RunStatus outcome, long at) =>
        Writable(this with { Status = outcome, EndTime = at });

    private Outcome<Run> Writable(Run next) => NotWritable() is { } refusal ? Outcome<Run>.No(refusal) : next;
}
