using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Crucible.Benchmarks.Client;
using Crucible.Benchmarks.Processes;
using Crucible.Benchmarks.Report;
using Crucible.Host.People;

namespace Crucible.Benchmarks.Figures;

/// <summary>
/// A whole sign-in by the page's own form beside the bare verification of a password with as many iterations. Everything else (form
/// token, look-ups, session, audit line, durable commit) should be small beside that one.
/// </summary>
internal static partial class SignInFigures
{
    private const string Path = "/account/sign-in";

    public static Task Measure(Bench bench)
    {
        var repeats = bench.Options.Small ? 5 : 30;
        using var connection = bench.Connect();
        connection.Must(Request.Get(Path, "Accept: text/html"));
        var cookie = Cookie().Match(connection.Head).Groups[1].Value;
        var token = WebUtility.HtmlDecode(Token().Match(Encoding.UTF8.GetString(connection.Body.Span)).Groups[1].Value);
        var request = Form(cookie, $"Name=admin&Password={Uri.EscapeDataString(Site.AdminPassword)}&__RequestVerificationToken={Uri.EscapeDataString(token)}");
        var iterations = PeopleSetup.Iterations;
        var (salt, password) = (RandomNumberGenerator.GetBytes(16), Encoding.UTF8.GetBytes(Site.AdminPassword));
        var (took, bare) = (new List<double>(), new List<double>());
        var before = Cost.Of(bench.Site);
        // In turn, so that what disturbs the machine disturbs both.
        for (var i = -3; i < repeats; i++)
        {
            if (connection.Send(request) is var status and not 302)
            {
                bench.Add(new("sign-in", double.NaN, "ms") { Note = $"answered {status}" });
                return Task.CompletedTask;
            }
            var began = Stopwatch.GetTimestamp();
            Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations, HashAlgorithmName.SHA512, 32);
            if (i < 0)
                continue;
            took.Add(connection.Whole.TotalMilliseconds);
            bare.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }
        bench.Add(new($"sign-in by the form, whole, PBKDF2 with {iterations:#,0} iterations", new Spread(took).Median, "ms", new("bare PBKDF2 of as many", new Spread(bare).Median), new("ratio < 1.25", (_, ratio) => ratio < 1.25))
        {
            Note = (Cost.Of(bench.Site) - before).Each(repeats + 3, "sign-in"),
        });
        return Task.CompletedTask;
    }

    private static byte[] Form(string cookie, string body) => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
        $"POST {Path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/html\r\nCookie: {cookie}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {body.Length}\r\n\r\n{body}"));

    [GeneratedRegex("set-cookie: (crucible-form=[^;]+)", RegexOptions.IgnoreCase)]
    private static partial Regex Cookie();

    [GeneratedRegex("name=\"__RequestVerificationToken\"[^>]*value=\"([^\"]+)\"")]
    private static partial Regex Token();
}
