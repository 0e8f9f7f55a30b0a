using Crucible.Live;

namespace Crucible.Data;

/// <summary>The audit log has further lines.</summary>
internal sealed record AuditWritten
{
    /// <summary>What the audit page listens to.</summary>
    public static readonly Topic Topic = new("audit", "all");
}
