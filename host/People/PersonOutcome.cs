namespace Crucible.Host.People;

/// <summary>What came of a change to a person.</summary>
public enum PersonOutcome
{
    Done,
    NotFound,

    /// <summary>Refused: nobody else could administer this installation then.</summary>
    LastAdmin,

    /// <summary>Refused: the person, or what was to be given, reaches further than whoever asks.</summary>
    Beyond,

    /// <summary>Refused: whoever asks has lost the right to in the meantime.</summary>
    Overtaken,

    /// <summary>Refused: another person has this e-mail.</summary>
    Taken,
}

/// <summary>The outcomes as people read them.</summary>
internal static class PersonOutcomes
{
    public static string InWords(this PersonOutcome outcome) => outcome switch
    {
        PersonOutcome.LastAdmin => "Refused: this is the last admin who can sign in. Make somebody else an admin first, and let them sign in once.",
        PersonOutcome.Beyond => "Refused: this reaches further than your own role and permissions. An admin can do it.",
        PersonOutcome.Overtaken => "Refused: your own rights were changed a moment ago, by somebody else.",
        PersonOutcome.Taken => "Another person has this e-mail already.",
        PersonOutcome.NotFound => "This person is not there any more.",
        _ => "Done.",
    };
}
