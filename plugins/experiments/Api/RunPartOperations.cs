using System.Globalization;
using Crucible.Api;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Tracking;
using Crucible.Files;
using Microsoft.AspNetCore.Routing;

namespace Crucible.Experiments.Api;

/// <summary><c>/api/v1/runs/{id}/…</c>: metrics, parameters, tags and artifacts of one run.</summary>
internal static class RunPartOperations
{
    private const string Group = "Runs";
    private const int MostColumns = 4000;
    private static readonly Dictionary<string, string> Id = new() { ["id"] = ApiRun.SampleId };
    private static readonly Dictionary<string, string> TagPath = new() { ["id"] = ApiRun.SampleId, ["key"] = "checked" };

    public static void Map(IEndpointRouteBuilder app)
    {
        app.Api("GET", "runs/{id}/metrics", Metrics, new(Group, "List the metrics of a run") { Detail = "By key.", Path = Id, Paged = true, Cursor = false, Answers = typeof(ApiMetric), Shows = ApiMetric.Sample });
        app.Api("GET", "runs/{id}/metrics/history", History, new(Group, "Read the points of a metric")
        {
            Detail = "Every point, by step, then time, then value.", Path = Id, Paged = true, Answers = typeof(ApiPoint), Shows = ApiPoint.Sample,
            Query = [new("key", "The metric.", "loss"), .. Range],
        });
        app.Api("GET", "runs/{id}/metrics/columns", Columns, new(Group, "Read the curve of a metric, reduced to columns")
        {
            Detail = "Each column has its first, last, least and greatest point, so that a spike is never lost; the answer takes as long for a million points as for a thousand.",
            Path = Id, Answers = typeof(IReadOnlyList<ApiColumn>), Shows = new[] { ApiColumn.Sample },
            Query = [new("key", "The metric.", "loss"), new("columns", $"How many at most, 1 to {MostColumns}; 800 without it.", "800"), .. Range],
        });
        app.Api("GET", "runs/{id}/params", Params, new(Group, "List the parameters of a run") { Detail = "By key.", Path = Id, Paged = true, Cursor = false, Answers = typeof(ApiEntry), Shows = ApiEntry.Sample });
        app.Api("GET", "runs/{id}/tags", Tags, new(Group, "List the tags of a run") { Detail = "By key.", Path = Id, Paged = true, Cursor = false, Answers = typeof(ApiEntry), Shows = ApiEntry.Sample });
        app.Api("PUT", "runs/{id}/tags/{**key}", PutTag, new(Group, "Set a tag of a run") { Path = TagPath, Takes = typeof(TagValue), Example = TagValue.Sample, Answers = typeof(ApiEntry), Shows = ApiEntry.Sample, Refusals = [403] });
        app.Api("DELETE", "runs/{id}/tags/{**key}", RemoveTag, new(Group, "Remove a tag of a run") { Path = TagPath, Status = 204, Refusals = [403] });
        app.Api("GET", "runs/{id}/artifacts", Artifacts, new(Group, "List the artifacts of a run") { Path = Id, Paged = true, Cursor = false, Answers = typeof(ApiFile), Shows = ApiFile.Sample, Query = [new("path", "A folder; the topmost without it.", "model")] });
    }

    private static ApiQuery[] Range => [new("from", "First step; the beginning without it.", "0"), new("to", "Last step; the end without it.", "1000")];

    private static async Task<ApiError?> Metrics(ApiCall call)
    {
        var (run, refusal) = await call.Run();
        if (refusal is not null)
            return refusal;
        var all = await call.Get<SeriesStore>().OfRuns([run!.RunId], call.Cancel);
        return await Page(call, all, s => s.Key, s => new ApiMetric { Key = s.Key, Points = s.Points, Last = s.LastValue, Min = s.MinValue, Max = s.MaxValue, FirstStep = s.FirstStep, LastStep = s.LastStep, LastAt = ApiJson.Time(s.LastAt) });
    }

    private static async Task<ApiError?> History(ApiCall call)
    {
        var (run, refusal) = await call.Run();
        if ((refusal ?? ReadRange(call, out _, out _)) is { } refused)
            return refused;
        ReadRange(call, out var from, out var to);
        var key = call.Query("key")!;
        var store = call.Get<HistoryStore>();
        if (!call.Page.ByCursor)
            return await call.List(Points(await store.Range(run!.RunId, key, from, to, null, call.Page.Size, call.Page.Skip, call.Cancel)), await store.CountRange(run.RunId, key, from, to, call.Cancel));
        HistoryPoint? after = null;
        if (call.Page.After is { Count: > 0 } parts)
        {
            if (parts is not [{ } stepText, { } atText, { } valueText] || Cursors.Whole(stepText) is not { } step || Cursors.Whole(atText) is not { } at || !double.TryParse(valueText, NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
                return ApiPage.Broken();
            after = new(run!.RunId, step, at, value);
        }
        var points = await store.Range(run!.RunId, key, from, to, after, call.Page.Size + 1, 0, call.Cancel);
        var page = points.Take(call.Page.Size).ToList();
        return await call.List(Points(page), points.Count > page.Count
            ? [page[^1].Step.ToString(CultureInfo.InvariantCulture), page[^1].At.ToString(CultureInfo.InvariantCulture), page[^1].Value.ToString("R", CultureInfo.InvariantCulture)] : null);
    }

    private static IReadOnlyList<ApiPoint> Points(IEnumerable<HistoryPoint> points) => [.. points.Select(p => Point(p.Step, p.At, p.Value))];

    private static ApiPoint Point(long step, long at, double value) => new() { Step = step, At = ApiJson.Time(at), Value = value };

    private static async Task<ApiError?> Columns(ApiCall call)
    {
        var (run, refusal) = await call.Run();
        if ((refusal ?? ReadRange(call, out _, out _)) is { } refused)
            return refused;
        ReadRange(call, out var from, out var to);
        var columns = 800;
        if (call.Query("columns") is { } text && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out columns) || columns is < 1 or > MostColumns))
            return ApiError.Invalid("columns", $"must be a whole number, 1 to {MostColumns}.");
        var curve = await call.Get<SeriesStore>().Curve(run!.RunId, call.Query("key")!, CurveAxis.Step, from, to, columns, call.Cancel);
        return await call.Item<IReadOnlyList<ApiColumn>>([.. (curve?.Columns ?? []).Select(c => new ApiColumn { First = Point(c.First)!, Last = Point(c.Last)!, Min = Point(c.Min), Max = Point(c.Max), Points = c.Points })]);
    }

    private static ApiPoint? Point(CurvePoint? point) => point is { } p ? Point(p.Step, p.At, p.Value) : null;

    private static ApiError? ReadRange(ApiCall call, out long? from, out long? to)
    {
        var wrong = new List<KeyValuePair<string, string[]>>();
        (from, to) = (Step("from"), Step("to"));
        if (string.IsNullOrEmpty(call.Query("key")))
            wrong.Add(new("key", ["is missing: name a metric."]));
        return wrong.Count > 0 ? ApiError.Invalid(wrong) : null;

        long? Step(string name)
        {
            if (call.Query(name) is not { } text)
                return null;
            if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var step))
                return step;
            wrong.Add(new(name, ["must be a step, a whole number."]));
            return null;
        }
    }

    private static async Task<ApiError?> Params(ApiCall call)
    {
        var (run, refusal) = await call.Run();
        return refusal ?? await Page(call, (await call.Get<RunDetailStore>().Read([run!.RunId], call.Cancel))[0].Params, p => p.Key, Entry);
    }

    private static async Task<ApiError?> Tags(ApiCall call)
    {
        var (run, refusal) = await call.Run();
        return refusal ?? await Page(call, (await call.Get<RunDetailStore>().Read([run!.RunId], call.Cancel))[0].Tags, t => t.Key, Entry);
    }

    private static ApiEntry Entry(Entry entry) => new() { Key = entry.Key, Value = entry.Value };

    private static async Task<ApiError?> PutTag(ApiCall call)
    {
        var (run, refusal) = await call.Run();
        if (refusal is not null)
            return refusal;
        if (!call.Actor.MayWrite(run!.TeamId))
            return ApiError.Forbidden("You may read this run, but not change it.");
        var (body, wrong) = await call.Read<TagValue>();
        if (wrong is not null)
            return wrong;
        var key = call.Route("key");
        if (Limits.CheckKey(key) is { } badKey)
            return Refusals.Of(badKey, "key");
        if (Wording.Length(body!.Value.Value) > Limits.TagValue)
            return ApiError.Invalid("value", $"has more than {Limits.TagValue:N0} characters.");
        if (Limits.CheckTagValue(body.Value.Value, out var value) is { } badValue)
            return Refusals.Of(badValue, "value");
        return await call.Get<RunLogStore>().Log(run.RunId, [], [], [new(key, value)], call.Actor, call.Cancel) is { } no ? Refusals.Of(no) : await call.Item(new ApiEntry { Key = key, Value = value });
    }

    private static async Task<ApiError?> RemoveTag(ApiCall call)
    {
        var (run, refusal) = await call.Run();
        if (refusal is not null)
            return refusal;
        return await call.Get<RunLogStore>().RemoveTag(run!.RunId, call.Route("key"), call.Actor, call.Cancel) is { } no ? Refusals.Of(no, "key") : await call.Nothing();
    }

    private static async Task<ApiError?> Artifacts(ApiCall call)
    {
        var (run, refusal) = await call.Run();
        if (refusal is not null)
            return refusal;
        if (!ArtifactPath.TryRead(call.Query("path"), out var path, out var unsafePath, allowRoot: true))
            return ApiError.Invalid("path", unsafePath);
        var root = ArtifactPlace.Of(run!);
        var files = await call.Get<IFileStore>().List(path.Length == 0 ? root : $"{root}/{path}", call.Cancel) ?? [];
        return await Page(call, files, f => f.Name, file =>
        {
            var full = path.Length == 0 ? file.Name : $"{path}/{file.Name}";
            return new ApiFile { Path = full, IsFolder = file.IsFolder, Bytes = file.Length, Url = file.IsFolder ? null : $"/get-artifact?run_id={run!.RunId:N}&path={Uri.EscapeDataString(full)}" };
        });
    }

    private static Task<ApiError?> Page<T, TWire>(ApiCall call, IReadOnlyCollection<T> all, Func<T, string> key, Func<T, TWire> wire) =>
        call.List<TWire>([.. all.OrderBy(key, StringComparer.Ordinal).Skip((int)Math.Min(call.Page.Skip, int.MaxValue)).Take(call.Page.Size).Select(wire)], all.Count);
}
