namespace Crucible.Ui;

/// <summary>The notifications of the person who looks.</summary>
/// <param name="Unread">How many they have not seen; more than 99 reads <c>99+</c>.</param>
/// <param name="Items">The newest ones.</param>
public sealed record BellView(int Unread, IReadOnlyList<BellItem> Items)
{
    /// <summary>Answers with a fresh <see cref="Bell"/>; null is a bell that does not change.</summary>
    public string? Url { get; init; }

    /// <summary>Where "mark all read" posts; answers with a fresh <see cref="Bell"/>, or a redirect to a plain form.</summary>
    public string? ReadUrl { get; init; }

    /// <summary>The page of all notifications.</summary>
    public string? AllUrl { get; init; }
}

/// <summary>One notification.</summary>
/// <param name="Title">What happened: <c>kl-t2-lr3e4 failed</c>.</param>
/// <param name="Url">Where it leads.</param>
/// <param name="At">When.</param>
/// <param name="Unread">Not seen yet.</param>
public sealed record BellItem(string Title, string Url, DateTimeOffset At, bool Unread)
{
    /// <summary>A further line: why, where.</summary>
    public string? Text { get; init; }

    /// <summary>One of <see cref="StatusMark.Statuses"/>, which gives the glyph and its colour.</summary>
    public string? Status { get; init; }

    /// <summary>An icon for what has no status.</summary>
    public string Icon { get; init; } = "bell";
}
