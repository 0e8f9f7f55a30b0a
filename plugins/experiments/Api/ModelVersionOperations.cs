using System.Globalization;
using Crucible.Api;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Microsoft.AspNetCore.Routing;

namespace Crucible.Experiments.Api;

/// <summary><c>/api/v1/models/{id}/versions</c>.</summary>
internal static class ModelVersionOperations
{
    private const string Group = "Models";
    private static readonly Dictionary<string, string> Id = new() { ["id"] = "7" };
    private static readonly Dictionary<string, string> VersionPath = new() { ["id"] = "7", ["version"] = "1" };
    private static readonly Dictionary<string, string> TagPath = new() { ["id"] = "7", ["version"] = "1", ["key"] = "checked" };

    public static void Map(IEndpointRouteBuilder app)
    {
        app.Api("GET", "models/{id}/versions", List, new(Group, "List the versions of a model") { Detail = "The newest first.", Path = Id, Paged = true, Numbered = false, Answers = typeof(ApiModelVersion), Shows = ApiModelVersion.Sample });
        app.Api("POST", "models/{id}/versions", Create, new(Group, "Register a version of a model") { Path = Id, Status = 201, Takes = typeof(NewModelVersionBody), Example = NewModelVersionBody.Sample, Answers = typeof(ApiModelVersion), Shows = ApiModelVersion.Sample, Refusals = [403] });
        app.Api("GET", "models/{id}/versions/{version}", Get, new(Group, "Read a version of a model") { Detail = "By its number or an alias; latest is the newest.", Path = VersionPath, Answers = typeof(ApiModelVersion), Shows = ApiModelVersion.Sample });
        app.Api("PATCH", "models/{id}/versions/{version}", Change, new(Group, "Describe a version of a model") { Path = VersionPath, Takes = typeof(ModelVersionChange), Example = ModelVersionChange.Sample, Answers = typeof(ApiModelVersion), Shows = ApiModelVersion.Sample, Refusals = [403, 412] });
        app.Api("DELETE", "models/{id}/versions/{version}", Delete, new(Group, "Delete a version of a model") { Detail = "With its aliases; its files stay with its run. For its owner, that of the model, and admins.", Path = VersionPath, Status = 204, Refusals = [403, 412] });
        app.Api("PUT", "models/{id}/versions/{version}/tags/{**key}", PutTag, new(Group, "Set a tag of a version") { Path = TagPath, Takes = typeof(ModelTagBody), Example = ModelTagBody.Sample, Answers = typeof(ApiEntry), Shows = ApiEntry.Sample with { Key = "checked", Value = "sentiment" }, Refusals = [403] });
        app.Api("DELETE", "models/{id}/versions/{version}/tags/{**key}", RemoveTag, new(Group, "Remove a tag of a version") { Path = TagPath, Status = 204, Refusals = [403] });
    }

    private static async Task<(ModelVersion? Version, RegisteredModel? Model, ApiError? Refusal)> Find(ApiCall call)
    {
        var (model, refusal) = await ModelOperations.Find(call);
        if (refusal is not null)
            return (null, null, refusal);
        var (store, word) = (call.Get<ModelVersionStore>(), call.Route("version"));
        var found = int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? await store.Find(model!.Name, number, call.Actor, call.Cancel) : await store.ByAlias(model!.Name, word, call.Actor, call.Cancel);
        return found is null ? (null, null, ApiError.NotFound($"The model {model.Name} has no version {Wording.Cut(word, 40)}.")) : (found, model, null);
    }

    /// <summary>The version of the path, when this actor may change it.</summary>
    private static async Task<(ModelVersion? Version, ApiError? Refusal)> ForWriting(ApiCall call)
    {
        var (version, model, refusal) = await Find(call);
        return refusal is null && !call.Actor.MayWrite(model!.TeamId) ? (null, ApiError.Forbidden("You may read this model, but not change it.")) : (version, refusal);
    }

    private static async Task<ApiError?> List(ApiCall call)
    {
        var (model, refusal) = await ModelOperations.Find(call);
        if (refusal is not null)
            return refusal;
        int? before = null;
        if (call.Page.After is { Count: > 0 } parts)
        {
            if (parts is not [{ } text] || !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                return ApiPage.Broken();
            before = number;
        }
        var found = await call.Get<ModelVersionStore>().Page(model!.ModelId, before, call.Page.Size + 1, call.Cancel);
        var page = found.Take(call.Page.Size).ToList();
        return await call.List(await Wire(call, page), found.Count > page.Count ? [page[^1].Version.ToString(CultureInfo.InvariantCulture)] : null);
    }

    private static async Task<ApiError?> Create(ApiCall call)
    {
        var (model, refusal) = await ModelOperations.Find(call);
        if (refusal is not null)
            return refusal;
        if (!call.Actor.MayWrite(model!.TeamId))
            return ApiError.Forbidden("You may read this model, but not change it.");
        var (body, wrong) = await call.Read<NewModelVersionBody>();
        if (wrong is not null)
            return wrong;
        var sent = body!.Value;
        if (ModelOperations.Tags(sent.Tags, out var tags) is { } badTag)
            return badTag;
        var (number, no) = await call.Get<ModelVersionStore>().Create(model.Name, new(sent.Source, sent.RunId, null, null, sent.Description, tags), call.Actor, call.Cancel);
        if (no is not null)
            return Refusals.Of(no, "source");
        var made = await call.Get<ModelVersionStore>().Read([(model.ModelId, number)], call.Cancel);
        return await call.Made($"{ApiEndpoints.Root}/models/{model.ModelId}/versions/{number}", (await Wire(call, made))[0]);
    }

    private static async Task<ApiError?> Get(ApiCall call)
    {
        var (version, _, refusal) = await Find(call);
        return refusal ?? await call.Item((await Wire(call, [version!]))[0]);
    }

    private static async Task<ApiError?> Change(ApiCall call)
    {
        var (version, refusal) = await ForWriting(call);
        if (refusal is not null)
            return refusal;
        var (body, wrong) = await call.Read<ModelVersionChange>();
        if ((wrong ?? call.Stale((await Wire(call, [version!]))[0])) is { } refused)
            return refused;
        if (body!.Has("description") && await call.Get<ModelVersionStore>().Describe(version!.Name, version.Version, body.Value.Description, call.Actor, call.Cancel) is { } no)
            return Refusals.Of(no, "description");
        return await Get(call);
    }

    private static async Task<ApiError?> Delete(ApiCall call)
    {
        var (version, _, refusal) = await Find(call);
        if ((refusal ?? call.Stale((await Wire(call, [version!]))[0])) is { } refused)
            return refused;
        return await call.Get<ModelVersionStore>().Delete(version!.Name, version.Version, call.Actor, call.Cancel) is { } no ? Refusals.Of(no) : await call.Nothing();
    }

    private static async Task<ApiError?> PutTag(ApiCall call)
    {
        var (version, refusal) = await ForWriting(call);
        if (refusal is not null)
            return refusal;
        var (body, wrong) = await call.Read<ModelTagBody>();
        if (wrong is not null)
            return wrong;
        Entry tag = new(call.Route("key"), body!.Value.Value);
        if (Limits.CheckKey(tag.Key) is { } badKey)
            return Refusals.Of(badKey, "key");
        return await call.Get<ModelVersionStore>().SetTag(version!.Name, version.Version, tag, call.Actor, call.Cancel) is { } no ? Refusals.Of(no) : await call.Item(new ApiEntry { Key = tag.Key, Value = tag.Value });
    }

    private static async Task<ApiError?> RemoveTag(ApiCall call)
    {
        var (version, _, refusal) = await Find(call);
        if (refusal is not null)
            return refusal;
        return await call.Get<ModelVersionStore>().RemoveTag(version!.Name, version.Version, call.Route("key"), call.Actor, call.Cancel) is { } no ? Refusals.Of(no) : await call.Nothing();
    }

    private static async Task<IReadOnlyList<ApiModelVersion>> Wire(ApiCall call, IReadOnlyList<ModelVersion> versions)
    {
        var parts = await call.Get<ModelVersionStore>().Parts([.. versions], call.Cancel);
        return [.. versions.Select(v => new ApiModelVersion
        {
            Version = v.Version,
            Source = v.Source,
            Location = v.Location,
            RunId = v.RunId,
            RunLink = v.RunLink,
            LoggedModelId = v.LoggedModelId,
            Description = v.Description ?? "",
            User = v.UserId,
            Stage = v.Stage,
            Aliases = [.. parts.Aliases[(v.ModelId, v.Version)]],
            Tags = new SortedDictionary<string, string>(parts.Tags[(v.ModelId, v.Version)].ToDictionary(t => t.Key, t => t.Value), StringComparer.Ordinal),
            CreatedAt = ApiJson.Time(v.CreatedMs),
            UpdatedAt = ApiJson.Time(v.UpdatedMs),
        })];
    }
}
