using System.Globalization;
using Crucible.Data;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Fragments;
using Crucible.Experiments.Live;
using Crucible.Ui;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;

namespace Crucible.Experiments.Pages;

/// <summary>The charts of an experiment's runs: a board of panels, live.</summary>
public sealed class ChartsModel(ExperimentStore experiments, ChartReader reader, ChartStore charts, BoardStore boards, ChartNoteStore notes, Database database) : ExperimentPageModel
{
    private static readonly string[] Chosen = ["filter", "status", "scope", "sort", "runs", "hide", "mark", "colour"];

    /// <summary>What the page shows.</summary>
    public ChartsView View { get; private set; } = null!;

    /// <summary>The page, or the part of it that <paramref name="part"/> names.</summary>
    public async Task<IActionResult> OnGet(long id, string? part, CancellationToken cancel)
    {
        if (part == "notes")
            return await NotesPart(id, Query("run"), cancel);
        // The bulk bar sends a field for each run; the page keeps them in one.
        if (Request.Query["runs"] is { Count: > 1 } several)
            return LocalRedirect(Address.With(Address.Charts(id), ("runs", string.Join(',', several.ToArray()))));
        var topics = (Crucible.Live.Topic[])[Topics.Experiment(id), Topics.Curves(id)];
        var cursor = await database.CursorOf(topics, cancel);
        if (await experiments.Find(id, Actor, cancel) is not { } experiment || await Read(experiment, Query, BoardId(Query("board")), cancel) is not { } view)
            return NotFound();
        View = view;
        if (part is not null)
            return part switch
            {
                "board" => await Fragment<ChartBoard>((nameof(ChartBoard.View), View)),
                "runs" => await Fragment<RunPicker>((nameof(RunPicker.View), View)),
                _ => NotFound(),
            };
        await Frame(cursor, topics, cancel);
        return Page();
    }

    /// <summary>Moves, resizes, hides, shows, removes a panel; folds a section.</summary>
    public async Task<IActionResult> OnPostArrange(long id, [FromForm] string? act, [FromForm] string? panel, [FromForm] string? before, [FromForm] string? size, [FromForm] string? section, [FromForm] string? query, CancellationToken cancel)
    {
        if (await experiments.Find(id, Actor, cancel) is not { } experiment)
            return NotFound();
        var state = Values(query);
        var runs = act == "move" ? await reader.Choose(id, state, Actor, cancel) : null;
        var keys = runs is null ? [] : (await charts.Keys([.. runs.Runs.Select(r => r.Run.RunId)], cancel)).Select(k => k.Key);
        var read = BoardPanel.Read(QueryHelpers.ParseQuery(panel).Select(q => KeyValuePair.Create(q.Key, q.Value.ToString())));
        if (read is null && act != "fold")
            return BadRequest();
        var refusal = await boards.Change(experiment, BoardId(state("board")), layout => act switch
        {
            "move" => layout.Move(read!.Id, before, keys),
            "size" => layout.Put(read! with { Size = BoardPanel.SizeOf(size) }),
            "hide" => layout.Put(read! with { Hidden = true }),
            "show" => layout.Put(read! with { Hidden = false }),
            "remove" => layout.Remove(read!.Id),
            "fold" => layout.Fold(section ?? "", size != "open"),
            _ => layout,
        }, Actor, cancel);
        if (refusal is not null)
            return Refused(refusal);
        if (!ByScript)
            return LocalRedirect(Address.Charts(id));
        View = (await Read(experiment, state, BoardId(state("board")), cancel))!;
        return await Fragment<ChartBoard>((nameof(ChartBoard.View), View));
    }

    /// <summary>Adds a panel of any kind, or puts it in the place of the one that it names.</summary>
    public async Task<IActionResult> OnPostAddPanel(long id, [FromForm] string? panel, [FromForm] string? kind, [FromForm] string? title, [FromForm] string? size, [FromForm] string? board, [FromForm] string? query, CancellationToken cancel)
    {
        if (await experiments.Find(id, Actor, cancel) is not { } experiment)
            return NotFound();
        if (PanelKinds.Find(kind ?? "") is not { } known)
            return BadRequest();
        var settings = known.Fields.Select(f => (f.Name, Value: Request.Form[$"{known.Name}.{f.Name}"].ToString().Trim())).Append(("title", (title ?? "").Trim())).Where(f => f.Item2.Length > 0)
            .Select(f => KeyValuePair.Create(BoardPanel.SettingPrefix + f.Item1, f.Item2));
        if (BoardPanel.Read([KeyValuePair.Create("panel", string.IsNullOrEmpty(panel) ? $"p-{Guid.NewGuid():N}"[..10] : panel), KeyValuePair.Create("kind", known.Name), KeyValuePair.Create("size", size ?? ""), .. settings]) is not { } made)
            return BadRequest();
        return await boards.Change(experiment, BoardId(board), layout => layout.Put(made), Actor, cancel) is { } refusal ? Refused(refusal) : LocalRedirect(Back(id, BoardId(board), query));
    }

    /// <summary>Keeps the board and the state of the page under a name.</summary>
    public async Task<IActionResult> OnPostSaveBoard(long id, [FromForm] string? name, [FromForm] bool shared, [FromForm] string? from, [FromForm] string? view, CancellationToken cancel)
    {
        if (await experiments.Find(id, Actor, cancel) is not { } experiment || await boards.Find(id, BoardId(from), Actor.PersonId, cancel) is not { } board)
            return NotFound();
        var (boardId, refusal) = await boards.Save(experiment, (name ?? "").Trim(), shared, board.Layout, Back(id, null, view).Split('?') is [_, var state] ? state : "", Actor, cancel);
        if (refusal is null)
            return LocalRedirect(Back(id, boardId, view));
        if (refusal.Code != ErrorCode.InvalidParameterValue)
            return Refused(refusal);
        View = (await Read(experiment, Values(view), BoardId(from), cancel))! with { Error = new("name", refusal.Message, name) };
        Response.StatusCode = 422;
        await Frame(null, [], cancel);
        return Page();
    }

    /// <summary>Deletes a board.</summary>
    public async Task<IActionResult> OnPostDeleteBoard(long id, [FromForm] long board, CancellationToken cancel) =>
        await experiments.Find(id, Actor, cancel) is not { } experiment ? NotFound()
            : await boards.Delete(experiment, board, Actor, cancel) is { } refusal ? Refused(refusal) : LocalRedirect(Address.Charts(id));

    /// <summary>Writes words beside a place of the axis.</summary>
    public async Task<IActionResult> OnPostNote(long id, [FromForm] string? label, [FromForm] string? axis, [FromForm] double? x, [FromForm] string? metric, [FromForm] string? run, CancellationToken cancel)
    {
        if (await experiments.Find(id, Actor, cancel) is not { } experiment)
            return NotFound();
        if (x is not { } place || !double.IsFinite(place) || axis is not ("step" or "elapsed" or "time") && axis?.StartsWith("metrics.", StringComparison.Ordinal) != true || axis.Length > 300 || metric?.Length > 300)
            return BadRequest();
        Guid? runId = RunId.TryRead(run, out var one) ? one : null;
        return await notes.Add(experiment, runId, string.IsNullOrEmpty(metric) ? null : metric, axis, place, (label ?? "").Trim(), Actor, cancel) is { } refusal
            ? Refused(refusal) : await AfterNote(id, run, cancel);
    }

    /// <summary>Takes them away.</summary>
    public async Task<IActionResult> OnPostRemoveNote(long id, [FromForm] long note, [FromForm] string? run, CancellationToken cancel) =>
        await experiments.Find(id, Actor, cancel) is not { } experiment ? NotFound()
            : await notes.Remove(experiment, note, Actor, cancel) is { } refusal ? Refused(refusal) : await AfterNote(id, run, cancel);

    private async Task<IActionResult> AfterNote(long id, string? run, CancellationToken cancel) =>
        ByScript ? await NotesPart(id, run, cancel) : LocalRedirect(RunId.TryRead(run, out var one) ? Address.Run(one) : Address.Charts(id));

    private async Task<IActionResult> NotesPart(long id, string? run, CancellationToken cancel)
    {
        if (await experiments.Find(id, Actor, cancel) is not { } experiment)
            return NotFound();
        Guid? runId = RunId.TryRead(run, out var one) ? one : null;
        return await Fragment<ChartNotes>((nameof(ChartNotes.ExperimentId), id), (nameof(ChartNotes.RunId), runId), (nameof(ChartNotes.MayWrite), Actor.MayWrite(experiment.TeamId)), (nameof(ChartNotes.Notes), await notes.List(id, runId, cancel)));
    }

    private async Task Frame(Crucible.Live.Cursor? cursor, Crucible.Live.Topic[] topics, CancellationToken cancel)
    {
        var frame = await JudgedFrame(View.Id, cancel);
        var list = boards.List(View.Id, Actor.PersonId, cancel);
        var written = notes.List(View.Id, null, cancel);
        View = View with { Frame = frame, Boards = await list, Notes = await written, Token = Token };
        if (View.Runs.Error is not null)
            Response.StatusCode = 422;
        var shell = Shell.Of(HttpContext).Style("/assets/experiments/charts.css");
        if (cursor is not null)
            shell.Listen(cursor, topics);
    }

    private async Task<ChartsView?> Read(Experiment experiment, Func<string, string?> query, long? boardId, CancellationToken cancel)
    {
        var found = boards.Find(experiment.ExperimentId, boardId, Actor.PersonId, cancel);
        var runs = await reader.Choose(experiment.ExperimentId, query, Actor, cancel);
        var ids = runs.Runs.Select(r => r.Run.RunId).ToArray();
        var (keys, grouping) = (charts.Keys(ids, cancel), charts.Grouping(ids, cancel));
        await Task.WhenAll(keys, grouping);
        return await found is not { } board ? null : new(experiment, runs, board, ChartFilter.Read(query), RunTableFilter.Read(query))
        {
            Keys = await keys,
            Grouping = await grouping,
            Chosen = [.. Chosen.Select(name => (name, query(name)))],
            Whole = query("whole"),
            MayWrite = Actor.MayWrite(experiment.TeamId),
        };
    }

    private static long? BoardId(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;

    private static Func<string, string?> Values(string? query)
    {
        var values = QueryHelpers.ParseQuery(query is { Length: <= 8000 } ? query : "");
        return name => values.TryGetValue(name, out var value) ? value.ToString() : null;
    }

    // What a form sends is read and written anew: a link out of it can only lead to this page.
    private static string Back(long id, long? boardId, string? query)
    {
        var values = Values(query);
        return Address.With(Address.Charts(id), [("board", boardId?.ToString(CultureInfo.InvariantCulture)), .. Chosen.Select(name => (name, values(name))), .. ChartFilter.Read(values).Query()]);
    }
}
