using System.Globalization;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Search;
using Crucible.Experiments.Fragments;
using Crucible.People;
using Crucible.Ui;
using Microsoft.AspNetCore.Mvc;

namespace Crucible.Experiments.Pages;

/// <summary>Parts of the run table that are asked for alone: more rows, the runs of a parent or group, what menus find. The experiment was found before.</summary>
public sealed class RunTableParts(RunTableReader reader, RunTableStore tables, KeyStore keys, ExperimentListStore lists, RunBatchStore batches)
{
    private const int KeysAtOnce = 30;

    /// <summary>Whether a part is one of these.</summary>
    public static bool Reads(string part) => part is "rows" or "children" or "group" or "columns" or "column" or "groups" or "count" or "targets" or "batches";

    /// <summary>The runs that somebody chose in a table: those, all that it shows, and where runs stand folded below their parents also those.</summary>
    public async Task<BatchOrder> Chosen(long experimentId, BatchOrder order, bool all, RunTableFilter filter, Actor actor, CancellationToken cancel) =>
        all ? order with { RunIds = await reader.All(experimentId, filter, actor, cancel) }
        : filter.Nests && order.Act is (RunAct.Archive or RunAct.Trash or RunAct.Move) ? order with { RunIds = await tables.WithNested(experimentId, order.RunIds, cancel) } : order;

    /// <summary>The rows behind a run.</summary>
    public Task<RunTableView> After(RunTableView table, Guid after, string? within, Actor actor, CancellationToken cancel) => reader.After(table, after, within, actor, cancel);

    /// <summary>Answers one of these parts.</summary>
    internal async Task<IActionResult> Answer(PluginPage page, long experimentId, string part, RunTableFilter filter, bool mayWrite, CancellationToken cancel)
    {
        var (actor, query) = (Actor.Of(page.HttpContext), page.Request.Query);
        string? Value(string name) => query[name] is [{ } value, ..] ? value : null;
        switch (part)
        {
            case "count":
                return new ContentResult { Content = (await reader.Count(experimentId, filter, actor, cancel)).ToString(CultureInfo.InvariantCulture), ContentType = "text/plain" };
            case "batches":
                return await page.Answer<RunBatches>((nameof(RunBatches.ExperimentId), experimentId), (nameof(RunBatches.Batches), await batches.UnderWay(experimentId, cancel)));
            case "targets":
                var found = await lists.Writable(Value("q") ?? "", experimentId, actor, cancel);
                return await page.Answer<OptionList>((nameof(OptionList.Items), found.Select(e => new Option(e.Id.ToString(CultureInfo.InvariantCulture), e.Name)).ToList()));
        }
        // What stands in the rows does not matter to menus, but which columns there are does.
        var table = await reader.Read(experimentId, part is "rows" or "children" or "group" ? filter with { Group = null } : filter, actor, cancel);
        table = table with { Filter = filter, MayWrite = mayWrite };
        return part switch
        {
            "rows" => Guid.TryParseExact(Value("after"), "N", out var after) ? await Rows(page, await reader.After(table, after, Value("within"), actor, cancel)) : await Rows(page, table),
            "children" => RunId.TryRead(Value("of"), out var parent) ? await Rows(page, await reader.Children(table, parent, Number("depth"), Number("skip"), cancel)) : page.NotFound(),
            "group" => await Rows(page, await reader.Group(table, Value("of") ?? "-", actor, cancel)),
            "columns" => await page.Answer<ColumnChoices>((nameof(ColumnChoices.View), table), (nameof(ColumnChoices.Text), Value("q") ?? ""), (nameof(ColumnChoices.Found), await Found(experimentId, filter, Value("q") ?? "", actor, cancel))),
            "groups" => await page.Answer<GroupChoices>((nameof(GroupChoices.View), table), (nameof(GroupChoices.Fixed), string.IsNullOrEmpty(Value("q"))),
                (nameof(GroupChoices.Params), await Names(Entity.Param)), (nameof(GroupChoices.Tags), await Names(Entity.Tag))),
            _ => RunColumn.Read(Value("of") ?? "") is { } column ? await page.Answer<ColumnActions>((nameof(ColumnActions.View), table), (nameof(ColumnActions.Column), column)) : page.NotFound(),
        };
        int Number(string name) => int.TryParse(Value(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? Math.Clamp(number, 0, 1_000_000) : 0;
        async Task<IReadOnlyList<string>> Names(Entity kind) => [.. (await keys.Keys(experimentId, RunFilter.All, filter.Scope.View(), kind, Value("q") ?? "", false, null, KeysAtOnce, cancel)).Keys.Select(k => k.Key).Where(k => !k.StartsWith("mlflow.", StringComparison.Ordinal))];
    }

    private static Task<ContentResult> Rows(PluginPage page, RunTableView view) => page.Answer<RunTableRows>((nameof(RunTableRows.View), view));

    private async Task<IReadOnlyList<(string, IReadOnlyList<RunKey>, ColumnKind, bool)>> Found(long experimentId, RunTableFilter filter, string text, Actor actor, CancellationToken cancel)
    {
        if (filter.Search(out var which, out _) is not null)
            which = RunFilter.All;
        which = filter.Scope.Filter(actor.PersonId).And(which);
        var found = new List<(string, IReadOnlyList<RunKey>, ColumnKind, bool)>();
        foreach (var (title, kind, entity) in ((string, ColumnKind, Entity)[])[("Metrics", ColumnKind.Metric, Entity.Metric), ("Parameters", ColumnKind.Param, Entity.Param), ("Tags", ColumnKind.Tag, Entity.Tag)])
        {
            var page = await keys.Keys(experimentId, which, filter.Scope.View(), entity, text, false, null, KeysAtOnce, cancel);
            found.Add((title, page.Keys, kind, page.Next is not null));
        }
        found.Add(("About the run", [.. RunColumn.Attributes.Where(a => a.Title.Contains(text, StringComparison.OrdinalIgnoreCase) || a.Key.Contains(text, StringComparison.OrdinalIgnoreCase)).Select(a => new RunKey(a.Key, 0, true))], ColumnKind.Attribute, false));
        return found;
    }
}
