using System.Text.Encodings.Web;
using Markdig;
using Markdig.Extensions.TaskLists;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using Microsoft.AspNetCore.Components;

namespace Crucible.Experiments.Fragments;

/// <summary>Notes are Markdown that anybody may have written: HTML in them is text, and links lead only where links may.</summary>
public static class MarkdownText
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder()
        .DisableHtml().UsePipeTables().UseTaskLists().UseAutoLinks().UseEmphasisExtras().Build();

    /// <summary>The note as HTML; one that nests deeper than a parser goes is shown as it was typed.</summary>
    public static MarkupString Render(string text)
    {
        try
        {
            return Parsed(text);
        }
        catch (ArgumentException)
        {
            // Its depth limit: a page must not be lost to a note of a thousand brackets.
            return new($"<pre>{HtmlEncoder.Default.Encode(text)}</pre>");
        }
    }

    private static MarkupString Parsed(string text)
    {
        var document = Markdown.Parse(text, Pipeline);
        foreach (var link in document.Descendants<LinkInline>())
        {
            link.Url = Safe(link.Url);
            link.GetDynamicUrl = null;
            // The content security policy shows no picture of another site; the link to it still helps.
            link.IsImage = false;
            link.GetAttributes().AddProperty("rel", "noopener noreferrer nofollow");
        }
        foreach (var link in document.Descendants<AutolinkInline>())
            link.Url = Safe(link.Url);
        // Its box says done or not to those who see it; the words are beside it, not its label.
        foreach (var task in document.Descendants<TaskList>())
            task.GetAttributes().AddProperty("aria-label", task.Checked ? "Done" : "Not done");
        // A page has one h1, and its sections are h2.
        foreach (var heading in document.Descendants<HeadingBlock>())
            heading.Level = Math.Min(6, heading.Level + 2);
        return new(document.ToHtml(Pipeline));
    }

    private static string Safe(string? url) => url is not null
        && (url.StartsWith('#') || (url.StartsWith('/') && !url.StartsWith("//", StringComparison.Ordinal))
            || (Uri.TryCreate(url, UriKind.Absolute, out var to) && to.Scheme is ("http" or "https" or "mailto")))
        ? url : "#";
}
