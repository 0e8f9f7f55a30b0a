using Crucible.Host.People;

namespace Crucible.Host.Pages.Account;

/// <summary>A list of sessions with a sign-out each, drawn by <c>_Sessions.cshtml</c>. Its forms post to the handler <c>EndSession</c>.</summary>
/// <param name="Sessions">The last used first.</param>
/// <param name="Own">Id of the session that looks; it is left by signing out.</param>
/// <param name="Mine">Whether they are those of whoever looks.</param>
internal sealed record SessionsView(IReadOnlyList<OpenSession> Sessions, string? Own, bool Mine);
