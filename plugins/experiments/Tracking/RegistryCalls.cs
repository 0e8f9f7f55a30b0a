using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Domain.Registry;
using Crucible.Experiments.Domain.Search;
using Microsoft.AspNetCore.Routing;

namespace Crucible.Experiments.Tracking;

/// <summary>registered-models/*.</summary>
internal static class RegistryCalls
{
    private const int UsualPage = 100;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.Post("registered-models/create", Create);
        api.Post("registered-models/rename", Rename);
        api.Send("PATCH", "registered-models/update", Update);
        api.Send("DELETE", "registered-models/delete", call => Verb(call, (store, name) => store.Delete(name, call.Actor, call.Cancel)));
        api.Get("registered-models/get", call => Verb(call, (_, name) => Reply(call, name)));
        api.Get("registered-models/search", Search);
        api.Get("registered-models/get-latest-versions", Latest);
        api.Post("registered-models/get-latest-versions", Latest);
        api.Post("registered-models/set-tag", SetTag);
        api.Send("DELETE", "registered-models/delete-tag", call => Named(call, "key", (store, name, key) => store.RemoveTag(name, key, call.Actor, call.Cancel)));
        api.Post("registered-models/alias", SetAlias);
        api.Send("DELETE", "registered-models/alias", call => Named(call, "alias", (store, name, alias) => store.RemoveAlias(name, alias, call.Actor, call.Cancel)));
        api.Get("registered-models/alias", ByAlias);
    }

    /// <summary>Reads a tag of a model or a version.</summary>
    public static ProtocolError? Tag(ProtoBody ask, out Entry tag, string path = "")
    {
        var (key, value) = (ask.RequiredText("key"), ask.Text("value") ?? "");
        tag = new(key, value);
        return ask.Error ?? Limits.CheckKey(key, $"{path}key") ?? Limits.CheckText(value, $"{path}value", RegistryLimits.TagValue, required: false);
    }

    /// <summary>Whether something could have this name: what cannot be stored is not looked for either.</summary>
    public static ProtocolError? Sought(string text, string path) => Wording.HasNul(text) ? Limits.Nul(path) : null;

    /// <summary>Reads the list <c>tags</c>; of a repeated key the last one counts.</summary>
    public static ProtocolError? Tags(ProtoBody ask, out List<Entry> tags)
    {
        var last = new OrderedDictionary<string, string>();
        tags = [];
        foreach (var (item, at) in ask.Items("tags").Select((t, i) => (t, i)))
        {
            if (Tag(item, out var tag, $"tags[{at}].") is { } refusal)
                return refusal;
            last[tag.Key] = tag.Value;
        }
        tags = [.. last.Select(t => new Entry(t.Key, t.Value))];
        return ask.Error;
    }

    private static async Task<ProtocolError?> Create(Call call)
    {
        var (name, description) = (call.Ask.RequiredText("name"), call.Ask.Text("description"));
        return call.Ask.Error ?? RegistryLimits.CheckName(name) ?? Limits.CheckText(description, "description", RegistryLimits.Description, required: false) ?? Tags(call.Ask, out var tags)
            ?? await call.Get<RegistryStore>().Create(name, description, tags, call.Actor, call.Cancel)
            ?? await Reply(call, name);
    }

    private static async Task<ProtocolError?> Rename(Call call)
    {
        var (name, newName) = (call.Ask.RequiredText("name"), call.Ask.RequiredText("new_name"));
        return call.Ask.Error ?? Sought(name, "name") ?? RegistryLimits.CheckName(newName, "new_name")
            ?? await call.Get<RegistryStore>().Rename(name, newName, call.Actor, call.Cancel)
            ?? await Reply(call, newName);
    }

    private static Task<ProtocolError?> Update(Call call)
    {
        var description = call.Ask.Text("description");
        return Verb(call, async (store, name) => Limits.CheckText(description, "description", RegistryLimits.Description, required: false)
            ?? await store.Describe(name, description, call.Actor, call.Cancel)
            ?? await Reply(call, name));
    }

    private static Task<ProtocolError?> SetTag(Call call)
    {
        var refusal = Tag(call.Ask, out var tag);
        return Verb(call, async (store, name) => refusal ?? await store.SetTag(name, tag, call.Actor, call.Cancel));
    }

    private static Task<ProtocolError?> SetAlias(Call call)
    {
        var (alias, text) = (call.Ask.RequiredText("alias"), call.Ask.Id("version") ?? "");
        return Verb(call, async (store, name) => RegistryLimits.CheckAlias(alias) ?? RegistryLimits.ReadVersion(text, out var version)
            ?? await store.SetAlias(name, alias, version, call.Actor, call.Cancel));
    }

    private static async Task<ProtocolError?> ByAlias(Call call)
    {
        var (name, alias) = (call.Ask.RequiredText("name"), call.Ask.RequiredText("alias"));
        if ((call.Ask.Error ?? Sought(name, "name") ?? Sought(alias, "alias")) is { } refusal)
            return refusal;
        if (await call.Get<ModelVersionStore>().ByAlias(name, alias, call.Actor, call.Cancel) is { } version)
            return await VersionCalls.Reply(call, version);
        // Clients tell an alias that is missing from a model that is by the code.
        return await call.Get<RegistryStore>().Find(name, call.Actor, call.Cancel) is null
            ? RegistryStore.NoModel(name)
            : ProtocolError.Invalid($"Registered model alias {Wording.Cut(alias, 300)} not found.");
    }

    private static Task<ProtocolError?> Latest(Call call)
    {
        var asked = call.Ask.Texts("stages");
        var stages = asked.Select(RegistryLimits.Stage).ToList();
        return Verb(call, async (store, name) =>
        {
            if (stages.IndexOf(null) is >= 0 and var wrong)
                return ProtocolError.Wrong($"stages[{wrong}]", $"\"{asked[wrong]}\"", $"one of {string.Join(", ", RegistryLimits.Stages)} is wanted.");
            if (await store.Find(name, call.Actor, call.Cancel) is not { } model)
                return RegistryStore.NoModel(name);
            var latest = (await store.Parts([model.ModelId], call.Cancel)).Latest[model.ModelId].Where(v => stages.Count == 0 || stages.Contains(v.Stage)).ToList();
            var parts = await call.Get<ModelVersionStore>().Parts(latest, call.Cancel);
            return await call.ReplyList("model_versions".AsMemory(), latest, (json, version) => RegistryJson.Version(json, version, parts));
        });
    }

    private static async Task<ProtocolError?> Search(Call call)
    {
        var (most, text, entries, token) = (call.Ask.Int64("max_results") ?? UsualPage, call.Ask.Text("filter"), call.Ask.Texts("order_by"), call.Ask.Text("page_token"));
        if ((call.Ask.Error ?? Limits.CheckPage(most, RegistryLimits.SearchedModels)) is { } refusal)
            return refusal;
        if (!PageToken.TryRead(token, out var offset, out var badToken))
            return badToken;
        if (!RegistryFilter.TryParseModels(text, out var filter, out var badFilter))
            return badFilter.ToProtocol();
        if (!SearchOrder.TryParseRegisteredModels(entries, out var order, out var badOrder))
            return badOrder.ToProtocol();
        var ids = await call.Get<SearchStore>().RegisteredModels(filter, order, (int)most + 1, offset, call.Actor, call.Cancel);
        long[] page = [.. ids.Take((int)most)];
        var models = await call.Get<RegistryStore>().Read(page, call.Cancel);
        var parts = await call.Get<RegistryStore>().Parts(page, call.Cancel);
        var versions = await call.Get<ModelVersionStore>().Parts([.. parts.Latest.SelectMany(v => v)], call.Cancel);
        return await call.ReplyList("registered_models".AsMemory(), models, (json, model) => RegistryJson.Model(json, model, parts, versions), ids.Length > most ? offset + most : null);
    }

    private static Task<ProtocolError?> Named(Call call, string field, Func<RegistryStore, string, string, Task<ProtocolError?>> verb)
    {
        var value = call.Ask.RequiredText(field);
        return Verb(call, async (store, name) => Sought(value, field) ?? await verb(store, name, value));
    }

    private static async Task<ProtocolError?> Verb(Call call, Func<RegistryStore, string, Task<ProtocolError?>> verb)
    {
        var name = call.Ask.RequiredText("name");
        return call.Ask.Error ?? Sought(name, "name") ?? await verb(call.Get<RegistryStore>(), name);
    }

    private static async Task<ProtocolError?> Reply(Call call, string name)
    {
        if (await call.Get<RegistryStore>().Find(name, call.Actor, call.Cancel) is not { } model)
            return RegistryStore.NoModel(name);
        var parts = await call.Get<RegistryStore>().Parts([model.ModelId], call.Cancel);
        var versions = await call.Get<ModelVersionStore>().Parts([.. parts.Latest[model.ModelId]], call.Cancel);
        return await call.Reply(json =>
        {
            json.WritePropertyName("registered_model"u8);
            RegistryJson.Model(json, model, parts, versions);
        });
    }
}
