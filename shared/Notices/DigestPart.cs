using Crucible.People;

namespace Crucible.Notices;

/// <summary>What a plugin has to say in the weekly mail.</summary>
/// <param name="Title">Heading of its part.</param>
/// <param name="Write">
/// The lines for this actor about that week, from what they may see; none leaves the part out, and without any part there is no
/// mail. Called once for each person who gets the mail, so keep it to a few statements.
/// </param>
public sealed record DigestPart(string Title, Func<IServiceProvider, Actor, Week, CancellationToken, Task<IReadOnlyList<DigestLine>>> Write)
{
    /// <summary>The permission without which the part is not written; null writes it for everyone.</summary>
    public string? Permission { get; init; }
}

/// <summary>A line of the weekly mail.</summary>
/// <param name="Text">One sentence or less.</param>
/// <param name="Url">Absolute path of the page behind it.</param>
public sealed record DigestLine(string Text, string? Url = null);

/// <summary>The seven days a digest is about.</summary>
/// <param name="From">When they begin; belongs to them.</param>
/// <param name="Until">When they end; does not.</param>
public readonly record struct Week(DateTimeOffset From, DateTimeOffset Until);
