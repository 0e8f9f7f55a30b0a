using Crucible.Data;

namespace Crucible.Notices;

/// <summary>
/// Tells people what concerns them. It is part of a write: the notice, its place behind the open bells and its mail are there
/// when the write commits, and never were when it does not.
/// </summary>
public interface INotices
{
    /// <summary>Tells one person. Nothing happens to one who is disabled, gone, or does not want this kind.</summary>
    Task Notify(WriteScope write, Guid person, Notice notice, CancellationToken cancel);

    /// <summary>Tells everybody who has a permission: <c>crucible.jobs</c>.</summary>
    Task NotifyHolders(WriteScope write, string permission, Notice notice, CancellationToken cancel);
}
