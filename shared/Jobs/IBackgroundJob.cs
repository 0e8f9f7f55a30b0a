namespace Crucible.Jobs;

/// <summary>
/// Background work of a plugin. A job is short: it calls a verb of the domain. It may run twice (a host dies between
/// the work and its note in the schedule), so running it twice must do no harm.
/// </summary>
public interface IBackgroundJob
{
    /// <summary>Does the work. An exception is logged, counted and retried by the scheduler's policy.</summary>
    /// <param name="arguments">Ids given when the job was asked for; empty for scheduled runs.</param>
    /// <param name="cancel">Signalled when the host stops or the run is cancelled.</param>
    Task Run(IReadOnlyDictionary<string, string> arguments, CancellationToken cancel);
}

/// <summary>Asks for jobs declared with <c>module.Job&lt;T&gt;()</c>.</summary>
public interface IJobQueue
{
    /// <summary>Stores a run of <typeparamref name="TJob"/>; it survives a restart and is run by one host.</summary>
    /// <param name="arguments">Ids only; 4,000 characters in all.</param>
    /// <param name="cancel">Gives up storing it.</param>
    Task Enqueue<TJob>(IReadOnlyDictionary<string, string> arguments, CancellationToken cancel) where TJob : class, IBackgroundJob;
}
