using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Domain.Search;
using Microsoft.AspNetCore.Routing;

namespace Crucible.Experiments.Tracking;

/// <summary>experiments/*.</summary>
internal static class ExperimentCalls
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.Post("experiments/create", Create);
        api.Get("experiments/get", Get);
        api.Get("experiments/get-by-name", GetByName);
        api.Get("experiments/search", Search);
        api.Post("experiments/search", Search);
        api.Post("experiments/delete", call => Verb(call, (store, id) => store.Delete(id, call.Actor, call.Cancel)));
        api.Post("experiments/restore", call => Verb(call, (store, id) => store.Restore(id, null, call.Actor, call.Cancel)));
        api.Post("experiments/update", Update);
        api.Post("experiments/set-experiment-tag", SetTag);
        api.Post("experiments/delete-experiment-tag", DeleteTag);
        api.Post("experiments/search-datasets", SearchDatasets);
    }

    private static async Task<ProtocolError?> Create(Call call)
    {
        var name = call.Ask.RequiredText("name");
        var location = call.Ask.Text("artifact_location");
        var tags = new OrderedDictionary<string, string>();
        foreach (var tag in call.Ask.Items("tags"))
        {
            var key = tag.RequiredText("key");
            if (Limits.CheckExperimentTag(key, tag.Text("value") ?? "", out var value) is { } refused)
                return call.Ask.Error ?? refused;
            tags[key] = value;
        }
        if ((call.Ask.Error ?? Limits.CheckExperimentName(name) ?? Limits.CheckText(location, "artifact_location", 2048, required: false)) is { } refusal)
            return refusal;
        if (!call.Actor.MayWrite(call.Actor.HomeTeam))
            return new(ErrorCode.PermissionDenied, "You may read experiments, but not create any.");
        var id = await call.Get<ExperimentStore>().Create(name, location is "" ? null : location, [.. tags.Select(t => new Entry(t.Key, t.Value))], call.Actor, call.Cancel);
        return id is null ? ExperimentStore.NameTaken(name) : await call.Reply(json => json.WriteString("experiment_id"u8, $"{id}"));
    }

    private static async Task<ProtocolError?> Get(Call call)
    {
        if (call.ExperimentId(out var id) is { } refusal)
            return refusal;
        var experiment = await call.Get<ExperimentStore>().Find(id, call.Actor, call.Cancel);
        return experiment is null ? ProtocolError.NoExperiment($"{id}") : await ReplyOne(call, experiment);
    }

    private static async Task<ProtocolError?> GetByName(Call call)
    {
        var name = call.Ask.RequiredText("experiment_name");
        if (call.Ask.Error is { } refusal)
            return refusal;
        var experiment = await call.Get<ExperimentStore>().FindByName(name.Replace("\0", ""), call.Actor, call.Cancel);
        return experiment is null
            ? new(ErrorCode.ResourceDoesNotExist, $"Could not find experiment with name '{Wording.Cut(name, Limits.ExperimentName)}'")
            : await ReplyOne(call, experiment);
    }

    private static async Task<ProtocolError?> ReplyOne(Call call, Experiment experiment)
    {
        var tags = await call.Get<ExperimentStore>().Tags([experiment.ExperimentId], call.Cancel);
        return await call.Reply(json =>
        {
            json.WritePropertyName("experiment"u8);
            Json.Experiment(json, experiment, tags[experiment.ExperimentId]);
        });
    }

    private static async Task<ProtocolError?> Search(Call call)
    {
        var most = call.Ask.RequiredInt64("max_results");
        var view = ViewTypeWords.FromProtocol(call.Ask.Word("view_type"));
        var text = call.Ask.Text("filter");
        var entries = call.Ask.Texts("order_by");
        var token = call.Ask.Text("page_token");
        if ((call.Ask.Error ?? Limits.CheckPage(most, Limits.SearchedExperiments)) is { } refusal)
            return refusal;
        if (view is null)
            return ProtocolError.Wrong("view_type", $"\"{call.Ask.Word("view_type")}\"", "ACTIVE_ONLY, DELETED_ONLY or ALL is wanted.");
        if (!PageToken.TryRead(token, out var offset, out var badToken))
            return badToken;
        if (!ExperimentFilter.TryParse(text, out var filter, out var badFilter))
            return badFilter.ToProtocol();
        if (!SearchOrder.TryParseExperiments(entries, out var order, out var badOrder))
            return badOrder.ToProtocol();
        var ids = await call.Get<SearchStore>().Experiments(filter, order, view.Value, (int)most + 1, offset, call.Actor, call.Cancel);
        long? next = ids.Length > most ? offset + most : null;
        var page = ids.Take((int)most).ToArray();
        var experiments = await call.Get<ExperimentStore>().Read(page, call.Cancel);
        var tags = await call.Get<ExperimentStore>().Tags(page, call.Cancel);
        return await call.ReplyList("experiments".AsMemory(), experiments,
            (json, experiment) => Json.Experiment(json, experiment, tags[experiment.ExperimentId]), next);
    }

    private static async Task<ProtocolError?> Update(Call call)
    {
        var name = call.Ask.Text("new_name");
        if (call.ExperimentId(out var id) is { } refusal)
            return refusal;
        if (name is null)
            return null;
        return Limits.CheckExperimentName(name) ?? await call.Get<ExperimentStore>().Rename(id, name, call.Actor, call.Cancel);
    }

    private static async Task<ProtocolError?> SetTag(Call call)
    {
        var key = call.Ask.RequiredText("key");
        var value = call.Ask.Text("value") ?? "";
        if ((call.ExperimentId(out var id) ?? Limits.CheckExperimentTag(key, value, out value)) is { } refusal)
            return refusal;
        return await call.Get<ExperimentStore>().SetTags(id, [new(key, value)], call.Actor, call.Cancel);
    }

    private static async Task<ProtocolError?> DeleteTag(Call call)
    {
        var key = call.Ask.RequiredText("key");
        return (call.ExperimentId(out var id) ?? Limits.CheckKey(key))
            ?? await call.Get<ExperimentStore>().RemoveTag(id, key, call.Actor, call.Cancel);
    }

    private static async Task<ProtocolError?> Verb(Call call, Func<ExperimentStore, long, Task<ProtocolError?>> verb) =>
        call.ExperimentId(out var id) ?? await verb(call.Get<ExperimentStore>(), id);

    private static async Task<ProtocolError?> SearchDatasets(Call call)
    {
        var ids = call.Ask.Ids("experiment_ids");
        if (call.Ask.Error is { } refusal)
            return refusal;
        if (ids.Count is 0 or > 20)
            return ProtocolError.Wrong("experiment_ids", $"{ids.Count} ids", "1 to 20 ids are wanted.");
        var summaries = await call.Get<LinkStore>().Summaries(Ids(ids), call.Actor, call.Cancel);
        return await call.ReplyList("dataset_summaries".AsMemory(), summaries, (json, summary) =>
        {
            json.WriteStartObject();
            json.WriteString("experiment_id"u8, $"{summary.ExperimentId}");
            json.WriteString("name"u8, summary.Name);
            json.WriteString("digest"u8, summary.Digest);
            if (summary.Context is not null)
                json.WriteString("context"u8, summary.Context);
            json.WriteEndObject();
        });
    }

    /// <summary>Those that are ids of experiments of ours.</summary>
    public static long[] Ids(IEnumerable<string> texts) =>
        [.. texts.Select(t => long.TryParse(t, out var id) ? id : -1).Where(id => id >= 0).Distinct()];
}
