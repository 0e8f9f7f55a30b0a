using Crucible.Data;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Live;
using Crucible.Files;
using Crucible.People;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Experiments.Tracking;

/// <summary>mlflow-artifacts: files of runs and models, streamed in and out.</summary>
internal static class ArtifactProxy
{
    private static readonly FileExtensionContentTypeProvider Types = new();

    public static void Map(IEndpointRouteBuilder api)
    {
        api.Raw("PUT", "artifacts/{**path}", Put);
        api.Raw("GET", "artifacts/{**path}", http => Path(http).Length == 0 ? List(http) : Get(http));
        api.Raw("DELETE", "artifacts/{**path}", Delete);
        foreach (var step in (string[])["create", "complete", "abort"])
            api.Raw("POST", $"mpu/{step}/{{**path}}", _ => Task.FromResult<ProtocolError?>(
                new(ErrorCode.NotImplemented, "Multipart upload is not offered; put the file in one request.")));
    }

    public static void MapDownload(IEndpointRouteBuilder app)
    {
        foreach (var path in (string[])["/get-artifact", "/ajax-api/2.0/mlflow/get-artifact"])
            app.Raw("GET", path, GetOfRun);
        ArtifactPages.Map(app);
    }

    // Routing leaves %2F as it is, which would make "a%252Fb" and "a%2Fb" the same; so the path as it came, decoded once.
    private static string Path(HttpContext http)
    {
        const string Before = "/mlflow-artifacts/artifacts/";
        var target = (http.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "").Split('?', 2)[0];
        var start = target.IndexOf(Before, StringComparison.Ordinal);
        return start < 0 ? "" : Uri.UnescapeDataString(target[(start + Before.Length)..]);
    }

    private static async Task<ProtocolError?> Put(HttpContext http)
    {
        var actor = Actor.Of(http);
        var (place, refusal) = await ArtifactPlace.Find(http, Path(http), actor);
        if (refusal is not null)
            return refusal;
        if (!actor.MayWrite(place!.TeamId))
            return new(ErrorCode.PermissionDenied, "You may read these artifacts, but not add to them.");
        if (place.Within.Length == 0)
            return ProtocolError.Invalid("The path of a file below the artifacts of its run is needed.");
        var limit = http.RequestServices.GetRequiredService<ExperimentsOptions>().LargestArtifact;
        if (http.Request.ContentLength > limit)
            return TrackingApi.TooLarge(http, limit);
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        var outcome = await http.RequestServices.GetRequiredService<IFileStore>().Write(place.Path, http.Request.Body, limit, http.RequestAborted);
        if (outcome == FileWrite.TooLarge)
            return TrackingApi.TooLarge(http, limit);
        if (outcome == FileWrite.PathTaken)
            return ProtocolError.Invalid($"The path {place.Within} is taken: a folder is there, or a file is where one of its folders would be.");
        await Tell(http, place, actor);
        return null;
    }

    private static async Task<ProtocolError?> Get(HttpContext http)
    {
        var (place, refusal) = await ArtifactPlace.Find(http, Path(http), Actor.Of(http));
        return refusal ?? await Send(http, place!.Path);
    }

    private static async Task<ProtocolError?> GetOfRun(HttpContext http)
    {
        var call = new Call(http, ProtoBody.FromQuery(http.Request.Query));
        var path = call.Ask.RequiredText("path");
        var (run, refusal) = await call.Run();
        if (refusal is not null)
            return refusal;
        return ArtifactPath.TryRead(path, out path, out var unsafePath)
            ? await Send(http, $"{ArtifactPlace.Of(run!)}/{path}")
            : ProtocolError.Invalid(unsafePath);
    }

    internal static async Task<ProtocolError?> Send(HttpContext http, string path)
    {
        var file = await http.RequestServices.GetRequiredService<IFileStore>().Read(path, http.RequestAborted);
        if (file is null)
            return ArtifactPlace.None(path[(path.IndexOf('/') + 1)..]);
        var name = path[(path.LastIndexOf('/') + 1)..];
        var response = http.Response;
        // Uploaded content never runs as a page of ours.
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        response.Headers.ContentDisposition = $"attachment; filename*=UTF-8''{Uri.EscapeDataString(name)}";
        await Content(http, file, TypeOf(name));
        return null;
    }

    /// <summary>The media type of a file by its name.</summary>
    internal static string TypeOf(string name) => Types.TryGetContentType(name, out var type) ? type : "application/octet-stream";

    /// <summary>Sends the whole, or the range that was asked for: players of sound and video seek by it. Closes the file.</summary>
    internal static Task Content(HttpContext http, StoredFile file, string type) => Microsoft.AspNetCore.Http.Results.Stream(file.Content, type, lastModified: file.Modified,
        entityTag: new($"\"{file.Length:x}-{file.Modified.UtcTicks:x}\""), enableRangeProcessing: file.Content.CanSeek).ExecuteAsync(http);

    private static async Task<ProtocolError?> List(HttpContext http)
    {
        var call = new Call(http, ProtoBody.FromQuery(http.Request.Query));
        var path = call.Ask.Text("path") ?? "";
        var (place, refusal) = await ArtifactPlace.Find(http, path, call.Actor);
        if (refusal is { Code: not ErrorCode.ResourceDoesNotExist })
            return refusal;
        var files = place is null ? [] : await call.Get<IFileStore>().List(place.Path, call.Cancel) ?? [];
        return await call.ReplyList("files".AsMemory(), files, (json, file) => ArtifactCalls.Write(json, file.Name, file));
    }

    private static async Task<ProtocolError?> Delete(HttpContext http)
    {
        var actor = Actor.Of(http);
        var (place, refusal) = await ArtifactPlace.Find(http, Path(http), actor);
        if (refusal is not null)
            return refusal;
        if (!actor.MayWrite(place!.TeamId))
            return new(ErrorCode.PermissionDenied, "You may read these artifacts, but not delete them.");
        if (!await http.RequestServices.GetRequiredService<IFileStore>().Delete(place.Path, http.RequestAborted))
            return ArtifactPlace.None(Path(http));
        await Tell(http, place, actor);
        return null;
    }

    private static async Task Tell(HttpContext http, ArtifactPlace place, Actor actor)
    {
        if (place.RunId is not { } runId)
            return;
        await using var write = await http.RequestServices.GetRequiredService<Database>().Write(actor, http.RequestAborted);
        await Gate.Hear(write, runId, http.RequestAborted);
        write.Tell("experiments", Topics.Run(runId), new RunArtifactsChanged(runId, place.ExperimentId, place.Within));
        await write.Commit(http.RequestAborted);
    }
}
