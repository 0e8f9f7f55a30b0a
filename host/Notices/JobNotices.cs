using Crucible.Data;
using Crucible.Notices;

namespace Crucible.Host.Notices;

/// <summary>What the scheduler says when a run has used up its attempts.</summary>
internal static class JobNotices
{
    /// <summary>Tells those who look after jobs. Runs of one job that are given up while nobody looks are one notice with a count.</summary>
    /// <param name="notices">Writes it.</param>
    /// <param name="write">The write that ends the run.</param>
    /// <param name="job">Its key, <c>plugin.Job</c>.</param>
    /// <param name="title">What people call the job.</param>
    /// <param name="url">Its page.</param>
    /// <param name="error">Of the last attempt, one line.</param>
    /// <param name="cancel">Gives up.</param>
    public static Task GivenUp(this INotices notices, WriteScope write, string job, string title, string url, string error, CancellationToken cancel) =>
        notices.NotifyHolders(write, "crucible.jobs", new("crucible.job-given-up", $"{title} failed for good", url) { Text = error, Status = "failed", Key = job }, cancel);
}
