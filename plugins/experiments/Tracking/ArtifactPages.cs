using System.IO.Compression;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Fragments;
using Crucible.Files;
using Crucible.People;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Experiments.Tracking;

/// <summary>Files of a run as pages show them: what a frame of the run's page holds, and folders as one file.</summary>
internal static class ArtifactPages
{
    // An origin of its own that nothing belongs to, without network, forms, or a way out of its frame: a page with figures draws,
    // and can neither read what is ours nor send on what it holds.
    private const string PagePolicy = "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' blob:; style-src 'unsafe-inline'; img-src data: blob:; "
        + "font-src data:; media-src data: blob:; worker-src blob:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'";

    // A browser's viewer of PDF does not work in a sandbox. The type is given and not guessed, so it is never a page.
    private const string PdfPolicy = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; img-src 'self' data: blob:; frame-ancestors 'self'";

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/experiments/runs/{runId}/frame", Frame);
        app.MapGet("/experiments/runs/{runId}/zip", Zip);
    }

    private static async Task Frame(HttpContext http, string runId, string? path)
    {
        var kind = ArtifactPreview.KindOf(path ?? "");
        if (kind is not (ArtifactKind.Page or ArtifactKind.Pdf) || await Run(http, runId) is not { } run || !ArtifactPath.TryRead(path, out var safe, out _)
            || await http.RequestServices.GetRequiredService<IFileStore>().Read($"{ArtifactPlace.Of(run)}/{safe}", http.RequestAborted) is not { } file)
        {
            http.Response.StatusCode = 404;
            return;
        }
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers.ContentSecurityPolicy = kind == ArtifactKind.Pdf ? PdfPolicy : PagePolicy;
        http.Response.Headers.ContentDisposition = $"inline; filename*=UTF-8''{Uri.EscapeDataString(safe[(safe.LastIndexOf('/') + 1)..])}";
        await ArtifactProxy.Content(http, file, kind == ArtifactKind.Pdf ? "application/pdf" : "text/html; charset=utf-8");
    }

    private static async Task Zip(HttpContext http, string runId, string? path)
    {
        if (await Run(http, runId) is not { } run || !ArtifactPath.TryRead(path, out var folder, out _, allowRoot: true)
            || await http.RequestServices.GetRequiredService<IFileStore>().List(folder.Length == 0 ? ArtifactPlace.Of(run) : $"{ArtifactPlace.Of(run)}/{folder}", http.RequestAborted) is null)
        {
            http.Response.StatusCode = 404;
            return;
        }
        var name = folder.Length == 0 ? run.Name : folder[(folder.LastIndexOf('/') + 1)..];
        http.Response.ContentType = "application/zip";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        http.Response.Headers.ContentDisposition = $"attachment; filename*=UTF-8''{Uri.EscapeDataString(name)}.zip";
        // The archive writes the few bytes around each file without waiting.
        if (http.Features.Get<IHttpBodyControlFeature>() is { } control)
            control.AllowSynchronousIO = true;
        await using var zip = await ZipArchive.CreateAsync(http.Response.Body, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, http.RequestAborted);
        await Add(zip, http.RequestServices.GetRequiredService<IFileStore>(), ArtifactPlace.Of(run), folder, folder.Length == 0 ? 0 : folder.Length + 1, http.RequestAborted);
    }

    // As it is read: a folder of any size passes through a small buffer.
    private static async Task Add(ZipArchive zip, IFileStore store, string root, string folder, int skip, CancellationToken cancel)
    {
        foreach (var entry in await store.List(folder.Length == 0 ? root : $"{root}/{folder}", cancel) ?? [])
        {
            var path = folder.Length == 0 ? entry.Name : $"{folder}/{entry.Name}";
            if (entry.IsFolder)
            {
                await Add(zip, store, root, path, skip, cancel);
                continue;
            }
            await using var file = await store.Read($"{root}/{path}", cancel);
            if (file is null)
                continue;
            // Weights and pictures do not become smaller; the processor is needed elsewhere.
            var made = zip.CreateEntry(path[skip..], CompressionLevel.Fastest);
            made.LastWriteTime = file.Modified.Year >= 1980 ? file.Modified : new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
            await using var content = await made.OpenAsync(cancel);
            await file.Content.CopyToAsync(content, cancel);
        }
    }

    private static async Task<RunRow?> Run(HttpContext http, string runId) => RunId.TryRead(runId, out var id)
        ? await http.RequestServices.GetRequiredService<RunStore>().Find(id, Actor.Of(http), http.RequestAborted) : null;
}
