using Crucible.Jobs;

namespace Crucible.Host.People;

/// <summary>
/// Deletes what has opened nothing for a month, and sessions as soon as they are over. It stays a month because people ask why
/// something stopped working; the audit log remembers longer.
/// </summary>
internal sealed class ForgetExpiredCredentials(SessionStore sessions, TokenStore tokens, LinkStore links, InvitationStore invitations, TimeProvider time) : IBackgroundJob
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    public async Task Run(JobRun run, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        run.Log($"Sessions: {await sessions.ForgetExpired(now, cancel)}");
        run.Log($"Tokens: {await tokens.ForgetExpired(now - Kept, cancel)}");
        run.Log($"Links: {await links.ForgetExpired(now - Kept, cancel)}");
        run.Log($"Invitations: {await invitations.ForgetExpired(now - Kept, cancel)}");
    }
}
