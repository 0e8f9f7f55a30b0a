using Crucible.Host.Mail;
using Crucible.Jobs;

namespace Crucible.Host.Notices;

/// <summary>Removes notices after ninety days and mails after thirty.</summary>
internal sealed class ForgetNotices(NoticeListStore notices, MailStore mails, TimeProvider time) : IBackgroundJob
{
    public async Task Run(JobRun run, CancellationToken cancel) =>
        run.Log($"{await notices.Forget(time.GetUtcNow().AddDays(-90), cancel)} notices and {await mails.Forget(time.GetUtcNow().AddDays(-30), cancel)} mails removed");
}
