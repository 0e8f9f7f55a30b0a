using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Microsoft.AspNetCore.Routing;

namespace Crucible.Experiments.Tracking;

/// <summary>metrics/*: histories, whole and sampled.</summary>
internal static class HistoryCalls
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.Get("metrics/get-history", History);
        api.Get("metrics/get-history-bulk", Bulk);
        api.Get("metrics/get-history-bulk-interval", Interval);
    }

    private static async Task<ProtocolError?> History(Call call)
    {
        var key = call.Ask.RequiredText("metric_key");
        var most = call.Ask.Int64("max_results") ?? Limits.HistoryPage;
        var (run, refusal) = await call.Run();
        if ((refusal ?? Limits.CheckKey(key, "metric_key") ?? Limits.CheckPage(most, int.MaxValue - 1)) is { } refused)
            return refused;
        if (!PageToken.TryRead(call.Ask.Text("page_token"), out var offset, out var badToken))
            return badToken;
        var limit = (int)Math.Min(most, Limits.HistoryPage);
        var points = await call.Get<HistoryStore>().Page(run!.RunId, key, limit + 1, offset, call.Cancel);
        long? next = points.Count > limit ? offset + limit : null;
        if (next is not null)
            points.RemoveAt(limit);
        return await call.ReplyList("metrics".AsMemory(), points, (json, p) => Json.Metric(json, key, p.Value, p.At, p.Step), next);
    }

    private static async Task<ProtocolError?> Bulk(Call call)
    {
        var key = call.Ask.RequiredText("metric_key");
        var most = call.Ask.Int64("max_results") ?? Limits.HistoryPage;
        var (runIds, refusal) = await Runs(call, call.Ask.Texts("run_id"), "run_id");
        if ((refusal ?? Limits.CheckKey(key, "metric_key") ?? Limits.CheckPage(most, int.MaxValue)) is { } refused)
            return refused;
        var points = await call.Get<HistoryStore>().Bulk(runIds, key, (int)Math.Min(most, Limits.HistoryPage), call.Cancel);
        return await call.ReplyList("metrics".AsMemory(), points, (json, p) => Json.Metric(json, key, p.Value, p.At, p.Step, p.RunId));
    }

    private static async Task<ProtocolError?> Interval(Call call)
    {
        var key = call.Ask.RequiredText("metric_key");
        var first = call.Ask.Int64("start_step");
        var last = call.Ask.Int64("end_step");
        var most = call.Ask.Int64("max_results") ?? Limits.SampledSteps;
        var (runIds, refusal) = await Runs(call, call.Ask.Texts("run_ids"), "run_ids");
        if ((refusal ?? Limits.CheckKey(key, "metric_key") ?? Limits.CheckPage(most, Limits.SampledSteps)) is { } refused)
            return refused;
        if (first is null != last is null)
            return ProtocolError.Invalid("If either start step or end step are specified, both must be specified.");
        if (first > last)
            return ProtocolError.Invalid($"end_step must be greater than start_step. Found start_step={first} and end_step={last}.");
        var points = await Sample.Read(call.Get<HistoryStore>(), runIds, key, first, last, (int)most, call.Cancel);
        return await call.ReplyList("metrics".AsMemory(), points, (json, p) => Json.Metric(json, key, p.Value, p.At, p.Step, p.RunId));
    }

    private static async Task<(Guid[] Ids, ProtocolError? Refusal)> Runs(Call call, IReadOnlyList<string> texts, string name)
    {
        if (call.Ask.Error is { } wrong)
            return ([], wrong);
        if (texts.Count == 0)
            return ([], ProtocolError.Missing(name));
        if (texts.Count > Limits.HistoryRuns)
            return ([], ProtocolError.Wrong(name, $"{texts.Count} ids", $"At most {Limits.HistoryRuns} runs can be asked for at a time."));
        var ids = new List<Guid>();
        foreach (var text in texts)
            if (RunId.TryRead(text, out var id))
                ids.Add(id);
            else
                return ([], ProtocolError.NoRun(text));
        var visible = await call.Get<MetricStore>().Gates([.. ids.Distinct()], call.Cancel);
        foreach (var id in ids)
            if (!visible.TryGetValue(id, out var run) || !call.Actor.MayRead(run.TeamId))
                return ([], ProtocolError.NoRun(id.ToString("N")));
        return ([.. visible.Keys], null);
    }
}
