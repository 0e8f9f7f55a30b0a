using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Crucible.Api;
using Crucible.Modules;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Crucible.Host.Api;

/// <summary>
/// The OpenAPI document of <c>/api/v1</c>, made once from the endpoints that run and what each says of itself in its
/// <see cref="ApiDoc"/>. Its examples are requests that work.
/// </summary>
internal sealed partial class ApiDocument([FromKeyedServices(ApiDocument.Name)] IOpenApiDocumentProvider provider)
{
    /// <summary>The name of the document among those of the framework.</summary>
    public const string Name = "crucible";

    private const string Introduction = """
        Answers are `{"data": …}`, pages of a list `{"data": […], "meta": {…}}`. A page is asked for by `page` and `per_page` (25, at most 100), or, for
        walking a list that changes meanwhile, by `cursor`: begin with `cursor=` and send each answer's `next_cursor`. `sort=-created_at` is descending,
        `filter[field]=value` narrows. What is not known is refused by its name.

        Times are RFC 3339 in UTC. NaN and the infinities are the strings `"NaN"`, `"Infinity"` and `"-Infinity"`.

        Refusals are `{"error": {"code", "message", "details": {field: [why]}}}`. Every answer says what is left of the minute's calls in
        `X-RateLimit-Limit`, `X-RateLimit-Remaining` and `X-RateLimit-Reset` (seconds of the Unix epoch); 429 comes with `Retry-After`.

        A POST with an `Idempotency-Key` is carried out once: the same request of the same person with that key is answered as the first was, for 24 hours.
        A GET carries an `ETag`; send it as `If-None-Match` to hear 304 when nothing changed, or as `If-Match` with PATCH, PUT and DELETE to change only what you read.
        """;

    // What a request leaves out is not null.
    private static readonly JsonSerializerOptions Sent = new(ApiJson.Options) { DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull };

    private readonly SemaphoreSlim _once = new(1);
    private byte[]? _json;

    public static bool Has(ApiDescription one) => Doc(one) is not null;

    public static void Describe(OpenApiOptions options)
    {
        options.ShouldInclude = Has;
        options.AddOperationTransformer(Operation);
        options.AddSchemaTransformer((schema, context, _) =>
        {
            // NaN and the infinities are strings, which the framework describes as no type at all.
            if (Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) is var type && (type ?? context.JsonTypeInfo.Type) == typeof(double))
                (schema.Type, schema.AnyOf) = (JsonSchemaType.Number | JsonSchemaType.String | (type is null ? default : JsonSchemaType.Null), null);
            return Task.CompletedTask;
        });
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new() { Title = "Crucible", Version = ModuleInfo.SdkVersion, Description = Introduction };
            document.Servers = [new() { Url = "/" }];
            document.Components ??= new();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                ["token"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "An API token of your account page." },
                ["basic"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "basic", Description = "User name and password, or any name and a token." },
                ["session"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Cookie, Name = "crucible", Description = "A signed-in browser. What changes something also needs the header RequestVerificationToken." },
            };
            document.Security = [.. new[] { "token", "basic", "session" }.Select(s => new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(s, document)] = [] })];
            return Task.CompletedTask;
        });
    }

    /// <summary>The document.</summary>
    public async Task<byte[]> Json(CancellationToken cancel)
    {
        if (_json is not null)
            return _json;
        await _once.WaitAsync(cancel);
        try
        {
            return _json ??= Encoding.UTF8.GetBytes(await (await provider.GetOpenApiDocumentAsync(cancel)).SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1, cancel));
        }
        finally
        {
            _once.Release();
        }
    }

    public static async Task<IResult> Send(ApiDocument document, CancellationToken cancel) =>
        Results.Bytes(await document.Json(cancel), "application/json; charset=utf-8");

    private static ApiDoc? Doc(ApiDescription one) => one.ActionDescriptor.EndpointMetadata.OfType<ApiDoc>().FirstOrDefault();

    private static async Task Operation(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancel)
    {
        var doc = Doc(context.Description)!;
        var document = context.Document!;
        operation.Tags = new HashSet<OpenApiTagReference> { Tag(document, doc.Group) };
        operation.Summary = doc.Summary;
        operation.Description = doc.Detail.Length == 0 ? null : doc.Detail;
        operation.OperationId = Id(context.Description.HttpMethod!, context.Description.RelativePath!);
        operation.Parameters = [.. Parameters(doc, context.Description)];
        if (doc.Takes is { } takes)
            operation.RequestBody = new OpenApiRequestBody { Required = doc.Example is not null, Content = await Content(context, takes, doc.Example, false, false, cancel) };
        operation.Responses = new() { [$"{doc.Status}"] = await Answer(doc, context, cancel) };
        foreach (var status in (int[])[401, .. doc.Path.Count > 0 ? [404] : Array.Empty<int>(), .. doc.Refusals, 422, 429])
            operation.Responses.TryAdd($"{status}", new OpenApiResponse { Description = Why(status), Content = await Content(context, typeof(ApiRefusal), new ApiRefusal(Refusal(status)), false, false, cancel) });
    }

    private static OpenApiTagReference Tag(OpenApiDocument document, string name)
    {
        document.Tags ??= new HashSet<OpenApiTag>();
        if (document.Tags.All(t => t.Name != name))
            document.Tags.Add(new() { Name = name });
        return new(name, document);
    }

    private static async Task<OpenApiResponse> Answer(ApiDoc doc, OpenApiOperationTransformerContext context, CancellationToken cancel)
    {
        var response = new OpenApiResponse { Description = doc.Status switch { 201 => "Made.", 202 => "Taken on; it is done later.", 204 => "Done.", _ => "Found." } };
        if (doc.Answers is { } type)
            response.Content = await Content(context, type, doc.Shows, true, doc.Paged || doc.Meta is not null, cancel, doc);
        else if (doc.File is { } file)
            response.Content = new Dictionary<string, OpenApiMediaType> { [file] = new() { Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" } } };
        return response;
    }

    private static async Task<Dictionary<string, OpenApiMediaType>> Content(OpenApiOperationTransformerContext context, Type type, object? example, bool wrapped, bool many, CancellationToken cancel, ApiDoc? doc = null)
    {
        var schema = await Schema(context, type, cancel);
        object? shown = example;
        if (wrapped)
        {
            var data = many ? new OpenApiSchema { Type = JsonSchemaType.Array, Items = schema } : schema;
            var properties = new Dictionary<string, IOpenApiSchema> { ["data"] = data };
            if (many)
                properties["meta"] = await Schema(context, doc?.Meta ?? typeof(ApiMeta), cancel);
            schema = new OpenApiSchema { Type = JsonSchemaType.Object, Properties = properties, Required = properties.Keys.ToHashSet() };
            shown = example is null ? null : many ? new { data = new[] { example }, meta = doc?.ShowsMeta ?? (doc?.Numbered != false ? new ApiMeta { Total = 1, Page = 1, PerPage = ApiPage.Usual } : new ApiMeta { PerPage = ApiPage.Usual }) } : new { data = example };
        }
        return new() { ["application/json"] = new() { Schema = schema, Example = shown is null ? null : JsonNode.Parse(JsonSerializer.SerializeToUtf8Bytes(shown, wrapped ? ApiJson.Options : Sent)) } };
    }

    private static async Task<IOpenApiSchema> Schema(OpenApiOperationTransformerContext context, Type type, CancellationToken cancel)
    {
        var document = context.Document!;
        if (type.IsPrimitive || type == typeof(string) || type.IsGenericType)
            return await context.GetOrCreateSchemaAsync(type, null, cancel);
        document.Components ??= new();
        document.Components.Schemas ??= new Dictionary<string, IOpenApiSchema>();
        var name = type.Name.StartsWith("Api", StringComparison.Ordinal) ? type.Name["Api".Length..] : type.Name;
        if (!document.Components.Schemas.ContainsKey(name))
            document.AddComponent<IOpenApiSchema>(name, await context.GetOrCreateSchemaAsync(type, null, cancel));
        return new OpenApiSchemaReference(name, document);
    }

    private static IEnumerable<IOpenApiParameter> Parameters(ApiDoc doc, ApiDescription one)
    {
        foreach (var (name, example) in doc.Path)
            yield return new OpenApiParameter { Name = name, In = ParameterLocation.Path, Required = true, Schema = Text, Example = example };
        foreach (var query in doc.Query)
            yield return Query(query.Name, query.What, query.Example);
        foreach (var filter in doc.Filters)
            yield return Query($"filter[{filter.Name}]", filter.What, filter.Example);
        if (doc.Sorts.Count > 0)
            yield return Query("sort", $"One of {string.Join(", ", doc.Sorts.Select(s => s.EndsWith('.') ? $"{s}<key>" : s))}; a minus before it for descending. Without it: {doc.Sort}.", doc.Sort);
        if (doc.Paged)
        {
            if (doc.Numbered)
                yield return Query("page", "Which page, from 1.", "1");
            yield return Query("per_page", $"Rows of a page, 1 to {ApiPage.Most}; {ApiPage.Usual} without it.", "25");
            if (doc.Cursor)
                yield return Query("cursor", $"{(doc.Numbered ? "Instead of page: e" : "E")}mpty for the first page, then the next_cursor of the page before.", "");
        }
        if (one.HttpMethod == "GET" && doc.Answers is not null)
            yield return Header("If-None-Match", "The ETag of an earlier answer: 304 when nothing changed.");
        if (one.HttpMethod == "POST")
            yield return Header("Idempotency-Key", "1 to 255 printable characters, new for each thing to be done.");
        if (doc.Refusals.Contains(412))
            yield return Header("If-Match", "The ETag of a GET of the same: 412 when it was changed since.");
    }

    private static OpenApiSchema Text => new() { Type = JsonSchemaType.String };

    private static OpenApiParameter Query(string name, string what, string example) =>
        new() { Name = name, In = ParameterLocation.Query, Description = what, Schema = Text, Example = example };

    private static OpenApiParameter Header(string name, string what) => new() { Name = name, In = ParameterLocation.Header, Description = what, Schema = Text };

    private static string Why(int status) => status switch
    {
        401 => "No valid credential.",
        403 => "It may be seen, but not changed.",
        404 => "There is no such thing, or it belongs to a team of others.",
        409 => "Not in the state that this asks for.",
        410 => "It was not kept.",
        412 => "It was changed since it was read.",
        422 => "Something in the request is wrong; details names it.",
        429 => "Too many calls in this minute.",
        _ => "Refused.",
    };

    private static ApiError Refusal(int status) => status switch
    {
        401 => ApiError.Unauthorized("No valid credential came with this request."),
        403 => ApiError.Forbidden("You may read it, but not change it."),
        404 => ApiError.NotFound("There is no such thing."),
        409 => ApiError.Conflict("It is not in that state."),
        410 => ApiError.Gone("It was not kept."),
        412 => ApiError.Stale(),
        422 => ApiError.Invalid("name", "must be a string, not the number 7."),
        _ => ApiError.RateLimited("At most 1,000 such calls a minute. Try again in 20 seconds."),
    };

    // GET api/v1/runs/{id}/tags becomes getRunsIdTags.
    private static string Id(string method, string path) =>
        method.ToLowerInvariant() + string.Concat(Words().Matches(path["api/v1/".Length..]).Select(w => char.ToUpperInvariant(w.Value[0]) + w.Value[1..]));

    [GeneratedRegex("[a-z]+")]
    private static partial Regex Words();
}
