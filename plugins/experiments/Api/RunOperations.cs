using System.Globalization;
using Crucible.Api;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Domain.Search;
using Microsoft.AspNetCore.Routing;

namespace Crucible.Experiments.Api;

/// <summary><c>/api/v1/runs</c>: found, made, changed.</summary>
internal static class RunOperations
{
    private const string Group = "Runs";
    private static readonly Dictionary<string, string> Id = new() { ["id"] = ApiRun.SampleId };

    public static void Map(IEndpointRouteBuilder app)
    {
        ApiDoc list = new(Group, "Search runs")
        {
            Detail = "Each with its parameters, tags and latest metrics. Walking by cursor takes an order by an attribute.",
            Paged = true, Answers = typeof(ApiRun), Shows = ApiRun.Sample, Sorts = ["started_at", "ended_at", "name", "status", "id", "metrics.", "params.", "tags."], Sort = "-started_at",
            Query = [new("filter", "The search grammar, as on the runs page: metrics.<key>, params.<key>, tags.<key>, attributes.<name>.", "metrics.loss < 0.5 AND params.lr = '0.001'")],
            Filters =
            [
                new("status", "pending, running, completed, failed or cancelled; a lost run is a running one.", "running"), new("name", "The whole name.", "brave-otter-7"),
                new("parent_run_id", "The run they are nested in.", ApiRun.SampleId), new("deleted", "true for the trash; false without it.", "false"),
            ],
        };
        app.Api("GET", "runs", call => List(call, null), list with { Filters = [new("experiment_id", "One experiment, or several with commas between; all that you may see without it.", "12"), .. list.Filters] });
        app.Api("GET", "experiments/{id}/runs", OfExperiment, list with { Group = "Experiments", Summary = "Search the runs of an experiment", Path = new Dictionary<string, string> { ["id"] = "12" } });
        app.Api("POST", "runs", Create, new(Group, "Begin a run") { Status = 201, Takes = typeof(NewRunBody), Example = NewRunBody.Sample, Answers = typeof(ApiRun), Shows = ApiRun.Sample, Refusals = [403, 404] });
        app.Api("GET", "runs/{id}", Get, new(Group, "Read a run") { Path = Id, Answers = typeof(ApiRun), Shows = ApiRun.Sample });
        app.Api("PATCH", "runs/{id}", Change, new(Group, "Change a run") { Detail = "What is not sent stays.", Path = Id, Takes = typeof(RunChange), Example = RunChange.Sample, Answers = typeof(ApiRun), Shows = ApiRun.Sample, Refusals = [403, 412] });
        app.Api("DELETE", "runs/{id}", Delete, new(Group, "Move a run to the trash") { Detail = "For its owner and admins.", Path = Id, Status = 204, Refusals = [403, 412] });
        app.Api("POST", "runs/{id}/restore", Restore, new(Group, "Bring a run back from the trash") { Path = Id, Answers = typeof(ApiRun), Shows = ApiRun.Sample, Refusals = [403] });
        app.Api("POST", "runs/{id}/archive", call => Archive(call, true), new(Group, "Move a run to the archive") { Detail = "It leaves the table and stays readable.", Path = Id, Answers = typeof(ApiRun), Shows = ApiRun.Sample with { Archived = true }, Refusals = [403] });
        app.Api("POST", "runs/{id}/unarchive", call => Archive(call, false), new(Group, "Take a run out of the archive") { Path = Id, Answers = typeof(ApiRun), Shows = ApiRun.Sample, Refusals = [403] });
        app.Api("POST", "runs/{id}/continue", Continue, new(Group, "Continue a run that has ended") { Detail = "It is running again and its end is forgotten.", Path = Id, Answers = typeof(ApiRun), Shows = ApiRun.Sample, Refusals = [403] });
    }

    private static async Task<ApiError?> OfExperiment(ApiCall call)
    {
        var (experiment, refusal) = await call.Experiment();
        return refusal ?? await List(call, experiment!.ExperimentId);
    }

    private static async Task<ApiError?> List(ApiCall call, long? experimentId)
    {
        if (Filter(call, experimentId, out var filter) is { } wrong)
            return wrong;
        var (by, descending) = call.Sort;
        var attribute = by switch { "started_at" => "start_time", "ended_at" => "end_time", "name" => "run_name", "id" => "run_id", "status" => "status", _ => null };
        if (call.Page.ByCursor && attribute is null)
            return ApiError.Invalid("cursor", "goes with an order by started_at, ended_at, name, status or id. Ask for this order by page.");
        var column = attribute is null ? $"{by[..by.IndexOf('.', StringComparison.Ordinal)]}.`{by[(by.IndexOf('.', StringComparison.Ordinal) + 1)..].Replace("`", "``", StringComparison.Ordinal)}`" : $"attributes.{attribute}";
        if (!SearchOrder.TryParseRuns([$"{column} {(descending ? "DESC" : "ASC")}"], out var order, out var badOrder))
            return ApiError.Invalid("sort", badOrder.Message);
        var store = call.Get<RunListStore>();
        if (!call.Page.ByCursor)
            return await call.List(await Wire(call, await store.Page(filter, order, call.Page.Size, call.Page.Skip, null, call.Actor, call.Cancel)), await store.Count(filter, call.Actor, call.Cancel));
        if (call.Read(attribute is "start_time" or "end_time", text => Guid.TryParseExact(text, "N", out var id) ? id : null, out ListKey<Guid>? after) is { } broken)
            return broken;
        var ids = await store.Page(filter, order, call.Page.Size + 1, 0, after, call.Actor, call.Cancel);
        var page = ids.Take(call.Page.Size).ToArray();
        var runs = await call.Get<RunDetailStore>().Read(page, call.Cancel);
        return await call.List([.. runs.Select(r => Wire(call, r))], ids.Length > page.Length && runs.Count > 0 ? Key(runs[^1].Row, attribute!) : null);
    }

    private static string?[] Key(RunRow last, string attribute) => [attribute switch
    {
        "run_name" => last.Name,
        "run_id" => $"{last.RunId:N}",
        "status" => last.Run.Status.ProtocolWord(),
        "end_time" => last.EndTime?.ToString(CultureInfo.InvariantCulture),
        _ => last.StartTime.ToString(CultureInfo.InvariantCulture),
    }, last.StartTime.ToString(CultureInfo.InvariantCulture), $"{last.RunId:N}"];

    internal static ApiError? Filter(ApiCall call, long? experimentId, out RunListFilter filter)
    {
        filter = new();
        if (!RunFilter.TryParse(call.Query("filter"), out var search, out var error))
            return ApiError.Invalid("filter", error.Message);
        var experiments = experimentId is { } one ? [one] : (long[]?)null;
        if (call.Filter("experiment_id") is { } list)
        {
            var numbers = list.Split(',').Select(n => long.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1).ToArray();
            if (numbers.Contains(-1))
                return ApiError.Invalid("filter[experiment_id]", "must be ids of experiments with commas between.");
            experiments = numbers;
        }
        var status = call.Filter("status") is { } word ? RunStatusWords.FromWord(word) : null;
        if (status is null && call.Filter("status") is not null)
            return ApiError.Invalid("filter[status]", "must be pending, running, completed, failed or cancelled.");
        var parent = Guid.Empty;
        if (call.Filter("parent_run_id") is { } text && !RunId.TryRead(text, out parent))
            return ApiError.Invalid("filter[parent_run_id]", "must be 32 hex digits.");
        if (call.Filter("deleted") is not (null or "true" or "false"))
            return ApiError.Invalid("filter[deleted]", "must be true or false.");
        filter = new() { Search = search, Experiments = experiments, Status = status, Name = call.Filter("name"), Parent = parent == Guid.Empty ? null : parent, View = call.Filter("deleted") == "true" ? ViewType.Deleted : ViewType.Active };
        return null;
    }

    private static async Task<ApiError?> Create(ApiCall call)
    {
        var (body, refusal) = await call.Read<NewRunBody>();
        if (refusal is not null)
            return refusal;
        var sent = body!.Value;
        if (ApiOperations.Entries(sent.Tags, "tags", (key, value) => (Limits.CheckKey(key) ?? Limits.CheckTagValue(value, out value)) is { } wrong ? ("", wrong) : (value, null), out var tags) is { } badTag)
            return badTag;
        if (ApiOperations.Entries(sent.Params, "params", (key, value) => (Limits.CheckKey(key) ?? Limits.CheckParamValue(value, out value)) is { } wrong ? ("", wrong) : (value, null), out var parameters) is { } badParam)
            return badParam;
        if (sent.ParentRunId is not null && !RunId.TryRead(sent.ParentRunId, out _))
            return ApiError.Invalid("parent_run_id", "must be 32 hex digits.");
        var name = string.IsNullOrWhiteSpace(sent.Name) ? RunNames.Next(Random.Shared) : sent.Name;
        tags.RemoveAll(t => t.Key == Domain.Run.NameTag || (sent.ParentRunId is not null && t.Key == "mlflow.parentRunId"));
        tags.Add(new(Domain.Run.NameTag, name));
        if (sent.ParentRunId is not null)
            tags.Add(new("mlflow.parentRunId", sent.ParentRunId));
        var now = call.Get<TimeProvider>().GetUtcNow();
        var run = new NewRun(Guid.CreateVersion7(now), sent.ExperimentId, name, sent.User ?? call.Actor.UserName, (sent.StartedAt ?? now).ToUnixTimeMilliseconds(), tags);
        if (await call.Get<RunStore>().Create(run, call.Actor, call.Cancel) is { } refused)
            return Refusals.Of(refused, "experiment_id");
        if (parameters.Count > 0 && await call.Get<RunLogStore>().Log(run.RunId, [], parameters, [], call.Actor, call.Cancel) is { } badParams)
            return Refusals.Of(badParams, "params");
        return await call.Made($"{ApiEndpoints.Root}/runs/{run.RunId:N}", (await Wire(call, [run.RunId]))[0]);
    }

    private static async Task<ApiError?> Get(ApiCall call)
    {
        var (run, refusal) = await call.Run();
        return refusal ?? await call.Item((await Wire(call, [run!.RunId]))[0]);
    }

    private static async Task<ApiError?> Change(ApiCall call)
    {
        var (run, refusal) = await call.Run();
        if (refusal is not null)
            return refusal;
        if (!call.Actor.MayWrite(run!.TeamId))
            return ApiError.Forbidden("You may read this run, but not change it.");
        var (body, wrong) = await call.Read<RunChange>();
        if ((wrong ?? call.Stale((await Wire(call, [run.RunId]))[0])) is { } refused)
            return refused;
        foreach (var field in body!.Sent)
            if (field switch { "name" => body.Value.Name is null, "status" => body.Value.Status is null, _ => body.Value.EndedAt is null })
                return ApiError.Invalid(field, "cannot be null. Leave it out to keep what it is.");
        var change = body.Value;
        return await call.Get<RunStore>().Update(run.RunId, RunStatusWords.FromWord(change.Status), change.EndedAt?.ToUnixTimeMilliseconds(), change.Name, call.Actor, call.Cancel) is { } no
            ? Refusals.Of(no, "status") : await Get(call);
    }

    private static async Task<ApiError?> Delete(ApiCall call)
    {
        var (run, refusal) = await call.Run();
        if ((refusal ?? call.Stale((await Wire(call, [run!.RunId]))[0])) is { } refused)
            return refused;
        return await call.Get<RunStore>().Delete(run!.RunId, call.Actor, call.Cancel) is { } no ? Refusals.Of(no) : await call.Nothing();
    }

    private static async Task<ApiError?> Restore(ApiCall call)
    {
        var (run, refusal) = await call.Run();
        if (refusal is not null)
            return refusal;
        return await call.Get<RunStore>().Restore(run!.RunId, call.Actor, call.Cancel) is { } no ? Refusals.Of(no) : await Get(call);
    }

    private static async Task<ApiError?> Archive(ApiCall call, bool archived)
    {
        var (run, refusal) = await call.Run();
        if (refusal is not null)
            return refusal;
        return await call.Get<RunDeedStore>().Archive(run!.RunId, archived, call.Actor, call.Cancel) is { } no ? Refusals.Of(no) : await Get(call);
    }

    private static async Task<ApiError?> Continue(ApiCall call)
    {
        var (run, refusal) = await call.Run();
        if (refusal is not null)
            return refusal;
        return await call.Get<RunStore>().Update(run!.RunId, RunStatus.Running, null, null, call.Actor, call.Cancel) is { } no ? Refusals.Of(no) : await Get(call);
    }

    private static async Task<IReadOnlyList<ApiRun>> Wire(ApiCall call, Guid[] ids) =>
        [.. (await call.Get<RunDetailStore>().Read(ids, call.Cancel)).Select(r => Wire(call, r))];

    private static ApiRun Wire(ApiCall call, RunDetail run) => new()
    {
        Id = $"{run.Row.RunId:N}",
        ExperimentId = run.Row.ExperimentId,
        Name = run.Row.Name,
        Status = run.Row.Shown(call.Get<TimeProvider>().GetUtcNow()).Word(),
        User = run.Row.UserId,
        OwnerId = run.Row.OwnerId,
        ParentRunId = run.Row.ParentRunId?.ToString("N"),
        StartedAt = ApiJson.Time(run.Row.StartTime),
        EndedAt = ApiJson.Time(run.Row.EndTime),
        HeardAt = DateTime.SpecifyKind(run.Row.HeardAt, DateTimeKind.Utc),
        Deleted = run.Row.Run.Deleted,
        Archived = run.ArchivedAt is not null,
        ArtifactUri = run.Row.ArtifactUri,
        Params = Sorted(run.Params),
        Tags = Sorted(run.Tags),
        Metrics = new SortedDictionary<string, double>(run.Metrics.ToDictionary(m => m.Key, m => m.Value), StringComparer.Ordinal),
    };

    // In one order, so that the same state has the same entity tag.
    private static SortedDictionary<string, string> Sorted(IEnumerable<Entry> entries) => new(entries.ToDictionary(e => e.Key, e => e.Value), StringComparer.Ordinal);
}
