using Crucible.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Fragments;
using Crucible.Experiments.Live;
using Crucible.Notices;
using Crucible.People;
using Dapper;

namespace Crucible.Experiments.Data;

/// <summary>Something that somebody said.</summary>
/// <param name="CommentId">Greater is later.</param>
/// <param name="ExperimentId">The experiment it belongs to.</param>
/// <param name="RunId">The run; null for the experiment.</param>
/// <param name="Run">That run's name.</param>
/// <param name="Place">See <see cref="CommentPlace"/>; empty for the whole.</param>
/// <param name="PersonId">Who said it.</param>
/// <param name="Author">That person's name of then.</param>
/// <param name="Body">Markdown.</param>
/// <param name="At">When, in UTC.</param>
/// <param name="EditedAt">When its author changed it.</param>
/// <param name="ResolvedAt">When somebody settled it.</param>
/// <param name="ResolvedBy">Who did.</param>
public sealed record Comment(long CommentId, long ExperimentId, Guid? RunId, string? Run, string Place, Guid? PersonId, string Author, string Body,
    DateTime At, DateTime? EditedAt, DateTime? ResolvedAt, string? ResolvedBy)
{
    internal const string Columns = """
        c.comment_id, c.experiment_id, c.run_id, (select name from experiments.run r where r.run_id = c.run_id) as run, c.place, c.person_id, c.author, c.body,
        c.at, c.edited_at, c.resolved_at, c.resolved_by
        """;
}

/// <summary>What comments are about: an experiment with all in it, a run, or a place in either.</summary>
/// <param name="ExperimentId">The experiment.</param>
/// <param name="RunId">One run of it; null takes all of them and the experiment itself.</param>
/// <param name="Place">One place; null takes every place.</param>
public readonly record struct CommentSubject(long ExperimentId, Guid? RunId = null, string? Place = null);

/// <summary>Comments. Reading verbs are for callers who have checked that the experiment may be seen; the others answer null when done, else why not.</summary>
public sealed class CommentStore(Database database, INotices notices)
{
    /// <summary>Characters of a comment.</summary>
    public const int Longest = 10_000;

    /// <summary>Comments before one, the newest first.</summary>
    public async Task<IReadOnlyList<Comment>> Page(CommentSubject subject, bool resolved, long? before, int most, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<Comment>(new($"""
            select {Comment.Columns} from experiments.comment c
            where {Of(subject)} and (@resolved or c.resolved_at is null) and (@before::bigint is null or c.comment_id < @before) order by c.comment_id desc limit @most
            """, new { subject.ExperimentId, subject.RunId, subject.Place, resolved, before, most }, cancellationToken: cancel))).AsList();
    }

    /// <summary>Cells of the run table with comments that nobody has settled, and how many; the newest thousand cells.</summary>
    public async Task<IReadOnlyList<(Guid RunId, string Place, long Count)>> Cells(long experimentId, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<(Guid, string, long)>(new("""
            select run_id, place, count(*) from experiments.comment
            where experiment_id = @experimentId and run_id is not null and place like 'cell:%' and resolved_at is null
            group by run_id, place order by max(comment_id) desc limit 1000
            """, new { experimentId }, cancellationToken: cancel))).AsList();
    }

    /// <summary>How many there are that nobody has settled, and how many are settled.</summary>
    public async Task<(long Open, long Resolved)> Count(CommentSubject subject, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.QuerySingleAsync<(long, long)>(new($"""
            select count(*) filter (where c.resolved_at is null), count(*) filter (where c.resolved_at is not null) from experiments.comment c where {Of(subject)}
            """, new { subject.ExperimentId, subject.RunId, subject.Place }, cancellationToken: cancel));
    }

    /// <summary>The places of a run, or of an experiment itself, that somebody commented on, with how many open comments each has.</summary>
    public async Task<IReadOnlyDictionary<string, long>> Places(long experimentId, Guid? runId, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<(string Place, long Count)>(new("""
            select place, count(*) from experiments.comment where experiment_id = @experimentId and run_id is not distinct from @runId and resolved_at is null and place <> ''
            group by place order by place limit 1000
            """, new { experimentId, runId }, cancellationToken: cancel))).ToDictionary(p => p.Place, p => p.Count);
    }

    /// <summary>Says something. Whoever is named as <c>@name</c> and may see it is told.</summary>
    public async Task<(long? Id, ProtocolError? Refusal)> Add(CommentSubject subject, string body, Actor actor, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        var (experiment, refusal) = await ExperimentGate.Pass(write, subject.ExperimentId, actor, cancel);
        if (refusal is not null)
            return (null, refusal);
        if (Check(ref body) is { } wrong)
            return (null, wrong);
        var place = subject.Place ?? "";
        if (!CommentPlace.IsPlace(place))
            return (null, ProtocolError.Invalid("This is no place that can be commented on."));
        var title = subject.RunId is null ? experiment!.Name : await write.Connection.QuerySingleOrDefaultAsync<string>(new(
            "select name from experiments.run where run_id = @RunId and experiment_id = @ExperimentId and lifecycle <> 'purging' for key share", new { subject.RunId, subject.ExperimentId }, cancellationToken: cancel));
        if (title is null)
            return (null, ProtocolError.NoRun($"{subject.RunId:N}"));
        var id = await write.Connection.QuerySingleAsync<long>(new("""
            insert into experiments.comment (experiment_id, run_id, place, person_id, author, body) values (@ExperimentId, @RunId, @place, @PersonId, @DisplayName, @body) returning comment_id
            """, new { subject.ExperimentId, subject.RunId, place, actor.PersonId, actor.DisplayName, body }, cancellationToken: cancel));
        await Call(write, experiment!, new(id, subject.ExperimentId, subject.RunId, title, place, actor.PersonId, actor.DisplayName, body, default, null, null, null), Mentions.In(body), cancel);
        Tell(write, subject.ExperimentId, subject.RunId, place);
        await write.Record(actor, "comment.add", subject.ExperimentId, subject.RunId, title, null, new { Comment = id, Place = place }, cancel);
        await write.Commit(cancel);
        return (id, null);
    }

    /// <summary>Changes what one said oneself.</summary>
    public Task<ProtocolError?> Edit(long experimentId, long commentId, string body, Actor actor, CancellationToken cancel) => Change(experimentId, commentId, "comment.edit", actor, async (write, experiment, comment) =>
    {
        if (comment.PersonId != actor.PersonId || actor.PersonId is null)
            return new(ErrorCode.PermissionDenied, "Only who wrote a comment may change it.");
        if (Check(ref body) is { } wrong)
            return wrong;
        await write.Connection.ExecuteAsync(new("update experiments.comment set body = @body, edited_at = now() where comment_id = @commentId", new { commentId, body }, cancellationToken: cancel));
        await Call(write, experiment, comment with { Body = body }, [.. Mentions.In(body).Except(Mentions.In(comment.Body))], cancel);
        return null;
    }, cancel);

    /// <summary>Takes back what one said oneself; admins take back anything.</summary>
    public Task<ProtocolError?> Delete(long experimentId, long commentId, Actor actor, CancellationToken cancel) => Change(experimentId, commentId, "comment.delete", actor, async (write, _, comment) =>
    {
        if (!actor.SeesAll && (comment.PersonId != actor.PersonId || actor.PersonId is null))
            return new(ErrorCode.PermissionDenied, "Only who wrote a comment or an admin may delete it.");
        await write.Connection.ExecuteAsync(new("delete from experiments.comment where comment_id = @commentId", new { commentId }, cancellationToken: cancel));
        return null;
    }, cancel);

    /// <summary>Settles a comment, or opens it again.</summary>
    public Task<ProtocolError?> Resolve(long experimentId, long commentId, bool resolved, Actor actor, CancellationToken cancel) => Change(experimentId, commentId, resolved ? "comment.resolve" : "comment.reopen", actor, async (write, _, _) =>
    {
        await write.Connection.ExecuteAsync(new("""
            update experiments.comment set resolved_at = case when @resolved then now() end, resolved_by = case when @resolved then @DisplayName end where comment_id = @commentId
            """, new { commentId, resolved, actor.DisplayName }, cancellationToken: cancel));
        return null;
    }, cancel);

    private async Task<ProtocolError?> Change(long experimentId, long commentId, string action, Actor actor, Func<WriteScope, Experiment, Comment, Task<ProtocolError?>> change, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        var (experiment, refusal) = await ExperimentGate.Pass(write, experimentId, actor, cancel);
        if (refusal is not null)
            return refusal;
        var comment = await write.Connection.QuerySingleOrDefaultAsync<Comment>(new($"select {Comment.Columns} from experiments.comment c where comment_id = @commentId and experiment_id = @experimentId for update of c",
            new { commentId, experimentId }, cancellationToken: cancel));
        if (comment is null)
            return new(ErrorCode.ResourceDoesNotExist, "This comment is gone.");
        if (await change(write, experiment!, comment) is { } refused)
            return refused;
        Tell(write, experimentId, comment.RunId, comment.Place);
        await write.Record(actor, action, experimentId, comment.RunId, comment.Run ?? experiment!.Name, null, new { Comment = commentId, comment.Place }, cancel);
        await write.Commit(cancel);
        return null;
    }

    private async Task Call(WriteScope write, Experiment experiment, Comment comment, IReadOnlyList<string> names, CancellationToken cancel)
    {
        if (names.Count == 0)
            return;
        var people = await write.Connection.QueryAsync<Guid>(new($"select p.id from crucible.person p where lower(p.user_name) = any(@names) and p.id is distinct from @PersonId and {TeamPeopleStore.Readers}",
            new { names = names.ToArray(), comment.PersonId, experiment.TeamId, Actor.Everyone }, cancellationToken: cancel));
        foreach (var person in people)
            await notices.Notify(write, person, new("experiments.mention", $"{comment.Author} mentioned you", Address.Comments(comment.ExperimentId, comment.RunId)) { Text = $"On {comment.Run ?? experiment.Name}: {Wording.Cut(comment.Body, 300)}", Key = $"comment:{comment.CommentId}" }, cancel);
    }

    private static string Of(CommentSubject subject) => "c.experiment_id = @ExperimentId"
        + (subject.RunId is null ? "" : " and c.run_id = @RunId") + (subject.Place is null ? "" : " and c.place = @Place");

    private static ProtocolError? Check(ref string body)
    {
        body = Wording.Whole(body.ReplaceLineEndings("\n").Trim());
        return body.Length == 0 ? ProtocolError.Invalid("Write something first.")
            : body.Contains('\0') ? ProtocolError.Invalid("A comment cannot hold the character U+0000.")
            : Wording.Length(body) > Longest ? ProtocolError.Invalid($"A comment has at most {Longest:N0} characters.") : null;
    }

    private static void Tell(WriteScope write, long experimentId, Guid? runId, string place)
    {
        var change = new CommentsChanged(experimentId, runId, place);
        write.Tell("experiments", Topics.Experiment(experimentId), change);
        if (runId is { } run)
            write.Tell("experiments", Topics.Run(run), change);
    }
}
