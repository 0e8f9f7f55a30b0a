using System.Net;
using System.Net.Http.Headers;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Crucible.Testing;

namespace Crucible.Host.Tests.Security;

/// <summary>
/// Somebody before the host: a browser session, a program with a token, or nobody. Sends exactly what it is told, tidies
/// no address, follows nothing, and has the antiforgery token of its pages at hand for who wants to send it.
/// </summary>
internal sealed class Seat
{
    public const string FormHeader = "RequestVerificationToken";
    private static readonly HtmlParser Parser = new();

    private readonly HttpClient _http;

    private Seat(string url)
    {
        Url = url;
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = Cookies, SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true } };
#pragma warning disable RS0030 // a test is a client from outside
        _http = new(handler) { Timeout = TimeSpan.FromSeconds(30) };
#pragma warning restore RS0030
    }

    public string Url { get; }
    public CookieContainer Cookies { get; } = new();

    /// <summary>Good for this seat alone; null for nobody.</summary>
    public (string, string)? FormToken { get; private set; }

    public static Seat Empty(string url) => new(url);

    public static async Task<Seat> SignIn(string url, Player player)
    {
        var seat = new Seat(url);
        var form = Parse((await seat.Get("/account/sign-in")).Body).QuerySelector("input[name=__RequestVerificationToken]")!.GetAttribute("value")!;
        var signedIn = await seat.Send("POST", "/account/sign-in", Form($"Name={player.Name}&Password={Uri.EscapeDataString(Player.Password)}"), (FormHeader, form));
        Assert.True(signedIn.Status == 302, $"Signing in as {player.Name} answered {signedIn.Status}.");
        await seat.OpenStart();
        return seat;
    }

    /// <summary>A browser with the cookie of a session.</summary>
    public static async Task<Seat> Resume(string url, string session)
    {
        var seat = new Seat(url);
        seat.Cookies.Add(new Cookie("crucible", session, "/", new Uri(url).Host));
        await seat.OpenStart();
        return seat;
    }

    public static async Task<Seat> Bearer(string url, string token)
    {
        var seat = new Seat(url);
        seat._http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        await seat.OpenStart();
        return seat;
    }

    public static IHtmlDocument Parse(string html) => Parser.ParseDocument(html);

    public static HttpContent Form(string fields) => new StringContent(fields, new MediaTypeHeaderValue("application/x-www-form-urlencoded"));

    public static HttpContent Json(string body) => new StringContent(body, new MediaTypeHeaderValue("application/json"));

    public Task<Reply> Get(string path, params (string, string)[] headers) => Send("GET", path, null, headers);

    /// <summary>A page's own script: with the token.</summary>
    public Task<Reply> Submit(string path, HttpContent? content, params (string, string)[] headers) =>
        Send("POST", path, content, FormToken is { } token ? [token, .. headers] : headers);

    public async Task<Reply> Send(string method, string path, HttpContent? content, params (string Name, string Value)[] headers)
    {
        var address = new Uri(Url + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var request = new HttpRequestMessage(new(method), address) { Content = content };
        if (!headers.Any(h => h.Name == "Accept"))
            request.Headers.Accept.ParseAdd("text/html");
        foreach (var (name, value) in headers)
            if (!request.Headers.TryAddWithoutValidation(name, value))
                content?.Headers.TryAddWithoutValidation(name, value);
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        // A live stream never ends.
        var body = response.Content.Headers.ContentType?.MediaType == "text/event-stream" ? "" : await response.Content.ReadAsStringAsync();
        var all = response.Headers.Concat(response.Content.Headers).Concat(response.TrailingHeaders).ToLookup(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase);
        var cookies = response.Headers.TryGetValues("Set-Cookie", out var set) ? set.ToList() : [];
        return new((int)response.StatusCode, body, all, cookies, $"{method} {(path.Length > 300 ? path[..300] + "…" : path)}");
    }

    private async Task OpenStart() =>
        FormToken = (FormHeader, Parse((await Get("/")).Body).QuerySelector("meta[name=csrf]")!.GetAttribute("content")!);
}

/// <summary>What came back.</summary>
internal sealed record Reply(int Status, string Body, ILookup<string, string> Headers, IReadOnlyList<string> Cookies, string Asked)
{
    private readonly Lazy<IHtmlDocument> _page = new(() => Seat.Parse(Body));

    /// <summary>Its page, read once.</summary>
    public IHtmlDocument Page => _page.Value;

    public string Header(string name) => string.Join(", ", Headers[name]);

    public bool IsHtml => Header("Content-Type").StartsWith("text/html", StringComparison.Ordinal);

    public override string ToString() => $"{Asked} answered {Status}: {(Body.Length > 300 ? Body[..300] + "…" : Body)}";
}
