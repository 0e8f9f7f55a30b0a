using Crucible.People;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Team.Sample.Pages;

[Authorize("sample.write")]
public sealed class IndexModel(NoteStore notes, SampleOptions options) : PageModel
{
    public string Text { get; private set; } = "";
    public string MarkdigVersion { get; } = typeof(Markdig.Markdown).Assembly.GetName().Version!.ToString();

    public async Task OnGet(CancellationToken cancel) => Text = await notes.Text(cancel);

    public async Task<IActionResult> OnPost([FromForm] string text, CancellationToken cancel)
    {
        if (text.Length > options.LongestNote)
            return BadRequest($"At most {options.LongestNote} characters.");
        await notes.Write(text, Actor.Of(HttpContext), cancel);
        return RedirectToPage();
    }
}
