using Crucible.Host.Api;
using Crucible.Ui;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Crucible.Host.Pages;

/// <summary>The reference of <c>/api/v1</c>, drawn from its OpenAPI document.</summary>
[Authorize]
internal sealed class ApiModel(ApiDocument document) : PageModel
{
    public string Introduction { get; private set; } = "";

    public IReadOnlyList<(string Group, IReadOnlyList<ReferenceOperation> Operations)> Groups { get; private set; } = [];

    public async Task OnGet(CancellationToken cancel)
    {
        var json = await document.Json(cancel);
        Introduction = Markdig.Markdown.ToHtml(ApiReference.Introduction(json));
        Groups = ApiReference.Read(json, $"{Request.Scheme}://{Request.Host}");
        Shell.Of(HttpContext).Page("API");
    }
}
