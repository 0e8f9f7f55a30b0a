using Crucible.Experiments.Fragments;
using Crucible.Experiments.Fragments.Imports;
using Crucible.Experiments.Imports;
using Crucible.People;
using Crucible.Ui;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Experiments.Pages.Imports;

/// <summary>Imports: begin one, and those there are. A script sends files as a stream; without one a form does, up to what the web server takes as one, 30 MB.</summary>
[Authorize(ImportsModule.Permission)]
public sealed class ImportsModel(ImportStore imports, IPeople people, ImportLimits limits) : PluginPage
{
    /// <summary>What the page shows.</summary>
    public ImportsView View { get; private set; } = null!;

    /// <summary>The page.</summary>
    public Task<IActionResult> OnGet(CancellationToken cancel) => Show(null, null, cancel);

    /// <summary>Takes a file in.</summary>
    public async Task<IActionResult> OnPostFile(IFormFile? file, [FromForm] Guid? team, [FromForm] string? experiment, [FromForm] bool deleted, CancellationToken cancel)
    {
        await using var content = file?.OpenReadStream() ?? Stream.Null;
        var (id, problem) = await Beginning.File(file?.FileName ?? "", content, new(team, experiment, deleted), Actor, cancel);
        return problem is null ? LocalRedirect(Address.ImportOf(id)) : await Show(problem, null, cancel);
    }

    /// <summary>Takes the address of a server in.</summary>
    public async Task<IActionResult> OnPostServer([FromForm] string? address, [FromForm] string? user, [FromForm] string? password, [FromForm] string? token,
        [FromForm] Guid? team, [FromForm] string? experiment, [FromForm] bool deleted, CancellationToken cancel)
    {
        var (id, problem) = await Beginning.Server(address, new(user, password, token), new(team, experiment, deleted), Actor, cancel);
        return problem is null ? LocalRedirect(Address.ImportOf(id)) : await Show(null, (problem, address), cancel);
    }

    private Beginning Beginning => HttpContext.RequestServices.GetRequiredService<Beginning>();

    private async Task<IActionResult> Show(string? fileError, (string, string?)? serverError, CancellationToken cancel)
    {
        var after = Guid.TryParse(Query("after"), out var last) ? last : (Guid?)null;
        var rows = await imports.Page(Actor, after, cancel);
        View = new([.. rows.Take(ImportStore.PageSize)], [.. (await people.Teams(cancel)).Where(t => Actor.MayWrite(t.Id))], Actor.HomeTeam, Token)
        {
            Servers = HttpContext.RequestServices.GetRequiredService<ServerImports>().Offered(Actor),
            Most = limits.LargestImport,
            After = after is not null,
            Older = rows.Count > ImportStore.PageSize ? $"{Address.Import}?after={rows[ImportStore.PageSize - 1].ImportId:N}" : null,
            FileError = fileError,
            ServerError = serverError,
        };
        Shell.Of(HttpContext).Page("Import", ("Experiments", Address.Experiments)).WithImportAssets();
        if (fileError is not null || serverError is not null)
            Response.StatusCode = 422;
        return Page();
    }
}

internal static class ImportAssets
{
    /// <summary>Adds what these pages alone need.</summary>
    public static void WithImportAssets(this Shell shell)
    {
        shell.Style("/assets/experiments/import.css");
        shell.Scripts.Add("/assets/experiments/import.js");
    }
}
