namespace Crucible.Host.Audit;

/// <summary>One thing that somebody did.</summary>
internal sealed record AuditLine
{
    public long Id { get; init; }
    public DateTime At { get; init; }
    public Guid? PersonId { get; init; }

    /// <summary>The sign-in name as it was then, or the name of the job or command.</summary>
    public string Actor { get; init; } = "";
    public string Via { get; init; } = "";
    public Guid? TokenId { get; init; }

    /// <summary>What the token was called; null when it was none, or is gone.</summary>
    public string? TokenName { get; init; }
    public string? Address { get; init; }
    public string Action { get; init; } = "";
    public string Subject { get; init; } = "";
    public string Title { get; init; } = "";

    /// <summary>The values before and after, as JSON.</summary>
    public string? Before { get; init; }
    public string? After { get; init; }
}
