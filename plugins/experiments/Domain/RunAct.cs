namespace Crucible.Experiments.Domain;

/// <summary>What can be done to many runs at once.</summary>
public enum RunAct
{
    /// <summary>Sets a tag.</summary>
    Tag,

    /// <summary>Puts a tag back to what each run said before.</summary>
    Untag,

    /// <summary>Puts them out of the way.</summary>
    Archive,

    /// <summary>Brings them back in sight.</summary>
    Unarchive,

    /// <summary>Deletes them; they can be restored.</summary>
    Trash,

    /// <summary>Brings them back from the trash.</summary>
    Restore,

    /// <summary>Puts them into another experiment.</summary>
    Move,

    /// <summary>Deletes what is in the trash for ever.</summary>
    Purge,
}

/// <summary>The words of those acts.</summary>
public static class RunActs
{
    /// <summary>Runs that are dealt with in the request itself; more are a job.</summary>
    public const int AtOnce = 200;

    /// <summary>Runs of one act at most.</summary>
    public const int Most = 100_000;

    /// <summary>The word, in addresses, forms and the audit log.</summary>
    public static string Word(this RunAct act) => act.ToString().ToLowerInvariant();

    /// <summary>The act of a word.</summary>
    public static RunAct? Read(string? word) => Enum.GetValues<RunAct>().Cast<RunAct?>().FirstOrDefault(a => a!.Value.Word() == word);

    /// <summary>What takes it back; null for what cannot be.</summary>
    public static RunAct? Inverse(this RunAct act) => act switch
    {
        RunAct.Tag => RunAct.Untag,
        RunAct.Archive => RunAct.Unarchive,
        RunAct.Unarchive => RunAct.Archive,
        RunAct.Trash => RunAct.Restore,
        RunAct.Restore => RunAct.Trash,
        RunAct.Move => RunAct.Move,
        _ => null,
    };

    /// <summary>Whether only who made a run, or an admin, may do it.</summary>
    public static bool NeedsOwner(this RunAct act) => act is RunAct.Trash or RunAct.Restore or RunAct.Purge;

    /// <summary>What was done, said behind a number of runs.</summary>
    public static string Done(this RunAct act, string? key, string? target) => act switch
    {
        RunAct.Tag => $"tagged {key}",
        RunAct.Untag => $"have their tag {key} back",
        RunAct.Archive => "archived",
        RunAct.Unarchive => "back from the archive",
        RunAct.Trash => "moved to the trash",
        RunAct.Restore => "restored",
        RunAct.Move => $"moved to {target}",
        _ => "deleted for ever",
    };

    /// <summary>What is being done, said before a number of runs.</summary>
    public static string Doing(this RunAct act) => act switch
    {
        RunAct.Tag => "Tagging",
        RunAct.Untag => "Putting tags back on",
        RunAct.Archive => "Archiving",
        RunAct.Unarchive => "Bringing back",
        RunAct.Trash => "Moving to the trash",
        RunAct.Restore => "Restoring",
        RunAct.Move => "Moving",
        _ => "Deleting for ever",
    };
}
