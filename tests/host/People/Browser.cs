using System.Net;
using System.Net.Http.Json;
using AngleSharp;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;

namespace Crucible.Host.Tests.People;

/// <summary>A browser without script: it keeps cookies, fills in forms and follows nothing by itself.</summary>
internal sealed class Browser : IDisposable
{
    private readonly HttpClient _http;
    private readonly CookieContainer _cookies = new();

    public Browser(Uri address)
    {
        Address = address;
        _http = new(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            CookieContainer = _cookies,
            SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true },
        })
        { BaseAddress = address };
        _http.DefaultRequestHeaders.Accept.ParseAdd("text/html");
    }

    public Uri Address { get; }

    /// <summary>Sent with every request.</summary>
    public Dictionary<string, string> Headers { get; } = [];

    public Cookie? Cookie(string name) => _cookies.GetCookies(Address)[name];

    public void Keep(string name, string value) => _cookies.Add(Address, new Cookie(name, value));

    public Task<HttpResponseMessage> Get(string path, params (string, string)[] headers) => Send(new(HttpMethod.Get, path), headers);

    public Task<HttpResponseMessage> Post(string path, HttpContent? content = null, params (string, string)[] headers) =>
        Send(new(HttpMethod.Post, path) { Content = content }, headers);

    public async Task<IDocument> Page(string path)
    {
        using var response = await Get(path);
        Assert.True(response.IsSuccessStatusCode, $"{path} answered {response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
        return await Parse(response);
    }

    public static async Task<IDocument> Parse(HttpResponseMessage response)
    {
        var html = await response.Content.ReadAsStringAsync();
        return await BrowsingContext.New(Configuration.Default).OpenAsync(r => r.Content(html).Address(response.RequestMessage!.RequestUri!));
    }

    /// <summary>Opens a page, fills in one of its forms and posts it with what else the form holds.</summary>
    public async Task<HttpResponseMessage> Submit(string path, string form, params (string Name, string Value)[] values)
    {
        var page = await Page(path);
        var element = Assert.IsType<IHtmlFormElement>(page.QuerySelector(form), exactMatch: false);
        var fields = element.QuerySelectorAll<IHtmlInputElement>("input[name]").Where(i => i.Type != "checkbox" || i.IsChecked).Select(i => (Name: i.Name!, i.Value))
            .Concat(element.QuerySelectorAll<IHtmlSelectElement>("select[name]").Select(s => (Name: s.Name!, Value: s.Value ?? "")))
            .Where(f => values.All(v => v.Name != f.Name)).Concat(values);
        return await Post(new Uri(page.BaseUrl is { } url ? new Uri(url.Href) : Address, element.Action).PathAndQuery, new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Name, f.Value))));
    }

    public Task<HttpResponseMessage> SignIn(string name, string password = PeopleHost.Password, string query = "") =>
        Submit("/account/sign-in" + query, "#sign-in", ("Name", name), ("Password", password));

    public async Task<Who?> Who(params (string, string)[] headers)
    {
        using var response = await Get("/api/who", headers);
        return response.IsSuccessStatusCode ? await response.Content.ReadFromJsonAsync<Who>() : null;
    }

    public void Dispose() => _http.Dispose();

    private Task<HttpResponseMessage> Send(HttpRequestMessage request, (string Name, string Value)[] headers)
    {
        foreach (var (name, value) in Headers)
            request.Headers.TryAddWithoutValidation(name, value);
        foreach (var (name, value) in headers)
        {
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, value);
        }
        return _http.SendAsync(request);
    }
}
