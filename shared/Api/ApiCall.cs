using System.Text.Json;
using Crucible.People;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;

namespace Crucible.Api;

/// <summary>Answers one call: null when it went well, else the refusal.</summary>
public delegate Task<ApiError?> ApiHandler(ApiCall call);

/// <summary>One call of <c>/api/v1</c>: who asks for what, and the ways to answer.</summary>
public sealed class ApiCall
{
    private const int MostBytes = 1 << 20;
    private ApiPage? _page;

    internal ApiCall(HttpContext http, ApiDoc doc) => (Http, Doc, Actor) = (http, doc, Actor.Of(http));

    /// <summary>The request and its response.</summary>
    public HttpContext Http { get; }

    /// <summary>What the operation promises.</summary>
    public ApiDoc Doc { get; }

    /// <summary>Who asks.</summary>
    public Actor Actor { get; }

    /// <summary>Signalled when the caller leaves.</summary>
    public CancellationToken Cancel => Http.RequestAborted;

    /// <summary>The page that was asked for; 25 rows of the first when nothing was said.</summary>
    public ApiPage Page => _page ?? throw new InvalidOperationException("This operation is not declared as paged.");

    /// <summary>The order: a word of the operation's <see cref="ApiDoc.Sorts"/>, and whether it is descending.</summary>
    public (string By, bool Descending) Sort { get; private set; }

    /// <summary>The order as it was sent, or the usual one.</summary>
    public string SortText => (Sort.Descending ? "-" : "") + Sort.By;

    /// <summary>A service.</summary>
    public T Get<T>() where T : notnull => Http.RequestServices.GetRequiredService<T>();

    /// <summary>A part of the path. Routing leaves an encoded slash as it is.</summary>
    public string Route(string name) => ((string?)Http.Request.RouteValues[name] ?? "").Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    /// <summary>A parameter of the query; null when it was not sent.</summary>
    public string? Query(string name) => Http.Request.Query[name] is [{ } value, ..] ? value : null;

    /// <summary>The value of <c>filter[field]</c>; null when it was not sent.</summary>
    public string? Filter(string field) => Query($"filter[{field}]");

    /// <summary>Reads the JSON body; an empty one is an empty object.</summary>
    public async Task<(ApiBody<T>? Body, ApiError? Refusal)> Read<T>() where T : class
    {
        var request = Http.Request;
        if (request.ContentLength > MostBytes)
            return (null, ApiError.TooLarge(MostBytes));
        if (request.ContentType is { Length: > 0 } type && !(MediaTypeHeaderValue.TryParse(type, out var kind) && kind.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)))
            return (null, ApiError.Invalid("body", "must be JSON: send Content-Type: application/json."));
        using var bytes = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (await request.Body.ReadAsync(buffer, Cancel) is > 0 and var read)
        {
            bytes.Write(buffer, 0, read);
            if (bytes.Length > MostBytes)
                return (null, ApiError.TooLarge(MostBytes));
        }
        var refusal = ApiBody.Read<T>(bytes.GetBuffer().AsMemory(0, (int)bytes.Length), out var body);
        return (body, refusal);
    }

    /// <summary>412 when the request carries <c>If-Match</c> and the present state is another one.</summary>
    /// <param name="current">What a GET of it would answer now as <c>data</c>.</param>
    public ApiError? Stale<T>(T current)
    {
        var wanted = Http.Request.Headers.IfMatch.ToString();
        return wanted.Length == 0 || Matches(wanted, ApiJson.Tag(JsonSerializer.SerializeToUtf8Bytes(new ApiItem<T>(current), ApiJson.Options))) ? null : ApiError.Stale();
    }

    /// <summary>Answers one thing.</summary>
    public Task<ApiError?> Item<T>(T data) => Send(new ApiItem<T>(data), Doc.Status);

    /// <summary>Answers a thing that was made, and where it is.</summary>
    public Task<ApiError?> Made<T>(string url, T data)
    {
        Http.Response.Headers.Location = url;
        return Send(new ApiItem<T>(data), Doc.Status);
    }

    /// <summary>Answers a page that was asked for by number.</summary>
    public Task<ApiError?> List<T>(IReadOnlyList<T> data, long total) =>
        Send(new ApiList<T>(data, new() { Total = total, Page = Page.Number, PerPage = Page.Size, HasMore = Page.Skip + data.Count < total }), 200);

    /// <summary>Answers a page that was asked for by cursor.</summary>
    /// <param name="data">The page.</param>
    /// <param name="last">The values of its last row in this order and its id, when something follows; else null.</param>
    public Task<ApiError?> List<T>(IReadOnlyList<T> data, string?[]? last) =>
        Send(new ApiList<T>(data, new() { PerPage = Page.Size, NextCursor = last is null ? null : ApiPage.Behind([SortText, .. last]), HasMore = last is not null }), 200);

    /// <summary>Answers a page with a <c>meta</c> of its own: <see cref="ApiDoc.Meta"/>.</summary>
    public Task<ApiError?> List<T, TMeta>(IReadOnlyList<T> data, TMeta meta) where TMeta : class => Send(new { Data = data, Meta = meta }, 200);

    /// <summary>Answers 204.</summary>
    public Task<ApiError?> Nothing()
    {
        Http.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.FromResult<ApiError?>(null);
    }

    internal ApiError? ReadQuery()
    {
        var wrong = new List<KeyValuePair<string, string[]>>();
        foreach (var (name, values) in Http.Request.Query)
            if (!Doc.Knows(name))
                wrong.Add(new(name, ["is not known here."]));
            else if (values.Count > 1)
                wrong.Add(new(name, ["was sent more than once."]));
            else if (values.ToString().Contains('\0', StringComparison.Ordinal))
                wrong.Add(new(name, ["holds the character U+0000."]));
        var text = Query("sort") ?? Doc.Sort;
        Sort = (text.TrimStart('-'), text.StartsWith('-'));
        if (Doc.Sorts.Count > 0 && wrong.All(w => w.Key != "sort") && !Doc.Sorts.Any(s => s.EndsWith('.') ? Sort.By.StartsWith(s, StringComparison.Ordinal) && Sort.By.Length > s.Length : s == Sort.By))
            wrong.Add(new("sort", [$"must be one of {string.Join(", ", Doc.Sorts.Select(s => s.EndsWith('.') ? s + "<key>" : s))}, a minus before it for descending."]));
        if (wrong.Count > 0)
            return ApiError.Invalid(wrong);
        if (!Doc.Paged)
            return null;
        var refusal = ApiPage.Read(this, SortText, out var page);
        _page = page;
        return refusal;
    }

    private async Task<ApiError?> Send<T>(T answer, int status)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(answer, ApiJson.Options);
        var response = Http.Response;
        var tag = ApiJson.Tag(json);
        response.Headers.ETag = tag;
        if (HttpMethods.IsGet(Http.Request.Method) && Http.Request.Headers.IfNoneMatch.ToString() is { Length: > 0 } known && Matches(known, tag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return null;
        }
        response.StatusCode = status;
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = json.Length;
        await response.Body.WriteAsync(json, Cancel);
        return null;
    }

    private static bool Matches(string header, string tag) =>
        header.Split(',').Select(t => t.Trim()).Any(t => t == "*" || t == tag || t == "W/" + tag);
}
