using System.Globalization;
using System.Text;
using Crucible.Experiments.Fragments;
using Crucible.People;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace Crucible.Experiments.Imports;

/// <summary>What of imports is no page: the upload as a stream, and the report as a file.</summary>
internal static class ImportEndpoints
{
    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapPost("/experiments/import/upload", Upload).RequireAuthorization(ImportsModule.Permission).ExcludeFromDescription();
        app.MapGet("/experiments/imports/{importId:guid}/refusals.csv", Refusals).RequireAuthorization(ImportsModule.Permission).ExcludeFromDescription();
    }

    // The body is the file, so that it goes straight to where it waits and the browser can say how much is sent.
    private static async Task<IResult> Upload(HttpContext http, Beginning beginning, ImportLimits limits, string? name, Guid? team, string? experiment, bool? deleted)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        if (http.Request.ContentLength > limits.LargestImport)
            return Results.Text(Beginning.TooLarge(limits), statusCode: 413);
        var (id, problem) = await beginning.File(name ?? "", http.Request.Body, new(team, experiment, deleted == true), Actor.Of(http), http.RequestAborted);
        return problem is null ? Results.Json(new { url = Address.ImportOf(id) }) : Results.Text(problem, statusCode: 422);
    }

    private static async Task<IResult> Refusals(HttpContext http, Guid importId, ImportStore imports)
    {
        if (await imports.Find(importId, Actor.Of(http), http.RequestAborted) is not { } import)
            return Results.NotFound();
        return Results.Stream(body => Write(body, import, imports, http.RequestAborted), "text/csv; charset=utf-8", "refused.csv");
    }

    private static async Task Write(Stream body, ImportRow import, ImportStore imports, CancellationToken cancel)
    {
        await using var text = new StreamWriter(body, new UTF8Encoding(false), leaveOpen: true);
        await text.WriteAsync("file,line,what,mend\r\n");
        var after = 0L;
        while (await imports.Refusals(import.ImportId, after, 1000, cancel) is { Count: > 0 } lines)
        {
            foreach (var (_, line) in lines)
                await text.WriteAsync($"{Cell(line.File)},{line.Line.ToString(CultureInfo.InvariantCulture)},{Cell(line.What)},{Cell(line.Mend)}\r\n");
            after = lines[^1].Place;
        }
    }

    // A spreadsheet would take what begins so for a formula.
    private static string Cell(string text) => $"\"{(text is ['=' or '+' or '-' or '@' or '\t', ..] ? "'" : "")}{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
