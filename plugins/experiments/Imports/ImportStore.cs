using Crucible.Data;
using Crucible.Experiments.Data;
using Crucible.Experiments.Live;
using Crucible.Jobs;
using Crucible.People;
using Dapper;
using Npgsql;
using NpgsqlTypes;

namespace Crucible.Experiments.Imports;

/// <summary>Imports: what was asked for, how far it has come, what it refused and what it made.</summary>
public sealed class ImportStore(Database database, TimeProvider time)
{
    /// <summary>Imports on one page of the list.</summary>
    public const int PageSize = 50;

    /// <summary>Refusals on one page of an import.</summary>
    public const int RefusalsShown = 100;

    /// <summary>The import; null when there is none that this actor may see.</summary>
    public async Task<ImportRow?> Find(Guid importId, Actor actor, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        var row = await connection.QuerySingleOrDefaultAsync<ImportRow>(new($"select {ImportRow.Columns} from experiments.import i where import_id = @importId",
            new { importId }, cancellationToken: cancel));
        return row is not null && MaySee(row, actor) ? row : null;
    }

    /// <summary>Imports hold names of files and addresses of servers: their own, and admins', but no teammate's.</summary>
    private static bool MaySee(ImportRow row, Actor actor) => actor.SeesAll || (row.PersonId is not null && row.PersonId == actor.PersonId);

    /// <summary>The imports that this actor may see, newest first, after one; one more than a page when there are more.</summary>
    public async Task<IReadOnlyList<ImportRow>> Page(Actor actor, Guid? after, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<ImportRow>(new($"""
            select {ImportRow.Columns} from experiments.import i
            where (@SeesAll or i.person_id = @PersonId) and (@after::uuid is null or i.import_id < @after)
            order by i.import_id desc limit {PageSize + 1}
            """, new { actor.SeesAll, actor.PersonId, after }, cancellationToken: cancel))).AsList();
    }

    /// <summary>Notes an import that is asked for, and for one that a job does, the job.</summary>
    internal async Task Begin(ImportRow import, Actor actor, IJobQueue? jobs, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        await write.Connection.ExecuteAsync(new("""
            insert into experiments.import (import_id, kind, title, team_id, person_id, actor, state, settings, secret, created_at, changed_at)
            values (@ImportId, @Kind, @Title, @TeamId, @PersonId, @Actor, @State, @SettingsJson::jsonb, @Secret, @CreatedAt, @CreatedAt)
            """, import, cancellationToken: cancel));
        write.Audit("experiments.import.begin", $"import:{import.ImportId:N}", import.Title);
        if (jobs is not null)
            await jobs.Enqueue<RunImport>(write, new Dictionary<string, string> { ["import"] = import.ImportId.ToString("N") }, cancel);
        await write.Commit(cancel);
    }

    /// <summary>Goes from one state to the next, with a job that does the work; false when it is in another state by now.</summary>
    internal async Task<bool> Go(Guid importId, string from, string to, Settings settings, Actor actor, IJobQueue jobs, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        var done = await write.Connection.ExecuteAsync(new("""
            update experiments.import set state = @to, settings = @settings::jsonb, counts = null, refusals = 0, changed_at = @now where import_id = @importId and state = @from
            """, new { importId, from, to, settings = ImportJson.Write(settings), now = time.GetUtcNow() }, cancellationToken: cancel));
        if (done == 0)
            return false;
        await jobs.Enqueue<RunImport>(write, new Dictionary<string, string> { ["import"] = importId.ToString("N") }, cancel);
        write.Audit($"experiments.import.{(to == "running" ? "start" : "read")}", $"import:{importId:N}", "");
        write.Tell("experiments", Topics.Import(importId), new ImportMoved(importId));
        await write.Commit(cancel);
        return true;
    }

    /// <summary>Forgets what an earlier attempt refused.</summary>
    internal async Task ForgetRefusals(Guid importId, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await connection.ExecuteAsync(new("delete from experiments.import_refusal where import_id = @importId", new { importId }, cancellationToken: cancel));
    }

    /// <summary>The import, for the job that does it.</summary>
    internal async Task<ImportRow?> Get(Guid importId, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.QuerySingleOrDefaultAsync<ImportRow>(new($"select {ImportRow.Columns} from experiments.import i where import_id = @importId", new { importId }, cancellationToken: cancel));
    }

    /// <summary>Whether it is to end: somebody asked for that, or it ended already.</summary>
    internal async Task<bool> IsToEnd(Guid importId, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.ExecuteScalarAsync<bool>(new("""
            select not exists (select from experiments.import where import_id = @importId and cancel_by is null and state in ('reading', 'running'))
            """, new { importId }, cancellationToken: cancel));
    }

    /// <summary>How many imports of a person are not over.</summary>
    internal async Task<long> OpenOf(Guid? personId, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.ExecuteScalarAsync<long>(new("select count(*) from experiments.import where person_id = @personId and state in ('reading', 'ready', 'running')", new { personId }, cancellationToken: cancel));
    }

    /// <summary>Writes how far it has come, and what was refused since.</summary>
    internal async Task Report(Guid importId, Counts counts, Report report, CancellationToken cancel)
    {
        await using var write = await database.Write(Actor.System("import"), cancel);
        var first = report.Count - report.Waiting;
        var lines = report.Take();
        if (lines.Count > 0)
            await Copy(write.Connection, importId, Math.Min(first, Imports.Report.Most - lines.Count), lines, cancel);
        await write.Connection.ExecuteAsync(new("""
            update experiments.import set counts = @counts::jsonb, refusals = @Count, changed_at = @now where import_id = @importId
            """, new { importId, counts = ImportJson.Write(counts), report.Count, now = time.GetUtcNow() }, cancellationToken: cancel));
        write.Tell("experiments", Topics.Import(importId), new ImportMoved(importId));
        await write.Commit(cancel);
    }

    private static async Task Copy(NpgsqlConnection connection, Guid importId, long place, IReadOnlyList<Refusal> lines, CancellationToken cancel)
    {
        await using var copy = await connection.BeginBinaryImportAsync("copy experiments.import_refusal (import_id, place, file, line, what, mend) from stdin (format binary)", cancel);
        foreach (var line in lines)
        {
            await copy.StartRowAsync(cancel);
            await copy.WriteAsync(importId, NpgsqlDbType.Uuid, cancel);
            await copy.WriteAsync(++place, NpgsqlDbType.Bigint, cancel);
            await copy.WriteAsync(line.File, NpgsqlDbType.Text, cancel);
            await copy.WriteAsync(line.Line, NpgsqlDbType.Bigint, cancel);
            await copy.WriteAsync(line.What, NpgsqlDbType.Text, cancel);
            await copy.WriteAsync(line.Mend, NpgsqlDbType.Text, cancel);
        }
        await copy.CompleteAsync(cancel);
    }

    /// <summary>Ends one part of the work: what was found, or done, or why neither. The secret goes when nothing is left to do.</summary>
    internal async Task End(ImportRow import, string state, Plan? plan, string? problem, Actor actor, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        var changed = await write.Connection.ExecuteAsync(new("""
            update experiments.import set state = @state, plan = coalesce(@plan::jsonb, plan), problem = @problem, cancel_by = case when @state = 'ready' then null else cancel_by end,
                secret = case when @state = 'ready' then secret end, changed_at = @now, ended_at = case when @state = 'ready' then null else @now end
            where import_id = @ImportId and state in ('reading', 'ready', 'running')
            """, new { import.ImportId, state, plan = plan is null ? null : ImportJson.Write(plan), problem, now = time.GetUtcNow() }, cancellationToken: cancel));
        if (changed == 1 && import.State == "running")
            foreach (var (experimentId, runs) in await MadeRuns(write.Connection, import.ImportId, cancel))
                await write.Record(actor, "experiment.import", experimentId, null, import.Title, null, new { Runs = runs, State = state }, cancel);
        write.Tell("experiments", Topics.Import(import.ImportId), new ImportMoved(import.ImportId));
        await write.Commit(cancel);
    }

    private static async Task<IReadOnlyList<(long ExperimentId, long Runs)>> MadeRuns(NpgsqlConnection connection, Guid importId, CancellationToken cancel) =>
        (await connection.QueryAsync<(long, long)>(new("""
            select m.experiment_id, count(m.run_id) from experiments.import_made m join experiments.experiment e using (experiment_id)
            where m.import_id = @importId group by 1 order by 1
            """, new { importId }, cancellationToken: cancel))).AsList();

    /// <summary>Asks for the end of it: what waits for a decision ends at once.</summary>
    internal async Task<bool> Cancel(Guid importId, Actor actor, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        var done = await write.Connection.ExecuteAsync(new("""
            update experiments.import set cancel_by = @UserName, changed_at = @now, state = case state when 'ready' then 'cancelled' else state end,
                secret = case state when 'ready' then null else secret end, ended_at = case state when 'ready' then @now else ended_at end
            where import_id = @importId and state in ('reading', 'ready', 'running') and cancel_by is null
            """, new { importId, actor.UserName, now = time.GetUtcNow() }, cancellationToken: cancel));
        if (done == 1)
            write.Audit("experiments.import.cancel", $"import:{importId:N}", "");
        write.Tell("experiments", Topics.Import(importId), new ImportMoved(importId));
        await write.Commit(cancel);
        return done == 1;
    }

    /// <summary>A page of what was refused, after a place; one more than a page when there are more.</summary>
    public async Task<IReadOnlyList<(long Place, Refusal Line)>> Refusals(Guid importId, long after, int most, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return [.. (await connection.QueryAsync<(long Place, string File, long Line, string What, string Mend)>(new("""
            select place, file, line, what, mend from experiments.import_refusal where import_id = @importId and place > @after order by place limit @most
            """, new { importId, after, most }, cancellationToken: cancel))).Select(r => (r.Place, new Refusal(r.File, r.Line, r.What, r.Mend)))];
    }

    /// <summary>The experiments an import put runs into, or made, with how many of its runs are there still.</summary>
    public async Task<IReadOnlyList<MadeExperiment>> Made(Guid importId, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<MadeExperiment>(new("""
            select m.experiment_id, e.name, count(r.run_id) as runs
            from experiments.import_made m join experiments.experiment e using (experiment_id)
            left join experiments.run r on r.run_id = m.run_id and r.lifecycle = 'active'
            where m.import_id = @importId and e.lifecycle = 'active' group by 1, 2 order by 2 limit 100
            """, new { importId }, cancellationToken: cancel))).AsList();
    }

    /// <summary>Moves what an import made to the trash: its runs and models, and the experiments that hold nothing else.</summary>
    /// <returns>How many runs that were; null when it is in another state by now.</returns>
    internal async Task<long?> Undo(ImportRow import, Actor actor, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        if (await write.Connection.ExecuteAsync(new("""
            update experiments.import set state = 'undone', changed_at = @now where import_id = @ImportId and state in ('done', 'failed', 'cancelled')
            """, new { import.ImportId, now = time.GetUtcNow() }, cancellationToken: cancel)) == 0)
            return null;
        var gone = (await write.Connection.QueryAsync<(Guid RunId, long ExperimentId, Guid TeamId)>(new("""
            update experiments.run r set lifecycle = 'deleted', deleted_at = now()
            from experiments.import_made m, experiments.experiment e
            where m.import_id = @ImportId and m.run_id = r.run_id and e.experiment_id = r.experiment_id and r.lifecycle = 'active'
                and (@SeesAll or e.team_id = any(@WriteTeams))
            returning r.run_id, r.experiment_id, e.team_id
            """, new { import.ImportId, actor.SeesAll, actor.WriteTeams }, cancellationToken: cancel))).AsList();
        await write.Connection.ExecuteAsync(new("""
            update experiments.logged_model l set lifecycle = 'deleted'
            from experiments.import_made m, experiments.experiment e
            where m.import_id = @ImportId and m.model_id = l.model_id and e.experiment_id = l.experiment_id and (@SeesAll or e.team_id = any(@WriteTeams));
            update experiments.experiment e set lifecycle = 'deleted'
            from experiments.import_made m
            where m.import_id = @ImportId and m.run_id is null and m.model_id is null and m.experiment_id = e.experiment_id and e.lifecycle = 'active'
                and (@SeesAll or e.team_id = any(@WriteTeams))
                and not exists (select from experiments.run r where r.experiment_id = e.experiment_id and r.lifecycle = 'active')
            """, new { import.ImportId, actor.SeesAll, actor.WriteTeams }, cancellationToken: cancel));
        foreach (var team in gone.GroupBy(g => (g.TeamId, g.ExperimentId)))
            write.TellTeam(team.Key.TeamId, team.First().RunId, team.Key.ExperimentId, new RunDeleted(team.First().RunId, team.Key.ExperimentId));
        foreach (var (experimentId, runs) in await MadeRuns(write.Connection, import.ImportId, cancel))
            await write.Record(actor, "experiment.undo-import", experimentId, null, import.Title, null, new { Runs = runs }, cancel);
        write.Tell("experiments", Topics.Import(import.ImportId), new ImportMoved(import.ImportId));
        await write.Commit(cancel);
        return gone.Count;
    }

    /// <summary>Imports that nobody decided about, or that nothing works on, since a time end.</summary>
    internal async Task Expire(DateTimeOffset before, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await connection.ExecuteAsync(new("""
            update experiments.import set state = 'expired', secret = null, ended_at = now() where state in ('reading', 'ready', 'running') and changed_at < @before
            """, new { before }, cancellationToken: cancel));
    }

    /// <summary>Which of these are known, and which of them are not over.</summary>
    internal async Task<IReadOnlyDictionary<Guid, bool>> Open(Guid[] ids, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<(Guid Id, bool Open)>(new(
            "select import_id, state in ('reading', 'ready', 'running') from experiments.import where import_id = any(@ids)", new { ids }, cancellationToken: cancel))).ToDictionary(i => i.Id, i => i.Open);
    }
}

/// <summary>An experiment that an import put runs into.</summary>
public sealed record MadeExperiment(long ExperimentId, string Name, long Runs);

/// <summary>An import has come further or is in another state. Told on <c>import:{id}</c>.</summary>
public sealed record ImportMoved(Guid ImportId);
