using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Domain.Search;
using Microsoft.AspNetCore.Routing;

namespace Crucible.Experiments.Tracking;

/// <summary>runs/*: life and search. What is logged to them is in <see cref="LogCalls"/>.</summary>
internal static class RunCalls
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.Post("runs/create", Create);
        api.Get("runs/get", Get);
        api.Post("runs/update", Update);
        api.Post("runs/delete", async call => call.RunId(out var id) ?? await call.Get<RunStore>().Delete(id, call.Actor, call.Cancel));
        api.Post("runs/restore", async call => call.RunId(out var id) ?? await call.Get<RunStore>().Restore(id, call.Actor, call.Cancel));
        api.Post("runs/search", Search);
    }

    private static async Task<ProtocolError?> Create(Call call)
    {
        var name = call.Ask.Text("run_name") ?? "";
        var start = call.Ask.Int64("start_time");
        var user = call.Ask.Text("user_id") ?? "";
        var experiment = call.Ask.Id("experiment_id") is { Length: > 0 } given ? given : "0";
        if (call.Ask.Error is { } wrong)
            return wrong;
        if (Pairs.Tags(call.Ask, out var tags) is { } badTag)
            return badTag;
        if ((Limits.CheckRunName(name) ?? Limits.CheckText(user, "user_id", 256, required: false)) is { } refusal)
            return refusal;
        if (!long.TryParse(experiment, out var experimentId) || experimentId < 0)
            return ProtocolError.NoExperiment(experiment);
        var tagged = tags.FirstOrDefault(t => t.Key == Run.NameTag).Value ?? "";
        if (name.Length > 0 && tagged.Length > 0 && name != tagged)
            return ProtocolError.Invalid(
                $"Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values (run_name='{name}', mlflow.runName='{tagged}').");
        if (Limits.CheckRunName(tagged) is { } tooLong)
            return tooLong;
        if (name.Length == 0)
            name = tagged.Length > 0 ? tagged : RunNames.Next(Random.Shared);
        tags.RemoveAll(t => t.Key == Run.NameTag);
        tags.Add(new(Run.NameTag, name));

        var now = call.Get<TimeProvider>().GetUtcNow();
        var run = new NewRun(Guid.CreateVersion7(now), experimentId, name, user, start ?? now.ToUnixTimeMilliseconds(), tags);
        return await call.Get<RunStore>().Create(run, call.Actor, call.Cancel) ?? await Reply(call, run.RunId);
    }

    private static async Task<ProtocolError?> Get(Call call)
    {
        var (run, refusal) = await call.Run();
        return refusal ?? await Reply(call, run!.RunId);
    }

    private static async Task<ProtocolError?> Reply(Call call, Guid runId)
    {
        var details = await call.Get<RunDetailStore>().Read([runId], call.Cancel);
        return await call.Reply(json =>
        {
            json.WritePropertyName("run"u8);
            Json.Run(json, details[0]);
        });
    }

    private static async Task<ProtocolError?> Update(Call call)
    {
        var status = RunStatusWords.FromProtocol(call.Ask.Word("status"));
        var end = call.Ask.Int64("end_time");
        var name = call.Ask.Text("run_name") is { Length: > 0 } given ? given : null;
        if ((call.RunId(out var runId) ?? Limits.CheckRunName(name)) is { } refusal)
            return refusal;
        if (await call.Get<RunStore>().Update(runId, status, end, name, call.Actor, call.Cancel) is { } refused)
            return refused;
        var run = await call.Get<RunStore>().Find(runId, call.Actor, call.Cancel);
        return await call.Reply(json =>
        {
            json.WritePropertyName("run_info"u8);
            Json.RunInfo(json, run!);
        });
    }

    private static async Task<ProtocolError?> Search(Call call)
    {
        var most = call.Ask.Int64("max_results") ?? 1000;
        var view = ViewTypeWords.FromProtocol(call.Ask.Word("run_view_type"));
        var experiments = ExperimentCalls.Ids(call.Ask.Ids("experiment_ids"));
        var text = call.Ask.Text("filter");
        var entries = call.Ask.Texts("order_by");
        var token = call.Ask.Text("page_token");
        if ((call.Ask.Error ?? Limits.CheckPage(most, Limits.SearchedRuns)) is { } refusal)
            return refusal;
        if (view is null)
            return ProtocolError.Wrong("run_view_type", $"\"{call.Ask.Word("run_view_type")}\"", "ACTIVE_ONLY, DELETED_ONLY or ALL is wanted.");
        if (!PageToken.TryRead(token, out var offset, out var badToken))
            return badToken;
        if (!RunFilter.TryParse(text, out var filter, out var badFilter))
            return badFilter.ToProtocol();
        if (!SearchOrder.TryParseRuns(entries, out var order, out var badOrder))
            return badOrder.ToProtocol();
        var ids = await call.Get<SearchStore>().Runs(filter, order, experiments, view.Value, (int)most + 1, offset, call.Actor, call.Cancel);
        var runs = await call.Get<RunDetailStore>().Read(ids.Length > most ? ids[..(int)most] : ids, call.Cancel);
        return await call.ReplyList("runs".AsMemory(), runs, Json.Run, ids.Length > most ? offset + most : null);
    }
}
