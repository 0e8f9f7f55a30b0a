using Crucible.Data;
using Crucible.People;

namespace Crucible.Jobs;

/// <summary>Asks for jobs declared with <c>module.Job&lt;T&gt;()</c> or <c>module.Every&lt;T&gt;()</c>.</summary>
public interface IJobQueue
{
    /// <summary>Stores a run of <typeparamref name="TJob"/>; it survives a restart and is run by one host.</summary>
    /// <param name="arguments">Ids only; 4,000 characters in all.</param>
    /// <param name="cancel">Gives up storing it.</param>
    /// <returns>The id of the run, under which <c>/admin/jobs</c> shows it.</returns>
    Task<Guid> Enqueue<TJob>(IReadOnlyDictionary<string, string> arguments, CancellationToken cancel) where TJob : class, IBackgroundJob;

    /// <summary>The same, on somebody's behalf, which <c>/admin/jobs</c> shows.</summary>
    /// <param name="arguments">Ids only; 4,000 characters in all.</param>
    /// <param name="by">Who asks.</param>
    /// <param name="cancel">Gives up storing it.</param>
    /// <returns>The id of the run.</returns>
    Task<Guid> Enqueue<TJob>(IReadOnlyDictionary<string, string> arguments, Actor by, CancellationToken cancel) where TJob : class, IBackgroundJob;

    /// <summary>The same, as part of a write: the run is there when the write commits, and was never there when it does not.</summary>
    /// <param name="write">The write, whose actor asks.</param>
    /// <param name="arguments">Ids only; 4,000 characters in all.</param>
    /// <param name="cancel">Gives up storing it.</param>
    /// <returns>The id of the run.</returns>
    Task<Guid> Enqueue<TJob>(WriteScope write, IReadOnlyDictionary<string, string> arguments, CancellationToken cancel) where TJob : class, IBackgroundJob;
}
