namespace Crucible.Jobs;

/// <summary>Asks for jobs declared with <c>module.Job&lt;T&gt;()</c>.</summary>
public interface IJobQueue
{
    /// <summary>Stores a run of <typeparamref name="TJob"/>; it survives a restart and is run by one host.</summary>
    /// <param name="arguments">Ids only; 4,000 characters in all.</param>
    /// <param name="cancel">Gives up storing it.</param>
    /// <returns>The id of the run, under which <c>/admin/jobs</c> shows it.</returns>
    Task<Guid> Enqueue<TJob>(IReadOnlyDictionary<string, string> arguments, CancellationToken cancel) where TJob : class, IBackgroundJob;
}
