namespace Crucible.Notices;

/// <summary>Something that concerns somebody: a line behind the bell, and a mail to those who want one.</summary>
/// <param name="Kind">Id of a declared <see cref="NoticeKind"/>, with the plugin's before it: <c>experiments.run-ended</c>.</param>
/// <param name="Title">What happened, in one line: <c>kl-t2-lr3e4 failed</c>. Cut at 200 characters.</param>
/// <param name="Url">Absolute path of the page that says more. Whoever opens that page has read the notice.</param>
public sealed record Notice(string Kind, string Title, string Url)
{
    /// <summary>Why, where, what to do; cut at 500 characters.</summary>
    public string? Text { get; init; }

    /// <summary>One of <see cref="Crucible.Ui.StatusMark.Statuses"/>, which gives the glyph and its colour; null for a bell.</summary>
    public string? Status { get; init; }

    /// <summary>
    /// What it is about, 200 characters at most. A second notice with the same key takes the place of the first while that is
    /// unread, and counts. Null never does.
    /// </summary>
    public string? Key { get; init; }

    /// <summary>How many things it stands for, 1 or more: what was found together is told once.</summary>
    public int Times { get; init; } = 1;

    /// <summary>Never by mail, whatever a person chose: for what keeps mails from being sent.</summary>
    public bool BellOnly { get; init; }

    /// <summary>Never as a notification of browsers, whatever a person chose.</summary>
    public bool NoPush { get; init; }

    /// <summary>Not again for the same <see cref="Key"/> as long as the first is kept, read or not: for what is found anew at every look.</summary>
    public bool Once { get; init; }

    /// <summary>
    /// Kinds, as <c>plugin.kind</c>, that may have told the same: nobody hears this who heard one of them about the same address
    /// with the same status within the last half hour.
    /// </summary>
    public IReadOnlyList<string> Unless { get; init; } = [];
}

/// <summary>A kind of notice, which people switch on and off for themselves at <c>/account/notices/settings</c>.</summary>
/// <param name="Id">Lower-case words with hyphens, unique in the plugin: <c>run-ended</c>.</param>
/// <param name="Title">As a line of the settings: <c>A run of mine failed or was lost</c>.</param>
public sealed record NoticeKind(string Id, string Title)
{
    /// <summary>Offered only to people with this permission; null offers it to everyone.</summary>
    public string? Permission { get; init; }

    /// <summary>Also sent by mail unless the person says otherwise; they need an address that is proved to be theirs.</summary>
    public bool Mail { get; init; }

    /// <summary>Cannot be switched off behind the bell: what an owner of an account has to see.</summary>
    public bool Always { get; init; }

    /// <summary>Never behind the bell: the weekly digest.</summary>
    public bool MailOnly { get; init; }
}
