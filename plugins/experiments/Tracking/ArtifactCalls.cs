using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Files;
using Microsoft.AspNetCore.Routing;

namespace Crucible.Experiments.Tracking;

/// <summary>artifacts/list: what a run has, with paths relative to it.</summary>
internal static class ArtifactCalls
{
    public static void Map(IEndpointRouteBuilder api) => api.Get("artifacts/list", List);

    private static async Task<ProtocolError?> List(Call call)
    {
        var (run, refusal) = await call.Run();
        if (refusal is not null)
            return refusal;
        if (!ArtifactPath.TryRead(call.Ask.Text("path"), out var path, out var unsafePath, allowRoot: true))
            return ProtocolError.Invalid(unsafePath);
        var root = ArtifactPlace.Of(run!);
        var files = await call.Get<IFileStore>().List(path.Length == 0 ? root : $"{root}/{path}", call.Cancel) ?? [];
        return await call.Reply(json =>
        {
            json.WriteString("root_uri"u8, run!.ArtifactUri);
            if (files.Count == 0)
                return;
            json.WriteStartArray("files"u8);
            foreach (var file in files)
                Write(json, path.Length == 0 ? file.Name : $"{path}/{file.Name}", file);
            json.WriteEndArray();
        });
    }

    /// <summary>Writes one file; <c>file_size</c> is left out for folders.</summary>
    public static void Write(System.Text.Json.Utf8JsonWriter json, string path, FileEntry file)
    {
        json.WriteStartObject();
        json.WriteString("path"u8, path);
        json.WriteBoolean("is_dir"u8, file.IsFolder);
        if (!file.IsFolder)
            json.WriteNumber("file_size"u8, file.Length);
        json.WriteEndObject();
    }
}
