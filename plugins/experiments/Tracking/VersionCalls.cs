using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Domain.Registry;
using Crucible.Experiments.Domain.Search;
using Microsoft.AspNetCore.Routing;

namespace Crucible.Experiments.Tracking;

/// <summary>model-versions/*.</summary>
internal static class VersionCalls
{
    private const int UsualPage = 10_000;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.Post("model-versions/create", Create);
        api.Send("PATCH", "model-versions/update", Update);
        api.Post("model-versions/transition-stage", Stage);
        api.Send("DELETE", "model-versions/delete", call => Verb(call, (store, name, version) => store.Delete(name, version, call.Actor, call.Cancel)));
        api.Get("model-versions/get", call => Verb(call, (_, name, version) => Reply(call, name, version)));
        api.Get("model-versions/search", Search);
        api.Get("model-versions/get-download-uri", DownloadUri);
        api.Post("model-versions/set-tag", SetTag);
        api.Send("DELETE", "model-versions/delete-tag", RemoveTag);
    }

    /// <summary>Answers one version.</summary>
    public static async Task<ProtocolError?> Reply(Call call, ModelVersion version)
    {
        var parts = await call.Get<ModelVersionStore>().Parts([version], call.Cancel);
        return await call.Reply(json =>
        {
            json.WritePropertyName("model_version"u8);
            RegistryJson.Version(json, version, parts);
        });
    }

    private static async Task<ProtocolError?> Create(Call call)
    {
        var ask = call.Ask;
        var (name, source) = (ask.RequiredText("name"), ask.RequiredText("source"));
        var (runId, runLink, modelId, description) = (Given(ask, "run_id"), Given(ask, "run_link"), Given(ask, "model_id"), Given(ask, "description"));
        var refusedTags = RegistryCalls.Tags(ask, out var tags);
        if ((ask.Error ?? RegistryCalls.Sought(name, "name") ?? Limits.CheckText(source, "source", RegistryLimits.Source, required: true) ?? Limits.CheckText(runLink, "run_link", RegistryLimits.Source, required: false)
            ?? (runId is null ? null : Limits.CheckRunId(runId)) ?? Limits.CheckText(modelId, "model_id", 255, required: false)
            ?? Limits.CheckText(description, "description", RegistryLimits.Description, required: false) ?? refusedTags) is { } refusal)
            return refusal;
        var (version, refused) = await call.Get<ModelVersionStore>().Create(name, new(source, runId, runLink, modelId, description, tags), call.Actor, call.Cancel);
        return refused ?? await Reply(call, name, version);
    }

    private static Task<ProtocolError?> Update(Call call)
    {
        var description = call.Ask.Text("description");
        return Verb(call, async (store, name, version) => Limits.CheckText(description, "description", RegistryLimits.Description, required: false)
            ?? await store.Describe(name, version, description, call.Actor, call.Cancel)
            ?? await Reply(call, name, version));
    }

    private static Task<ProtocolError?> Stage(Call call)
    {
        var (word, archive) = (call.Ask.RequiredText("stage"), call.Ask.Flag("archive_existing_versions") ?? false);
        return Verb(call, async (store, name, version) =>
        {
            if (RegistryLimits.Stage(word) is not { } stage)
                return ProtocolError.Wrong("stage", $"\"{Wording.Cut(word, 100)}\"", $"one of {string.Join(", ", RegistryLimits.Stages)} is wanted.");
            if (archive && stage is not ("Staging" or "Production"))
                return ProtocolError.Invalid($"Existing versions cannot be archived when a version moves to {stage}; only when it moves to Staging or Production.");
            return await store.Stage(name, version, stage, archive, call.Actor, call.Cancel) ?? await Reply(call, name, version);
        });
    }

    private static Task<ProtocolError?> SetTag(Call call)
    {
        var refusal = RegistryCalls.Tag(call.Ask, out var tag);
        return Verb(call, async (store, name, version) => refusal ?? await store.SetTag(name, version, tag, call.Actor, call.Cancel));
    }

    private static Task<ProtocolError?> RemoveTag(Call call)
    {
        var key = call.Ask.RequiredText("key");
        return Verb(call, async (store, name, version) => RegistryCalls.Sought(key, "key") ?? await store.RemoveTag(name, version, key, call.Actor, call.Cancel));
    }

    private static Task<ProtocolError?> DownloadUri(Call call) => Verb(call, async (store, name, version) =>
        await store.Find(name, version, call.Actor, call.Cancel) is { } found
            ? await call.Reply(json => json.WriteString("artifact_uri"u8, found.Location))
            : ModelVersionStore.NoVersion(name, version));

    private static async Task<ProtocolError?> Search(Call call)
    {
        var (most, text, entries, token) = (call.Ask.Int64("max_results") ?? UsualPage, call.Ask.Text("filter"), call.Ask.Texts("order_by"), call.Ask.Text("page_token"));
        if ((call.Ask.Error ?? Limits.CheckPage(most, RegistryLimits.SearchedVersions)) is { } refusal)
            return refusal;
        if (!PageToken.TryRead(token, out var offset, out var badToken))
            return badToken;
        if (!RegistryFilter.TryParseVersions(text, out var filter, out var badFilter))
            return badFilter.ToProtocol();
        if (!SearchOrder.TryParseModelVersions(entries, out var order, out var badOrder))
            return badOrder.ToProtocol();
        var ids = await call.Get<SearchStore>().ModelVersions(filter, order, (int)most + 1, offset, call.Actor, call.Cancel);
        var versions = await call.Get<ModelVersionStore>().Read([.. ids.Take((int)most)], call.Cancel);
        var parts = await call.Get<ModelVersionStore>().Parts([.. versions], call.Cancel);
        return await call.ReplyList("model_versions".AsMemory(), versions, (json, version) => RegistryJson.Version(json, version, parts), ids.Length > most ? offset + most : null);
    }

    private static string? Given(ProtoBody ask, string name) => ask.Text(name) is { Length: > 0 } text ? text : null;

    private static async Task<ProtocolError?> Verb(Call call, Func<ModelVersionStore, string, int, Task<ProtocolError?>> verb)
    {
        var name = call.Ask.RequiredText("name");
        var text = call.Ask.Id("version") ?? "";
        return call.Ask.Error ?? RegistryCalls.Sought(name, "name") ?? RegistryLimits.ReadVersion(text, out var version) ?? await verb(call.Get<ModelVersionStore>(), name, version);
    }

    private static async Task<ProtocolError?> Reply(Call call, string name, int version) =>
        await call.Get<ModelVersionStore>().Find(name, version, call.Actor, call.Cancel) is { } found ? await Reply(call, found) : ModelVersionStore.NoVersion(name, version);
}
