using System.Text.Json;
using Crucible.Data;
using Crucible.People;
using Dapper;

namespace Crucible.Experiments.Data;

/// <summary>What people do to experiments and runs, written down for them and for admins.</summary>
internal static class Activity
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Writes down what was done to an experiment or a run: on its Activity page and in the audit log, with this transaction.</summary>
    /// <param name="write">The transaction.</param>
    /// <param name="actor">Who did it.</param>
    /// <param name="action">Noun and verb: <c>run.delete</c>.</param>
    /// <param name="experimentId">The experiment.</param>
    /// <param name="runId">The run; null when it was done to the experiment.</param>
    /// <param name="title">What the run or experiment is called at this moment.</param>
    /// <param name="before">The values that change, as they were: <c>new { Name = "a" }</c>.</param>
    /// <param name="after">The same, as they are now.</param>
    /// <param name="cancel">Gives up.</param>
    public static Task Record(this WriteScope write, Actor actor, string action, long experimentId, Guid? runId, string title,
        object? before = null, object? after = null, CancellationToken cancel = default)
    {
        write.Audit($"experiments.{action}", runId is { } run ? $"run:{run:N}" : $"experiment:{experimentId}", title, before, after);
        return write.Connection.ExecuteAsync(new("""
            insert into experiments.activity (experiment_id, run_id, person_id, actor, action, title, before, after)
            values (@experimentId, @runId, @PersonId, @DisplayName, @action, @title, @before::jsonb, @after::jsonb)
            """, new { experimentId, runId, actor.PersonId, actor.DisplayName, action, title, before = Text(before), after = Text(after) }, cancellationToken: cancel));
    }

    private static string? Text(object? value) => value is null ? null : JsonSerializer.Serialize(value, Json);
}
