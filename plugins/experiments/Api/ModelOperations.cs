using System.Globalization;
using System.Text.Json.Nodes;
using Crucible.Api;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Domain.Registry;
using Microsoft.AspNetCore.Routing;

namespace Crucible.Experiments.Api;

/// <summary><c>/api/v1/models</c>: registered models, their tags and aliases.</summary>
internal static class ModelOperations
{
    private const string Group = "Models";
    private static readonly Dictionary<string, string> Id = new() { ["id"] = "7" };
    private static readonly Dictionary<string, string> TagPath = new() { ["id"] = "7", ["key"] = "task" };
    private static readonly Dictionary<string, string> AliasPath = new() { ["id"] = "7", ["alias"] = "champion" };

    public static void Map(IEndpointRouteBuilder app)
    {
        app.Api("GET", "models", List, new(Group, "List registered models")
        {
            Detail = "Those with the latest news first.", Paged = true, Numbered = false, Answers = typeof(ApiModel), Shows = ApiModel.Sample, Filters = [new("name", "A part of the name, in either case.", "student")],
        });
        app.Api("POST", "models", Create, new(Group, "Register a model") { Detail = "In your home team.", Status = 201, Takes = typeof(NewModelBody), Example = NewModelBody.Sample, Answers = typeof(ApiModel), Shows = ApiModel.Sample, Refusals = [403, 409] });
        app.Api("GET", "models/{id}", Get, new(Group, "Read a registered model") { Path = Id, Answers = typeof(ApiModel), Shows = ApiModel.Sample });
        app.Api("PATCH", "models/{id}", Change, new(Group, "Change a registered model") { Detail = "What is not sent stays.", Path = Id, Takes = typeof(ModelChange), Example = ModelChange.Sample, Answers = typeof(ApiModel), Shows = ApiModel.Sample, Refusals = [403, 409, 412] });
        app.Api("DELETE", "models/{id}", Delete, new(Group, "Delete a registered model") { Detail = "With all its versions; their files stay with their runs. For its owner and admins.", Path = Id, Status = 204, Refusals = [403, 412] });
        app.Api("PUT", "models/{id}/tags/{**key}", PutTag, new(Group, "Set a tag of a registered model") { Path = TagPath, Takes = typeof(ModelTagBody), Example = ModelTagBody.Sample, Answers = typeof(ApiEntry), Shows = ApiEntry.Sample with { Key = "task", Value = "sentiment" }, Refusals = [403] });
        app.Api("DELETE", "models/{id}/tags/{**key}", call => Do(call, (store, name) => store.RemoveTag(name, call.Route("key"), call.Actor, call.Cancel)), new(Group, "Remove a tag of a registered model") { Path = TagPath, Status = 204, Refusals = [403] });
        app.Api("PUT", "models/{id}/aliases/{alias}", PutAlias, new(Group, "Let an alias stand for a version") { Detail = "Wherever it stood before.", Path = AliasPath, Takes = typeof(AliasBody), Example = AliasBody.Sample, Answers = typeof(ApiAlias), Shows = ApiAlias.Sample, Refusals = [403] });
        app.Api("DELETE", "models/{id}/aliases/{alias}", call => Do(call, (store, name) => store.RemoveAlias(name, call.Route("alias"), call.Actor, call.Cancel)), new(Group, "Remove an alias") { Path = AliasPath, Status = 204, Refusals = [403] });
    }

    /// <summary>The model of the path, when this actor may see it.</summary>
    internal static async Task<(RegisteredModel? Model, ApiError? Refusal)> Find(ApiCall call)
    {
        var found = Cursors.Whole(call.Route("id")) is { } id ? await call.Get<RegistryStore>().Find(id, call.Actor, call.Cancel) : null;
        return found is null ? (null, ApiError.NotFound("There is no such model.")) : (found, null);
    }

    /// <summary>Tags of a model or a version, checked.</summary>
    internal static ApiError? Tags(IReadOnlyDictionary<string, string>? sent, out List<Entry> tags) =>
        ApiOperations.Entries(sent, "tags", (key, value) => (value, Limits.CheckKey(key) ?? Limits.CheckText(value, "tags", RegistryLimits.TagValue, required: false)), out tags);

    private static async Task<ApiError?> List(ApiCall call)
    {
        (long, long)? after = null;
        if (call.Page.After is { Count: > 0 } parts)
        {
            if (parts is not [{ } time, { } last] || Cursors.Whole(time) is not { } at || Cursors.Whole(last) is not { } id)
                return ApiPage.Broken();
            after = (at, id);
        }
        var found = await call.Get<RegistryStore>().Page(call.Filter("name") ?? "", after, call.Page.Size + 1, call.Actor, call.Cancel);
        var page = found.Take(call.Page.Size).ToList();
        return await call.List(await Wire(call, page), found.Count > page.Count
            ? [page[^1].UpdatedMs.ToString(CultureInfo.InvariantCulture), page[^1].ModelId.ToString(CultureInfo.InvariantCulture)] : null);
    }

    private static async Task<ApiError?> Create(ApiCall call)
    {
        var (body, refusal) = await call.Read<NewModelBody>();
        if (refusal is not null)
            return refusal;
        var sent = body!.Value;
        if ((Name(sent.Name) ?? Adapter(sent.Adapter) ?? Tags(sent.Tags, out _)) is { } wrong)
            return wrong;
        _ = Tags(sent.Tags, out var tags);
        var store = call.Get<RegistryStore>();
        if (await store.Create(sent.Name, sent.Description, tags, call.Actor, call.Cancel) is { } no)
            return Refusals.Of(no, "name");
        if ((sent.BaseModel is not null || sent.Adapter is not null) && await store.SetOrigin(sent.Name, sent.BaseModel, sent.Adapter?.ToJsonString(), call.Actor, call.Cancel) is { } bad)
            return Refusals.Of(bad, "base_model");
        var made = (await store.Find(sent.Name, call.Actor, call.Cancel))!;
        return await call.Made($"{ApiEndpoints.Root}/models/{made.ModelId}", (await Wire(call, [made]))[0]);
    }

    private static async Task<ApiError?> Get(ApiCall call)
    {
        var (model, refusal) = await Find(call);
        return refusal ?? await call.Item((await Wire(call, [model!]))[0]);
    }

    private static async Task<ApiError?> Change(ApiCall call)
    {
        var (model, refusal) = await Find(call);
        if (refusal is not null)
            return refusal;
        if (!call.Actor.MayWrite(model!.TeamId))
            return ApiError.Forbidden("You may read this model, but not change it.");
        var (body, wrong) = await call.Read<ModelChange>();
        if ((wrong ?? call.Stale((await Wire(call, [model]))[0])) is { } refused)
            return refused;
        var sent = body!.Value;
        if (body.Has("name") && sent.Name is null)
            return ApiError.Invalid("name", "cannot be null. Leave it out to keep what it is.");
        if (((sent.Name is null ? null : Name(sent.Name)) ?? Adapter(sent.Adapter)) is { } bad)
            return bad;
        var (store, name) = (call.Get<RegistryStore>(), model.Name);
        if (sent.Name is { } other && other != name)
        {
            if (await store.Rename(name, other, call.Actor, call.Cancel) is { } no)
                return Refusals.Of(no, "name");
            name = other;
        }
        if (body.Has("description") && await store.Describe(name, sent.Description, call.Actor, call.Cancel) is { } badText)
            return Refusals.Of(badText, "description");
        if ((body.Has("base_model") || body.Has("adapter")) && await store.SetOrigin(name, body.Has("base_model") ? sent.BaseModel : model.BaseModel,
            body.Has("adapter") ? sent.Adapter?.ToJsonString() : model.Adapter, call.Actor, call.Cancel) is { } badOrigin)
            return Refusals.Of(badOrigin, "base_model");
        return await Get(call);
    }

    private static async Task<ApiError?> Delete(ApiCall call)
    {
        var (model, refusal) = await Find(call);
        if ((refusal ?? call.Stale((await Wire(call, [model!]))[0])) is { } refused)
            return refused;
        return await call.Get<RegistryStore>().Delete(model!.Name, call.Actor, call.Cancel) is { } no ? Refusals.Of(no) : await call.Nothing();
    }

    private static async Task<ApiError?> PutTag(ApiCall call)
    {
        var (model, refusal) = await Find(call);
        if (refusal is not null)
            return refusal;
        if (!call.Actor.MayWrite(model!.TeamId))
            return ApiError.Forbidden("You may read this model, but not change it.");
        var (body, wrong) = await call.Read<ModelTagBody>();
        if (wrong is not null)
            return wrong;
        Entry tag = new(call.Route("key"), body!.Value.Value);
        if (Limits.CheckKey(tag.Key) is { } badKey)
            return Refusals.Of(badKey, "key");
        return await call.Get<RegistryStore>().SetTag(model.Name, tag, call.Actor, call.Cancel) is { } no ? Refusals.Of(no) : await call.Item(new ApiEntry { Key = tag.Key, Value = tag.Value });
    }

    private static async Task<ApiError?> PutAlias(ApiCall call)
    {
        var (model, refusal) = await Find(call);
        if (refusal is not null)
            return refusal;
        if (!call.Actor.MayWrite(model!.TeamId))
            return ApiError.Forbidden("You may read this model, but not change it.");
        var (body, wrong) = await call.Read<AliasBody>();
        if (wrong is not null)
            return wrong;
        var (alias, version) = (call.Route("alias"), body!.Value.Version);
        if (RegistryLimits.CheckAlias(alias) is { } badAlias)
            return Refusals.Of(badAlias, "alias");
        return await call.Get<RegistryStore>().SetAlias(model.Name, alias, version, call.Actor, call.Cancel) is { } no
            ? no.Code == ErrorCode.ResourceDoesNotExist ? ApiError.Invalid("version", no.Message) : Refusals.Of(no) : await call.Item(new ApiAlias { Alias = alias, Version = version });
    }

    private static async Task<ApiError?> Do(ApiCall call, Func<RegistryStore, string, Task<ProtocolError?>> verb)
    {
        var (model, refusal) = await Find(call);
        if (refusal is not null)
            return refusal;
        return await verb(call.Get<RegistryStore>(), model!.Name) is { } no ? Refusals.Of(no) : await call.Nothing();
    }

    private static ApiError? Name(string name) => RegistryLimits.CheckName(name) is { } wrong ? Refusals.Of(wrong, "name") : null;

    private static ApiError? Adapter(JsonObject? adapter) =>
        adapter?.ToJsonString().Length > RegistryLimits.Adapter ? ApiError.Invalid("adapter", $"has more than {RegistryLimits.Adapter:N0} characters.") : null;

    private static async Task<IReadOnlyList<ApiModel>> Wire(ApiCall call, IReadOnlyList<RegisteredModel> models)
    {
        var parts = await call.Get<RegistryStore>().Parts([.. models.Select(m => m.ModelId)], call.Cancel);
        return [.. models.Select(m => new ApiModel
        {
            Id = m.ModelId,
            Name = m.Name,
            Description = m.Description ?? "",
            BaseModel = m.BaseModel,
            Adapter = m.Adapter is { } adapter && JsonNode.Parse(adapter) is JsonObject settings ? settings : [],
            LatestVersion = parts.Latest[m.ModelId].Select(v => (int?)v.Version).Max(),
            Tags = new SortedDictionary<string, string>(parts.Tags[m.ModelId].ToDictionary(t => t.Key, t => t.Value), StringComparer.Ordinal),
            Aliases = new SortedDictionary<string, int>(parts.Aliases[m.ModelId].ToDictionary(a => a.Alias, a => a.Version), StringComparer.Ordinal),
            TeamId = m.TeamId,
            OwnerId = m.OwnerId,
            CreatedAt = ApiJson.Time(m.CreatedMs),
            UpdatedAt = ApiJson.Time(m.UpdatedMs),
        })];
    }
}
