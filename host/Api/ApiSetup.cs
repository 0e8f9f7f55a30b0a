using System.Data;
using Crucible.Api;
using Crucible.Data;
using Dapper;
using Microsoft.AspNetCore.Http.Json;

namespace Crucible.Host.Api;

/// <summary>What holds for every operation of <c>/api/v1</c>, whichever plugin it belongs to.</summary>
internal static class ApiSetup
{
    // Each holds a connection while its handler takes another one: more of them could empty the pool and wait for each other.
    private static readonly SemaphoreSlim Conditional = new(8);

    public static void AddApi(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<ApiOptions>().BindConfiguration("Crucible:Api").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<ApiRates>().AddSingleton<KeptAnswerStore>().AddSingleton<Repeats>().AddSingleton<ApiDocument>();
        builder.Services.Configure<JsonOptions>(json => ApiJson.Configure(json.SerializerOptions));
        builder.Services.AddOpenApi(ApiDocument.Name, ApiDocument.Describe);
    }

    public static void UseApi(this WebApplication app) => app.Use(async (http, next) =>
    {
        if (http.GetEndpoint()?.Metadata.GetMetadata<ApiDoc>() is not { } doc)
            await next(http);
        else if (await http.RequestServices.GetRequiredService<ApiRates>().Admit(http, doc))
            await (Repeats.Applies(http, doc) ? http.RequestServices.GetRequiredService<Repeats>().Answer(http, next)
                : http.Request.Headers.IfMatch.Count > 0 && HttpMethods.IsPatch(http.Request.Method) | HttpMethods.IsPut(http.Request.Method) | HttpMethods.IsDelete(http.Request.Method) ? InTurn(http, next)
                : next(http));
    });

    public static void MapApi(this WebApplication app)
    {
        app.MapGet($"{ApiEndpoints.Root}/openapi.json", ApiDocument.Send).ExcludeFromDescription().WithMetadata(new ApiForm());
        app.Map($"{ApiEndpoints.Root}/{{**rest}}", (HttpContext http) => ApiEndpoints.Refuse(http, ApiError.NotFound(
            $"There is no {http.Request.Method} {http.Request.Path} here. {ApiEndpoints.Root}/openapi.json lists what there is.")))
            .ExcludeFromDescription().WithMetadata(new ApiForm()).WithOrder(100);
    }

    /// <summary>Of those who change one thing if it is as they read it, one at a time over all hosts: the comparison and the write belong together.</summary>
    private static async Task InTurn(HttpContext http, RequestDelegate next)
    {
        await Conditional.WaitAsync(http.RequestAborted);
        try
        {
            await using var connection = await http.RequestServices.GetRequiredService<Database>().Open(http.RequestAborted);
            await using var turn = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, http.RequestAborted);
            await connection.ExecuteAsync(new CommandDefinition("select pg_advisory_xact_lock(hashtextextended(@path, 7))", new { path = http.Request.Path.Value }, cancellationToken: http.RequestAborted));
            await next(http);
        }
        finally
        {
            Conditional.Release();
        }
    }
}
