namespace Crucible.Jobs;

/// <summary>
/// Background work of a plugin. A job is short: it calls a verb of the domain. It may run twice (a host dies between
/// the work and its note in the history), so running it twice must do no harm.
/// </summary>
public interface IBackgroundJob
{
    /// <summary>Does the work. An exception is kept with the attempt, counted, and retried by the job's <see cref="JobPolicy"/>.</summary>
    /// <param name="run">What was asked for, and where to say how far it has come.</param>
    /// <param name="cancel">Signalled when somebody cancels the run, its time is up, or the host stops.</param>
    Task Run(JobRun run, CancellationToken cancel);
}
