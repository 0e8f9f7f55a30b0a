using Crucible.Data;
using Crucible.Host.Backup;
using Crucible.Host.Jobs;
using Crucible.Host.Mail;
using Crucible.Host.Pages.Admin.Jobs;
using Crucible.Notices;

namespace Crucible.Host.Notices;

/// <summary>What the scheduler says when runs have used up their attempts.</summary>
internal sealed class JobNotices(INotices notices, DeclaredJobs jobs)
{
    private const string SendMailKey = $"crucible.{nameof(SendMail)}";

    /// <summary>
    /// Tells those who look after jobs, and of a nightly backup those who look after backups. Runs of one job that are given up
    /// while nobody looks are one notice with a count.
    /// </summary>
    /// <param name="write">The write that ends the runs.</param>
    /// <param name="dead">The key of each one's job, and the error of its last attempt, one line.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task GivenUp(WriteScope write, IEnumerable<(string Job, string? Error)> dead, CancellationToken cancel)
    {
        // In one order on every host: two that tell of the same jobs must not wait for each other.
        foreach (var runs in dead.GroupBy(d => d.Job).OrderBy(r => r.Key, StringComparer.Ordinal))
        {
            var (permission, notice) = runs.Key == BackupSetup.Nightly
                ? ("crucible.backup", new Notice("crucible.backup-failed", "The nightly backup failed", JobsUrl.Job(runs.Key)))
                : ("crucible.jobs", new Notice("crucible.job-given-up", $"{jobs.TitleOf(runs.Key)} failed for good", JobsUrl.Job(runs.Key)));
            // A mail about a mail that could not be sent would be the next that cannot.
            await notices.NotifyHolders(write, permission, notice with
            {
                Text = runs.Last().Error,
                Status = "failed",
                Key = runs.Key,
                Times = runs.Count(),
                BellOnly = runs.Key == SendMailKey,
            }, cancel);
        }
    }
}
