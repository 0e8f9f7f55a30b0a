using System.Text.Json;
using Crucible.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Live;
using Crucible.People;
using Dapper;
using Npgsql;

namespace Crucible.Experiments.Data;

/// <summary>A board as it is listed.</summary>
/// <param name="BoardId">Its id.</param>
/// <param name="Name">Empty for what somebody has before saving.</param>
/// <param name="OwnerId">Who made it.</param>
/// <param name="Shared">Everybody who sees the experiment sees it.</param>
/// <param name="View">Query of the page that it opens with.</param>
public sealed record BoardLine(long BoardId, string Name, Guid OwnerId, bool Shared, string View);

/// <summary>A board with its layout; without an id it is what somebody has who changed nothing yet.</summary>
public sealed record Board(BoardLine? Line, BoardLayout Layout);

/// <summary>
/// Boards of charts. Callers have checked that the experiment may be seen. A board of one's own is one's own affair; a shared one is
/// changed by whoever may write to the experiment. Verbs answer null when done, else why not.
/// </summary>
public sealed class BoardStore(Database database)
{
    private const int MostBoards = 200;
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>The named boards that this person sees: the shared ones and their own.</summary>
    public async Task<IReadOnlyList<BoardLine>> List(long experimentId, Guid? personId, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<BoardLine>(new("""
            select board_id, name, owner_id, shared, view from experiments.board
            where experiment_id = @experimentId and name <> '' and (shared or owner_id = @personId)
            order by shared desc, lower(name) limit @MostBoards
            """, new { experimentId, personId, MostBoards }, cancellationToken: cancel))).AsList();
    }

    /// <summary>A board; without an id the person's unnamed one. Null when there is none of this id for them.</summary>
    public async Task<Board?> Find(long experimentId, long? boardId, Guid? personId, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await Find(connection, experimentId, boardId, personId, "", cancel) ?? (boardId is null ? new(null, new()) : null);
    }

    /// <summary>Changes the layout of a board.</summary>
    public async Task<ProtocolError?> Change(Experiment experiment, long? boardId, Func<BoardLayout, BoardLayout> change, Actor actor, CancellationToken cancel)
    {
        if (actor.PersonId is not { } person)
            return new(ErrorCode.PermissionDenied, "Only people have boards.");
        await using var write = await database.Write(actor, cancel);
        var board = await Find(write.Connection, experiment.ExperimentId, boardId, person, " for update", cancel);
        if (board is null && boardId is not null)
            return Gone;
        if (board?.Line is { Shared: true } && !actor.MayWrite(experiment.TeamId))
            return new(ErrorCode.PermissionDenied, "You may look at this board, but not change it. Save it as your own first.");
        var next = change(board?.Layout ?? new());
        var layout = JsonSerializer.Serialize(next, Json);
        if (board?.Line is { } line)
        {
            await write.Connection.ExecuteAsync(new("update experiments.board set layout = @layout::jsonb, updated_at = now() where board_id = @BoardId",
                new { layout, line.BoardId }, cancellationToken: cancel));
            if (line.Shared)
            {
                await write.Record(actor, "board.change", experiment.ExperimentId, null, line.Name, cancel: cancel);
                write.Tell("experiments", Topics.Experiment(experiment.ExperimentId), new BoardChanged(experiment.ExperimentId, line.BoardId));
            }
        }
        else
            await write.Connection.ExecuteAsync(new("""
                insert into experiments.board (experiment_id, owner_id, layout) values (@ExperimentId, @person, @layout::jsonb)
                on conflict (experiment_id, owner_id, lower(name)) where not shared do update set layout = excluded.layout, updated_at = now()
                """, new { experiment.ExperimentId, person, layout }, cancellationToken: cancel));
        await write.Commit(cancel);
        return null;
    }

    /// <summary>Keeps a layout and a view under a name, in place of what had it.</summary>
    /// <returns>The board, or why not.</returns>
    public async Task<(long BoardId, ProtocolError? Refusal)> Save(Experiment experiment, string name, bool shared, BoardLayout layout, string view, Actor actor, CancellationToken cancel)
    {
        if (actor.PersonId is not { } person || (shared && !actor.MayWrite(experiment.TeamId)))
            return (0, new(ErrorCode.PermissionDenied, "You may keep boards for yourself here, not for the team."));
        if (name.Length is 0 or > 80)
            return (0, ProtocolError.Invalid("Give the board a name of at most 80 characters."));
        await using var write = await database.Write(actor, cancel);
        var target = shared ? "(experiment_id, lower(name)) where shared" : "(experiment_id, owner_id, lower(name)) where not shared";
        var id = await write.Connection.QuerySingleAsync<long>(new($"""
            insert into experiments.board (experiment_id, owner_id, name, shared, layout, view)
            values (@ExperimentId, @person, @name, @shared, @layout::jsonb, @view)
            on conflict {target} do update set layout = excluded.layout, view = excluded.view, updated_at = now()
            returning board_id
            """, new { experiment.ExperimentId, person, name, shared, layout = JsonSerializer.Serialize(layout, Json), view }, cancellationToken: cancel));
        if (shared)
        {
            await write.Record(actor, "board.share", experiment.ExperimentId, null, name, cancel: cancel);
            write.Tell("experiments", Topics.Experiment(experiment.ExperimentId), new BoardChanged(experiment.ExperimentId, id));
        }
        await write.Commit(cancel);
        return (id, null);
    }

    /// <summary>Deletes a board: one's own, or a shared one that one made or may delete as an admin.</summary>
    public async Task<ProtocolError?> Delete(Experiment experiment, long boardId, Actor actor, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        if (await Find(write.Connection, experiment.ExperimentId, boardId, actor.PersonId, " for update", cancel) is not { Line: { } line })
            return Gone;
        if (line.OwnerId != actor.PersonId && !actor.MayDelete(experiment.TeamId, line.OwnerId))
            return new(ErrorCode.PermissionDenied, "Only who made a board or an admin may delete it.");
        await write.Connection.ExecuteAsync(new("delete from experiments.board where board_id = @boardId", new { boardId }, cancellationToken: cancel));
        if (line.Shared)
            await write.Record(actor, "board.delete", experiment.ExperimentId, null, line.Name, cancel: cancel);
        await write.Commit(cancel);
        return null;
    }

    private static ProtocolError Gone => new(ErrorCode.ResourceDoesNotExist, "There is no such board.");

    private static async Task<Board?> Find(NpgsqlConnection connection, long experimentId, long? boardId, Guid? personId, string forUpdate, CancellationToken cancel)
    {
        var row = await connection.QuerySingleOrDefaultAsync<(long BoardId, string Name, Guid OwnerId, bool Shared, string View, string Layout)?>(new($"""
            select board_id, name, owner_id, shared, view, layout::text from experiments.board
            where experiment_id = @experimentId and (shared or owner_id = @personId)
                and case when @boardId is null then name = '' and not shared else board_id = @boardId end{forUpdate}
            """, new { experimentId, boardId, personId }, cancellationToken: cancel));
        return row is { } found ? new(new(found.BoardId, found.Name, found.OwnerId, found.Shared, found.View), JsonSerializer.Deserialize<BoardLayout>(found.Layout, Json)!) : null;
    }
}
