using System.Text.Json;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Modules;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Crucible.Experiments.Tracking;

/// <summary>
/// The tracking protocol of MLflow 2 and 3: any of its clients may log here. What it is exactly, and what was left out,
/// stands in the plugin's README.
/// </summary>
internal static class TrackingApi
{
    private static readonly byte[] Nothing = "{}"u8.ToArray();

    public static void Map(IEndpointRouteBuilder app)
    {
        foreach (var mlflow in (string[])["/api/2.0/mlflow", "/ajax-api/2.0/mlflow"])
        {
            var api = app.MapGroup(mlflow);
            ExperimentCalls.Map(api);
            RunCalls.Map(api);
            LogCalls.Map(api);
            HistoryCalls.Map(api);
            ModelCalls.Map(api);
            RegistryCalls.Map(api);
            VersionCalls.Map(api);
            ArtifactCalls.Map(api);
        }
        foreach (var artifacts in (string[])["/api/2.0/mlflow-artifacts", "/ajax-api/2.0/mlflow-artifacts"])
            ArtifactProxy.Map(app.MapGroup(artifacts));
        ArtifactProxy.MapDownload(app);
        Landing.Map(app);
        foreach (var prefix in (string[])["/api/2.0", "/api/3.0", "/ajax-api/2.0", "/ajax-api/3.0"])
            app.Map($"{prefix}/{{**rest}}", Unknown).WithMetadata(new TrackingEndpoint()).WithOrder(100);
    }

    /// <summary>A call whose parameters are in a JSON body.</summary>
    public static void Post(this IEndpointRouteBuilder api, string path, Handler handler, int limit = Body.Limit) =>
        api.Raw("POST", path, http => WithBody(http, handler, limit));

    /// <summary>A call that reads the bytes of its JSON body by itself.</summary>
    public static void PostBytes(this IEndpointRouteBuilder api, string path, Func<HttpContext, ReadOnlyMemory<byte>, Task<ProtocolError?>> handler) =>
        api.Raw("POST", path, http => WithBytes(http, body => handler(http, body), Body.Limit));

    /// <summary>A call whose parameters are in a JSON body, by another method than POST.</summary>
    public static void Send(this IEndpointRouteBuilder api, string method, string path, Handler handler) =>
        api.Raw(method, path, http => WithBody(http, handler, Body.Limit));

    /// <summary>A call whose parameters are in the query.</summary>
    public static void Get(this IEndpointRouteBuilder api, string path, Handler handler) =>
        api.Raw("GET", path, http => handler(new(http, ProtoBody.FromQuery(http.Request.Query))));

    /// <summary>A call that reads its request by itself.</summary>
    public static void Raw(this IEndpointRouteBuilder api, string method, string path, Func<HttpContext, Task<ProtocolError?>> handler)
    {
        Task Answered(HttpContext http) => Answer(http, handler);
        api.MapMethods(path, [method], Answered).WithMetadata(new TrackingEndpoint()).RequireRateLimiting("tracking");
    }

    private static Task<ProtocolError?> WithBody(HttpContext http, Handler handler, int limit) => WithBytes(http, body =>
        ProtoBody.TryRead(body, out var ask, out var error) ? handler(new(http, ask)) : Task.FromResult<ProtocolError?>(error), limit);

    private static async Task<ProtocolError?> WithBytes(HttpContext http, Func<ReadOnlyMemory<byte>, Task<ProtocolError?>> handler, int limit)
    {
        if (Body.WrongKind(http.Request) is { } wrong)
            return wrong;
        using var body = new Body();
        return await body.Read(http.Request, limit) ? await handler(body.Bytes) : TooLarge(http, limit);
    }

    /// <summary>Refuses a body over its limit. 413 is no status that clients retry.</summary>
    public static ProtocolError TooLarge(HttpContext http, long limit)
    {
        http.Items[typeof(TrackingApi)] = StatusCodes.Status413PayloadTooLarge;
        return ProtocolError.Invalid($"The request body is larger than {limit:N0} bytes. Send less at a time.");
    }

    private static async Task Answer(HttpContext http, Func<HttpContext, Task<ProtocolError?>> handler)
    {
        ProtocolError? refusal;
        try
        {
            refusal = await handler(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (BadHttpRequestException e)
        {
            refusal = new(ErrorCode.BadRequest, e.Message);
        }
        catch (Exception e) when (!http.Response.HasStarted)
        {
            refusal = Fault(http, e);
        }
        if (refusal is not null)
            await Refuse(http, refusal);
        else if (!http.Response.HasStarted && http.Response.ContentType is null)
            await Send(http, Nothing);
    }

    // What goes away by itself is 503, which clients retry; the rest is a fault of ours, logged with a reference.
    private static ProtocolError Fault(HttpContext http, Exception e)
    {
        var log = http.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(TrackingApi));
        log.LogError(e, "{Method} {Path} failed ({Trace})", http.Request.Method, http.Request.Path, http.TraceIdentifier);
        return e is NpgsqlException { IsTransient: true }
            ? new(ErrorCode.TemporarilyUnavailable, "The database cannot be reached just now; try again shortly.")
            : new(ErrorCode.InternalError, $"The server failed; its log tells why under {http.TraceIdentifier}.");
    }

    /// <summary>Answers a refusal.</summary>
    public static Task Refuse(HttpContext http, ProtocolError refusal)
    {
        http.Response.StatusCode = http.Items[typeof(TrackingApi)] as int? ?? refusal.Status;
        if (http.Response.StatusCode is 429 or 503)
            http.Response.Headers.RetryAfter = "1";
        return Write(http, refusal);
    }

    /// <summary>Writes a refusal whose status is set.</summary>
    internal static Task Write(HttpContext http, ProtocolError refusal)
    {
        var json = new System.Buffers.ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(json))
            refusal.WriteTo(writer);
        return Send(http, json.WrittenMemory);
    }

    private static async Task Send(HttpContext http, ReadOnlyMemory<byte> json)
    {
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = json.Length;
        await http.Response.Body.WriteAsync(json);
    }

    private static Task Unknown(HttpContext http) => Refuse(http, new(ErrorCode.EndpointNotFound,
        $"There is no {http.Request.Method} {http.Request.Path} here. Crucible speaks the tracking and the model registry parts of MLflow's protocol."));
}

/// <summary>Marks an endpoint of the tracking protocol, whose refusals have its own form.</summary>
public sealed class TrackingEndpoint : IRefusalForm
{
    private const string Credential = "No valid credential came with this request: it is missing, wrong, expired or revoked. "
        + "Set MLFLOW_TRACKING_TOKEN to an API token of your account page, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD.";

    /// <inheritdoc/>
    public Task Write(HttpContext http, string? detail) => TrackingApi.Write(http, http.Response.StatusCode switch
    {
        401 => new(ErrorCode.Unauthenticated, Credential),
        403 => new(ErrorCode.PermissionDenied, detail ?? "You may not do this."),
        404 => new(ErrorCode.EndpointNotFound, detail ?? "There is nothing at this address."),
        429 => new(ErrorCode.RequestLimitExceeded, detail ?? "Too many requests. Wait as long as Retry-After says, and try again."),
        >= 500 => new(ErrorCode.InternalError, $"The server failed; its log tells why under {http.TraceIdentifier}."),
        _ => new(ErrorCode.BadRequest, detail ?? "This request cannot be answered."),
    });
}
