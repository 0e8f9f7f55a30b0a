using System.Text.Json;
using Crucible.Data;
using Crucible.Jobs;
using Crucible.Modules;
using Crucible.People;

namespace Crucible.Host.Jobs;

/// <summary>Stores runs that somebody asks for.</summary>
internal sealed class JobQueue(DeclaredJobs jobs, RunQueueStore queue, JobNews news) : IJobQueue
{
    private const int MostCharacters = 4000;

    public Task<Guid> Enqueue<TJob>(IReadOnlyDictionary<string, string> arguments, CancellationToken cancel) where TJob : class, IBackgroundJob =>
        Add(Rule<TJob>(), arguments, Rule<TJob>().Plugin, cancel);

    public Task<Guid> Enqueue<TJob>(IReadOnlyDictionary<string, string> arguments, Actor by, CancellationToken cancel) where TJob : class, IBackgroundJob =>
        Add(Rule<TJob>(), arguments, by.UserName, cancel);

    public Task<Guid> Enqueue<TJob>(WriteScope write, IReadOnlyDictionary<string, string> arguments, CancellationToken cancel) where TJob : class, IBackgroundJob =>
        Add(write, Rule<TJob>(), arguments, cancel);

    /// <summary>As part of a write, for a job known by its rule.</summary>
    public Task<Guid> Add(WriteScope write, JobRule rule, IReadOnlyDictionary<string, string> arguments, CancellationToken cancel) =>
        queue.Add(write.Connection, rule.Key, Json(rule, arguments), write.Actor.UserName, cancel);

    private async Task<Guid> Add(JobRule rule, IReadOnlyDictionary<string, string> arguments, string by, CancellationToken cancel)
    {
        var id = await queue.Add(rule.Key, Json(rule, arguments), by, cancel);
        news.Queued();
        return id;
    }

    private JobRule Rule<TJob>() => jobs.Running.FirstOrDefault(j => j.Job == typeof(TJob))
        ?? throw new InvalidOperationException($"{typeof(TJob).Name} is not declared by a running plugin. Add module.Job<{typeof(TJob).Name}>().");

    private static string? Json(JobRule rule, IReadOnlyDictionary<string, string> arguments)
    {
        if (arguments.Sum(a => a.Key.Length + a.Value.Length) > MostCharacters)
            throw new ArgumentException($"The arguments of {rule.Name} exceed {MostCharacters} characters. Pass ids, not objects.", nameof(arguments));
        return arguments.Count == 0 ? null : JsonSerializer.Serialize(arguments);
    }
}
