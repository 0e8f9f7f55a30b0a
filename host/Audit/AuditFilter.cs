namespace Crucible.Host.Audit;

/// <summary>Which lines of the audit log are asked for. Null asks for any.</summary>
internal sealed record AuditFilter
{
    public const int PageSize = 50;

    /// <summary>Sign-in name, whole.</summary>
    public string? By { get; init; }

    /// <summary>Beginning of an action: <c>person</c>, <c>person.disable</c>.</summary>
    public string? Action { get; init; }

    /// <summary>Kind and id of a subject, whole: <c>run:7f3a…</c>.</summary>
    public string? Subject { get; init; }

    /// <summary>Address of the client, whole.</summary>
    public string? Address { get; init; }

    /// <summary><c>browser</c>, <c>token</c>, <c>password</c> or <c>system</c>.</summary>
    public string? Via { get; init; }

    public DateTimeOffset? After { get; init; }
    public DateTimeOffset? Before { get; init; }

    /// <summary>Any part of what the subject was called.</summary>
    public string? Text { get; init; }

    /// <summary>Lines before this one only: the key of the page.</summary>
    public long? Older { get; init; }
}
