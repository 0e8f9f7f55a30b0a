namespace Crucible.Experiments.Domain;

/// <summary>
/// How an experiment stands, and what may follow. Its status is for people: no call of a training program is ever refused for
/// it, and none is changed by it but for the first run, which starts what does not wait for its start.
/// </summary>
/// <param name="Status">How far it is.</param>
/// <param name="Paused">It rests; only while it is running.</param>
/// <param name="Archived">It has left the lists, however it stands.</param>
public sealed record ExperimentState(ExperimentStatus Status, bool Paused = false, bool Archived = false)
{
    private static readonly ExperimentStatus[] Ended = [ExperimentStatus.Completed, ExperimentStatus.Failed, ExperimentStatus.Cancelled];

    // All transitions there are: from which statuses, whether a pause matters, and what comes of it.
    private static readonly Transition[] Table =
    [
        new(ExperimentVerb.Start, [ExperimentStatus.Pending], null, ExperimentStatus.Running),
        new(ExperimentVerb.Pause, [ExperimentStatus.Running], false, ExperimentStatus.Running, Pauses: true),
        new(ExperimentVerb.Resume, [ExperimentStatus.Running], true, ExperimentStatus.Running),
        new(ExperimentVerb.Resume, Ended, null, ExperimentStatus.Running),
        new(ExperimentVerb.Complete, [ExperimentStatus.Running], null, ExperimentStatus.Completed),
        new(ExperimentVerb.Fail, [ExperimentStatus.Running], null, ExperimentStatus.Failed),
        new(ExperimentVerb.Cancel, [ExperimentStatus.Pending, ExperimentStatus.Running], null, ExperimentStatus.Cancelled),
    ];

    /// <summary>The one word for all of it: <c>archived</c>, <c>paused</c> or the status.</summary>
    public string Word => Archived ? "archived" : Paused ? "paused" : Status.Word();

    /// <summary>Whether it is over.</summary>
    public bool IsOver => Ended.Contains(Status);

    /// <summary>What may be done now, in the order of a menu.</summary>
    public IEnumerable<ExperimentVerb> Allowed => Enum.GetValues<ExperimentVerb>().Where(v => !After(v).Refused);

    /// <summary>How it stands afterwards, or why not.</summary>
    public Outcome<ExperimentState> After(ExperimentVerb verb)
    {
        if (verb == ExperimentVerb.Unarchive)
            return Archived ? this with { Archived = false } : No("It is not archived.");
        if (Archived)
            return No(verb == ExperimentVerb.Archive ? "It is archived already." : "It is archived. Take it out of the archive first.");
        if (verb == ExperimentVerb.Archive)
            return this with { Archived = true };
        foreach (var row in Table)
            if (row.Verb == verb && row.From.Contains(Status) && (row.WhilePaused is null || row.WhilePaused == Paused))
                return new ExperimentState(row.To, row.Pauses);
        return No(Why(verb));
    }

    private string Why(ExperimentVerb verb) => (verb, Status) switch
    {
        (ExperimentVerb.Start, ExperimentStatus.Running) => "It is running already.",
        (ExperimentVerb.Start, _) => $"It is {Status.Word()}. Resume it to go on.",
        (ExperimentVerb.Pause, ExperimentStatus.Running) => "It is paused already.",
        (ExperimentVerb.Resume, ExperimentStatus.Running) => "It is not paused.",
        (_, ExperimentStatus.Pending) => "It is not running: it has not been started.",
        (ExperimentVerb.Complete, ExperimentStatus.Completed) or (ExperimentVerb.Fail, ExperimentStatus.Failed) or (ExperimentVerb.Cancel, ExperimentStatus.Cancelled) => $"It is {Status.Word()} already.",
        _ => $"It is not running: it is {Status.Word()}.",
    };

    private static Outcome<ExperimentState> No(string why) => Outcome<ExperimentState>.No(why);

    private sealed record Transition(ExperimentVerb Verb, ExperimentStatus[] From, bool? WhilePaused, ExperimentStatus To, bool Pauses = false);
}
