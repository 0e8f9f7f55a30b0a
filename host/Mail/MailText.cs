using System.Net;
using System.Text;
using Crucible.Notices;
using Microsoft.Extensions.Options;

namespace Crucible.Host.Mail;

/// <summary>How mails read: short, the same in text and in HTML, with links that begin where people reach this installation.</summary>
internal sealed class MailText(IOptions<SmtpOptions> options)
{
    private const string Style = "font:14px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif;color:#17211f;max-width:560px";

    /// <summary>A notice, by itself.</summary>
    public OutgoingMail Of(Notice notice) => Write(notice.Kind, notice.Title, [new(null, [.. Lines(notice)])]);

    /// <summary>The link that proves an address.</summary>
    public OutgoingMail Proof(string path, string userName) => Write("crucible.mail-proof", "Confirm your mail address",
        [new(null, [new($"{userName} asks that notifications of Crucible come to this address."), new("Confirm it within a day", path), new("If that was not you, leave it: nothing will be sent.")])], settings: false);

    /// <summary>Titled parts, one line each.</summary>
    public OutgoingMail Write(string kind, string subject, IReadOnlyList<Part> parts, bool settings = true)
    {
        if (settings)
            parts = [.. parts, new(null, [new("What is sent to you", "/account/notices/settings")])];
        return new(kind, subject, Plain(parts), Html(subject, parts));
    }

    private static IEnumerable<DigestLine> Lines(Notice notice)
    {
        yield return new(notice.Title, notice.Url);
        if (notice.Text is not null)
            yield return new(notice.Text);
    }

    private string Plain(IReadOnlyList<Part> parts)
    {
        var text = new StringBuilder();
        foreach (var (title, lines) in parts)
        {
            if (title is not null)
                text.Append(title).Append("\n\n");
            foreach (var line in lines)
                text.Append(title is null ? "" : "- ").Append(line.Text).Append('\n').Append(line.Url is { } url ? $"{(title is null ? "" : "  ")}{Absolute(url)}\n" : "");
            text.Append('\n');
        }
        return text.ToString();
    }

    private string Html(string subject, IReadOnlyList<Part> parts)
    {
        var html = new StringBuilder($"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{Encode(subject)}</title></head><body style=\"{Style}\">");
        foreach (var (title, lines) in parts)
        {
            if (title is not null)
                html.Append($"<h2 style=\"font-size:16px;margin:20px 0 8px\">{Encode(title)}</h2>");
            foreach (var line in lines)
                html.Append("<p style=\"margin:0 0 8px\">").Append(line.Url is { } url ? $"<a style=\"color:#0d7a70\" href=\"{Encode(Absolute(url))}\">{Encode(line.Text)}</a>" : Encode(line.Text)).Append("</p>");
        }
        return html.Append("</body></html>").ToString();
    }

    private string Absolute(string path) => options.Value.Url.TrimEnd('/') + path;

    private static string Encode(string text) => WebUtility.HtmlEncode(text);

    /// <summary>A part of a mail; without a title it is a paragraph, with one a list.</summary>
    internal sealed record Part(string? Title, IReadOnlyList<DigestLine> Lines);
}
