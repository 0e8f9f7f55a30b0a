using Crucible.Live;
using Crucible.Ui;
using Crucible.Ui.Guide;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Crucible.Host.Pages;

/// <summary>The style guide, and what its samples ask and post. Nothing here changes anything.</summary>
internal sealed class UiModel(IAntiforgery antiforgery, FragmentRenderer fragments, TimeProvider clock) : PageModel
{
    public GuideState State { get; private set; } = null!;

    public void OnGet(string? q, string? sort, string? after, string[] columns, string? run)
    {
        var tokens = antiforgery.GetAndStoreTokens(HttpContext);
        State = new(q, sort == "name" ? sort : null, after, columns.OfType<string>().ToArray() is { Length: > 0 } named ? named : null, run, (tokens.FormFieldName, tokens.RequestToken!), clock.GetUtcNow());
    }

    public Task<ContentResult> OnGetOptions(string? q) => Options(Icons.Names.Where(n => n.Contains(q ?? "", StringComparison.OrdinalIgnoreCase)));

    public Task<ContentResult> OnGetPeople(string? q) =>
        Options(((string[])["Ines Duarte", "Mira Okafor", "Tomo Kita", "Wen Li"]).Where(n => n.Contains(q ?? "", StringComparison.OrdinalIgnoreCase)));

    public IActionResult OnPostToast() => Said(new("3 runs archived", Undo: "/ui?handler=Undo"));

    public IActionResult OnPostUndo() => Said(new("3 runs are back"));

    public IActionResult OnPostName(string? name) => name switch
    {
        null or "" => Wrong("A name is needed."),
        _ when name.Contains(' ') => Wrong("Names have no blanks. Try a dash."),
        _ => new NoContentResult(),
    };

    private IActionResult Said(Toast toast)
    {
        toast.Say(HttpContext);
        return Request.Headers.ContainsKey("HX-Request") ? new NoContentResult() : LocalRedirect("/ui#overlays");
    }

    private ContentResult Wrong(string message) => new() { Content = message, ContentType = "text/plain", StatusCode = StatusCodes.Status422UnprocessableEntity };

    private async Task<ContentResult> Options(IEnumerable<string> values) =>
        Content(await fragments.Render<OptionList>(("Items", values.Take(50).Select(v => new Option(v)).ToList())), "text/html");
}
