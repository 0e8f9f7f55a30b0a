using AngleSharp.Dom;

namespace Crucible.Host.Tests.Security;

/// <summary>What no response of this host may carry, and what every one must.</summary>
internal static class PageRules
{
    private static readonly string Origin = new Uri(Everything.Provider).GetLeftPart(UriPartial.Authority);
    private static readonly string[] Leading = ["=", "+", "-", "@", "\t", "\r"];

    /// <summary>Everything that is wrong with a reply.</summary>
    /// <param name="reply">The reply.</param>
    /// <param name="isPrivate">Whether somebody signed in asked.</param>
    public static IEnumerable<string> Faults(Reply reply, bool isPrivate) =>
        Headers(reply, isPrivate).Concat(Cookies(reply, false)).Concat(reply.IsHtml ? Page(reply.Page) : []).Concat(Sheet(reply)).Concat(Telling(reply))
            .Select(fault => $"{reply.Asked} ({reply.Status}): {fault}");

    private static IEnumerable<string> Headers(Reply reply, bool isPrivate)
    {
        var policy = reply.Header("Content-Security-Policy").Split(';', StringSplitOptions.TrimEntries);
        // Where a form leads to the providers, it says so of them alone.
        policy = [.. policy.Select(p => reply.Asked.Contains(" /account/connections", StringComparison.Ordinal) ? p.Replace($" {Origin}", "", StringComparison.Ordinal) : p)];
        foreach (var needed in (string[])["frame-ancestors 'none'", "object-src 'none'", "base-uri 'none'", "form-action 'self'", "script-src 'self'", "style-src 'self'", "default-src 'self'"])
            // A download in a sandbox needs no more than that.
            if (!policy.Contains(needed) && !(policy.Contains("sandbox") && policy.Contains("default-src 'none'")))
                yield return $"its policy lacks {needed}: {reply.Header("Content-Security-Policy")}";
        if (policy.Any(p => p.Contains("unsafe", StringComparison.Ordinal) || p.Contains('*') || p.Contains("http", StringComparison.Ordinal)))
            yield return $"its policy allows too much: {reply.Header("Content-Security-Policy")}";
        if (reply.Header("X-Content-Type-Options") != "nosniff")
            yield return "no nosniff";
        if (reply.Header("Referrer-Policy") is not ("strict-origin-when-cross-origin" or "same-origin" or "no-referrer"))
            yield return "no Referrer-Policy";
        if (!reply.Header("Permissions-Policy").Contains("geolocation=()", StringComparison.Ordinal))
            yield return "no Permissions-Policy";
        if (reply.Header("Cross-Origin-Opener-Policy") != "same-origin" || reply.Header("Cross-Origin-Resource-Policy") != "same-origin")
            yield return "no Cross-Origin policies";
        foreach (var telling in (string[])["Server", "X-Powered-By", "X-AspNet-Version", "X-AspNetMvc-Version", "Access-Control-Allow-Origin", "SourceMap"])
            if (reply.Headers.Contains(telling))
                yield return $"the header {telling}: {reply.Header(telling)}";
        if (isPrivate && !reply.Header("Cache-Control").Contains("no-store", StringComparison.Ordinal) && !reply.Asked.Contains(" /assets/", StringComparison.Ordinal))
            yield return $"a cache may keep it: {reply.Header("Cache-Control")}";
        if (reply.Header("Location") is { Length: > 0 } location && !Attacks.StaysHere(location) && !(reply.Asked.StartsWith("GET /account/provider/far", StringComparison.Ordinal) && location.StartsWith(Everything.Provider + "?", StringComparison.Ordinal)))
            yield return $"leads away, to {location}";
    }

    /// <summary>What is wrong with the cookies it sets.</summary>
    public static IEnumerable<string> Cookies(Reply reply, bool tls)
    {
        foreach (var cookie in reply.Cookies)
        {
            var parts = cookie.Split(';', StringSplitOptions.TrimEntries);
            var name = parts[0].Split('=')[0];
            bool Has(string attribute) => parts.Any(p => p.Equals(attribute, StringComparison.OrdinalIgnoreCase));
            if (!Has("httponly") || !(Has("path=/") || name.StartsWith("crucible-provider.", StringComparison.Ordinal)) || !(Has("samesite=lax") || Has("samesite=strict")) || parts.Any(p => p.StartsWith("domain=", StringComparison.OrdinalIgnoreCase)))
                yield return $"the cookie {name} is set as {string.Join("; ", parts[1..])}";
            if (tls && !Has("secure"))
                yield return $"the cookie {name} is not Secure on TLS";
            if (tls && name.EndsWith("crucible", StringComparison.Ordinal) && !name.StartsWith("__Host-", StringComparison.Ordinal))
                yield return $"the session cookie on TLS is called {name}, not __Host-…";
        }
    }

    /// <summary>What the content security policy would stop or a reader of the page would regret.</summary>
    public static IEnumerable<string> Page(IParentNode page)
    {
        // A page among a run's files is framed without our origin; a browser's viewer of PDF works in no sandbox, and runs apart by itself.
        foreach (var inline in page.QuerySelectorAll("script:not([src]):not([type='application/json']), style, [style], iframe:not([src^='/experiments/runs/'][src*='/frame?'][sandbox='allow-scripts']):not([src^='/experiments/runs/'][src*='/frame?'][src$='.pdf']), object, embed, base, meta[http-equiv], svg script, foreignObject"))
            yield return $"inline {Cut(inline.OuterHtml)}";
        foreach (var element in page.QuerySelectorAll("*"))
            foreach (var attribute in element.Attributes)
                if (attribute.Name.StartsWith("on", StringComparison.OrdinalIgnoreCase) || attribute.Name.StartsWith("hx-on", StringComparison.OrdinalIgnoreCase)
                    || attribute.Name is "srcdoc" or "nonce" || (attribute.Name is "hx-vals" or "hx-headers" or "hx-vars" && attribute.Value.TrimStart().StartsWith("js:", StringComparison.OrdinalIgnoreCase)))
                    yield return $"the attribute {attribute.Name} of {Cut(element.OuterHtml)}";
                else if (attribute.Name is "href" or "src" or "action" or "formaction" or "xlink:href" or "poster" or "data" && !IsAddress(attribute.Value, element))
                    yield return $"leads to {Cut(attribute.Value)}: {Cut(element.OuterHtml)}";
        foreach (var link in page.QuerySelectorAll("a[target=_blank]"))
            if (link.GetAttribute("rel")?.Contains("noopener", StringComparison.Ordinal) != true)
                yield return $"opens another page that may steer this one: {Cut(link.OuterHtml)}";
    }

    /// <summary>Forms that would be refused for want of their token, whoever sends them.</summary>
    public static IEnumerable<string> Forms(Reply reply) => !reply.IsHtml || reply.Asked.Split('?')[0] == "GET /ui" ? []
        : reply.Page.QuerySelectorAll("form[method=post]").Where(f => f.QuerySelector("input[name=__RequestVerificationToken]") is null)
            .Select(f => $"{reply.Asked}: a form without its token: {Cut(f.OuterHtml)}");

    private static bool IsAddress(string value, IElement element)
    {
        if (value.Length == 0 || value.StartsWith('#') || value.StartsWith('?') || Attacks.StaysHere(value))
            return true;
        // Only a link may lead away, and only to a page.
        return (element.LocalName == "a" && Uri.TryCreate(value, UriKind.Absolute, out var to) && to.Scheme is "http" or "https" or "mailto")
            || (element.LocalName == "img" && value.StartsWith("data:image/", StringComparison.Ordinal));
    }

    // A spreadsheet runs a cell that begins with one of these, unless it is a number.
    private static IEnumerable<string> Sheet(Reply reply)
    {
        if (!reply.Header("Content-Type").StartsWith("text/csv", StringComparison.Ordinal))
            yield break;
        if (!reply.Header("Content-Disposition").StartsWith("attachment", StringComparison.Ordinal))
            yield return "a CSV that is no attachment";
        foreach (var cell in Csv.Cells(reply.Body))
            if (Leading.Any(l => cell.StartsWith(l, StringComparison.Ordinal)) && !double.TryParse(cell, System.Globalization.CultureInfo.InvariantCulture, out _))
                yield return $"a cell that a spreadsheet runs: {Cut(cell)}";
    }

    private static IEnumerable<string> Telling(Reply reply)
    {
        if (reply.Status < 400)
            yield break;
        foreach (var trace in (string[])["   at ", "System.", "Npgsql", "Microsoft.AspNetCore", "Exception", ".cs:line", "/home/", "/tmp/", "C:\\", "PostgresException", "SELECT ", "select * "])
            if (reply.Body.Contains(trace, StringComparison.Ordinal))
                yield return $"an error that tells of the inside, '{trace}': {Cut(reply.Body)}";
    }

    private static string Cut(string text) => text.Length > 160 ? text[..160] + "…" : text;
}

/// <summary>Cells of RFC 4180.</summary>
internal static class Csv
{
    public static IEnumerable<string> Cells(string text)
    {
        var cell = new System.Text.StringBuilder();
        var quoted = false;
        for (var i = 0; i < text.Length; i++)
            if (quoted ? text[i] == '"' && i + 1 < text.Length && text[i + 1] == '"' : false)
                cell.Append(text[i++]);
            else if (text[i] == '"')
                quoted = !quoted;
            else if (!quoted && text[i] is ',' or '\n')
            {
                yield return cell.ToString().TrimEnd('\r');
                cell.Clear();
            }
            else
                cell.Append(text[i]);
        yield return cell.ToString();
    }
}
