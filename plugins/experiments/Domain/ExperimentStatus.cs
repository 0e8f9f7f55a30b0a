namespace Crucible.Experiments.Domain;

/// <summary>How an experiment stands. Stored in lower case.</summary>
public enum ExperimentStatus
{
    /// <summary>Planned; its configuration can still be changed.</summary>
    Pending,

    /// <summary>At work.</summary>
    Running,

    /// <summary>Ended with what it was for.</summary>
    Completed,

    /// <summary>Ended without.</summary>
    Failed,

    /// <summary>Given up.</summary>
    Cancelled,
}

/// <summary>What can be done to an experiment as a whole.</summary>
public enum ExperimentVerb
{
    /// <summary>Begins what was planned.</summary>
    Start,

    /// <summary>Rests.</summary>
    Pause,

    /// <summary>Goes on after a pause, or after an end that was none.</summary>
    Resume,

    /// <summary>Ends well.</summary>
    Complete,

    /// <summary>Ends badly.</summary>
    Fail,

    /// <summary>Is given up.</summary>
    Cancel,

    /// <summary>Leaves the lists.</summary>
    Archive,

    /// <summary>Comes back to them.</summary>
    Unarchive,
}

/// <summary>The words of a status, stored, in addresses and in MLflow's tag.</summary>
public static class ExperimentStatusWords
{
    /// <summary>
    /// The tag by which MLflow's clients read how an experiment stands, where their protocol has no word for it; it holds
    /// <see cref="ExperimentState.Word"/>. Crucible writes it with every change; a client that sets it changes nothing else.
    /// </summary>
    public const string Tag = "crucible.status";

    /// <summary>The stored word.</summary>
    public static string Word(this ExperimentStatus status) => status.ToString().ToLowerInvariant();

    /// <summary>The word of a verb, as in addresses: <c>pause</c>.</summary>
    public static string Word(this ExperimentVerb verb) => verb.ToString().ToLowerInvariant();

    /// <summary>The status of a word; null for any other.</summary>
    public static ExperimentStatus? FromWord(string? word) => Enum.GetValues<ExperimentStatus>().Where(s => s.Word() == word).Select(s => (ExperimentStatus?)s).FirstOrDefault();

    /// <summary>The verb of a word; null for any other.</summary>
    public static ExperimentVerb? VerbOf(string? word) => Enum.GetValues<ExperimentVerb>().Where(v => v.Word() == word).Select(v => (ExperimentVerb?)v).FirstOrDefault();
}
