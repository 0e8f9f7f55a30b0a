using Crucible.Live;

namespace Crucible.Data;

/// <summary>The audit log has further lines.</summary>
/// <param name="PersonId">Who acted; null for the system.</param>
/// <param name="By">That person's sign-in name, or what of the system it was.</param>
/// <param name="Lines">What was done to what; null in news of a release that did not say.</param>
internal sealed record AuditWritten(Guid? PersonId, string By, AuditWritten.Line[]? Lines)
{
    internal sealed record Line(string Action, string Subject, string Title);

    /// <summary>What the audit page listens to.</summary>
    public static readonly Topic Topic = new("audit", "all");
}
