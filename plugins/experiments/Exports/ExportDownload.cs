using Crucible.Experiments.Data;
using Crucible.Files;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Experiments.Exports;

/// <summary>Sends the file of an export, or the part of it that the request names.</summary>
internal static class ExportDownload
{
    /// <summary>False when the file is not there.</summary>
    public static async Task<bool> Send(HttpContext http, Export export)
    {
        // Closed by the result.
        if (await http.RequestServices.GetRequiredService<IFileStore>().Read(export.Path, http.RequestAborted) is not { } file)
            return false;
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        await Results.File(file.Content, Type(export.FileName ?? ""), export.FileName, file.Modified, entityTag: new($"\"{export.ExportId:N}-{export.Bytes}\""), enableRangeProcessing: true).ExecuteAsync(http);
        return true;
    }

    private static string Type(string name) => name[(name.LastIndexOf('.') + 1)..] switch
    {
        "csv" => "text/csv; charset=utf-8",
        "json" => "application/json",
        "jsonl" => "application/jsonl",
        "zip" => "application/zip",
        _ => "application/gzip",
    };
}
