using Crucible.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Jobs;
using Crucible.Jobs;
using Crucible.People;
using Dapper;

namespace Crucible.Experiments.Data;

/// <summary>A row of <c>experiments.export</c>, with what its experiment says about who may see it.</summary>
public sealed record Export
{
    internal const string Columns = """
        x.export_id, x.experiment_id, x.person_id, x.asked_by, x.format, x.include, x.filter, x.run_ids, x.gzip, x.state, x.rows_done, x.rows_total,
        x.file_name, x.bytes, x.error, x.created_at, x.started_at, x.ended_at, e.team_id, e.name as experiment_name
        """;

    /// <summary>Its id.</summary>
    public Guid ExportId { get; init; }

    /// <summary>What it is of.</summary>
    public long ExperimentId { get; init; }

    /// <summary>The name of that.</summary>
    public string ExperimentName { get; init; } = "";

    /// <summary>The team of that.</summary>
    public Guid TeamId { get; init; }

    /// <summary>Who asked.</summary>
    public Guid? PersonId { get; init; }

    /// <summary>The name of who asked, as it was then.</summary>
    public string AskedBy { get; init; } = "";

    /// <summary><c>csv</c>, <c>json</c> or <c>jsonl</c>.</summary>
    public string Format { get; init; } = "";

    /// <summary>What is in it.</summary>
    public string[] Include { get; init; } = [];

    /// <summary>Which runs; empty for all.</summary>
    public string Filter { get; init; } = "";

    /// <summary>Which runs, one by one; null for those of the filter.</summary>
    public Guid[]? RunIds { get; init; }

    /// <summary>Whether a single file is compressed.</summary>
    public bool Gzip { get; init; }

    /// <summary><c>queued</c>, <c>running</c>, <c>completed</c>, <c>failed</c> or <c>cancelled</c>.</summary>
    public string State { get; init; } = "";

    /// <summary>Rows written so far.</summary>
    public long RowsDone { get; init; }

    /// <summary>Rows in all; null before they were counted.</summary>
    public long? RowsTotal { get; init; }

    /// <summary>What a download is called.</summary>
    public string? FileName { get; init; }

    /// <summary>Size of the file.</summary>
    public long? Bytes { get; init; }

    /// <summary>Why it failed.</summary>
    public string? Error { get; init; }

    /// <summary>When it was asked for.</summary>
    public DateTime CreatedAt { get; init; }

    /// <summary>When writing began.</summary>
    public DateTime? StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTime? EndedAt { get; init; }

    /// <summary>Whether nothing more happens to it.</summary>
    public bool IsOver => State is "completed" or "failed" or "cancelled";

    /// <summary>What was wished.</summary>
    public ExportWish Wish => new(Format, Include, Filter, RunIds, Gzip);

    /// <summary>Where its file is in the file store.</summary>
    public string Path => PathOf(ExportId);

    internal static string PathOf(Guid id) => $"{ExportStore.Folder}/{id:N}";
}

/// <summary>Exports: asked for, written by a job, cancelled, forgotten.</summary>
public sealed class ExportStore(Database database, IJobQueue jobs, TimeProvider time)
{
    internal const string Folder = "exports";

    /// <summary>The export; null when there is none of an experiment that this actor may see.</summary>
    public async Task<Export?> Find(Guid exportId, Actor actor, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.QuerySingleOrDefaultAsync<Export>(new(
            $"select {Export.Columns} from experiments.export x join experiments.experiment e using (experiment_id) where x.export_id = @exportId and {Visible.To("e")}",
            new { exportId, actor.SeesAll, actor.ReadTeams }, cancellationToken: cancel));
    }

    /// <summary>One page, newest first, of one experiment or of all that this actor may see.</summary>
    /// <param name="experimentId">The experiment; null for all.</param>
    /// <param name="after">The last one that was seen.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="offset">How many to leave out.</param>
    /// <param name="actor">Who asks.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<IReadOnlyList<Export>> Page(long? experimentId, Guid? after, int limit, long offset, Actor actor, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<Export>(new($"""
            select {Export.Columns} from experiments.export x join experiments.experiment e using (experiment_id)
            where {Visible.To("e")} {(experimentId is null ? "" : "and x.experiment_id = @experimentId")} {(after is null ? "" : "and x.export_id < @after")}
            order by x.export_id desc limit @limit offset @offset
            """, new { experimentId, after, limit, offset, actor.SeesAll, actor.ReadTeams }, cancellationToken: cancel))).AsList();
    }

    /// <summary>How many there are.</summary>
    public async Task<long> Count(long? experimentId, Actor actor, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.QuerySingleAsync<long>(new(
            $"select count(*) from experiments.export x join experiments.experiment e using (experiment_id) where {Visible.To("e")} and (@experimentId::bigint is null or x.experiment_id = @experimentId)",
            new { experimentId, actor.SeesAll, actor.ReadTeams }, cancellationToken: cancel));
    }

    /// <summary>Queues an export of an experiment that the caller has checked to be visible. The wish has been checked too.</summary>
    public async Task<Guid> Ask(Experiment experiment, ExportWish wish, Actor actor, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        var id = Guid.CreateVersion7(time.GetUtcNow());
        await write.Connection.ExecuteAsync(new("""
            insert into experiments.export (export_id, experiment_id, person_id, asked_by, format, include, filter, run_ids, gzip)
            values (@id, @ExperimentId, @PersonId, @DisplayName, @Format, @include, @Filter, @RunIds, @Gzip)
            """, new { id, experiment.ExperimentId, actor.PersonId, actor.DisplayName, wish.Format, include = wish.Include.ToArray(), wish.Filter, wish.RunIds, wish.Gzip }, cancellationToken: cancel));
        await write.Record(actor, "experiment.export", experiment.ExperimentId, null, experiment.Name, after: new { wish.Format, wish.Include, wish.Filter, Runs = wish.RunIds?.Length }, cancel: cancel);
        await jobs.Enqueue<WriteExport>(write, new Dictionary<string, string> { [WriteExport.Export] = id.ToString("N") }, cancel);
        await write.Commit(cancel);
        return id;
    }

    /// <summary>Ends an export that is not over; its job notices within half a second and leaves no file.</summary>
    public async Task<ProtocolError?> Cancel(Export export, Actor actor, CancellationToken cancel)
    {
        if (!actor.SeesAll && export.PersonId != actor.PersonId)
            return new(ErrorCode.PermissionDenied, "Only who asked for an export or an admin may cancel it.");
        await using var write = await database.Write(actor, cancel);
        if (await write.Connection.ExecuteAsync(new("update experiments.export set state = 'cancelled', ended_at = now() where export_id = @ExportId and state in ('queued', 'running')", new { export.ExportId }, cancellationToken: cancel)) == 0)
            return new(ErrorCode.ResourceConflict, "This export is over already.");
        await write.Record(actor, "experiment.export.cancel", export.ExperimentId, null, export.ExperimentName, cancel: cancel);
        await write.Commit(cancel);
        return null;
    }

    /// <summary>Begins to write it, anew if a host died at it; null when it was cancelled or is there.</summary>
    internal async Task<Export?> Begin(Guid exportId, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.QuerySingleOrDefaultAsync<Export>(new($"""
            update experiments.export x set state = 'running', started_at = now(), rows_done = 0, rows_total = null, error = null
            from experiments.experiment e where e.experiment_id = x.experiment_id and x.export_id = @exportId and x.state in ('queued', 'running')
            returning {Export.Columns}
            """, new { exportId }, cancellationToken: cancel));
    }

    /// <summary>Says how far it has come; false when it was cancelled.</summary>
    internal Task<bool> Progress(Guid exportId, long done, long total, CancellationToken cancel) =>
        Update("update experiments.export set rows_done = @done, rows_total = @total where export_id = @exportId and state = 'running'", new { exportId, done, total }, cancel);

    /// <summary>Its file is there; false when it was cancelled meanwhile.</summary>
    internal Task<bool> Complete(Guid exportId, long rows, string fileName, long bytes, CancellationToken cancel) => Update("""
        update experiments.export set state = 'completed', rows_done = @rows, rows_total = @rows, file_name = @fileName, bytes = @bytes, ended_at = now()
        where export_id = @exportId and state = 'running'
        """, new { exportId, rows, fileName, bytes }, cancel);

    /// <summary>An attempt failed; with no further one to come it is over.</summary>
    internal Task<bool> Fail(Guid exportId, string error, bool over, CancellationToken cancel) => Update("""
        update experiments.export set state = case when @over then 'failed' else 'queued' end, error = @error, ended_at = case when @over then now() end
        where export_id = @exportId and state = 'running'
        """, new { exportId, error, over }, cancel);

    /// <summary>Ids of exports older than this, at most a thousand.</summary>
    internal async Task<Guid[]> Old(DateTimeOffset before, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return [.. await connection.QueryAsync<Guid>(new("select export_id from experiments.export where created_at < @before limit 1000", new { before = before.UtcDateTime }, cancellationToken: cancel))];
    }

    /// <summary>Those of these that there are.</summary>
    internal async Task<HashSet<Guid>> Known(Guid[] exportIds, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return [.. await connection.QueryAsync<Guid>(new("select export_id from experiments.export where export_id = any(@exportIds)", new { exportIds }, cancellationToken: cancel))];
    }

    /// <summary>Forgets these.</summary>
    internal async Task<int> Remove(Guid[] exportIds, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.ExecuteAsync(new("delete from experiments.export where export_id = any(@exportIds)", new { exportIds }, cancellationToken: cancel));
    }

    private async Task<bool> Update(string sql, object values, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.ExecuteAsync(new(sql, values, cancellationToken: cancel)) > 0;
    }
}
