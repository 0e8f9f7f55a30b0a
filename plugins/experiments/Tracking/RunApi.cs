using System.Globalization;
using System.Text;
using System.Text.Json;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Console;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Fragments;
using Crucible.Experiments.Pages;
using Crucible.Modules;
using Crucible.People;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Crucible.Experiments.Tracking;

/// <summary>/api/v1/runs/{run}: the console and the checkpoints of a run, in the envelope <c>{data, meta}</c> or <c>{error: {code, message, details}}</c>.</summary>
internal static class RunApi
{
    private const int MostLines = 1000;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Map(IEndpointRouteBuilder app)
    {
        Add(app, "POST", "/api/v1/runs/{runId}/logs", Append);
        Add(app, "GET", "/api/v1/runs/{runId}/logs", Logs);
        Add(app, "GET", "/api/v1/runs/{runId}/checkpoints", Checkpoints);
    }

    private static void Add(IEndpointRouteBuilder app, string method, string path, Func<HttpContext, Guid, Task> handler)
    {
        Task Answered(HttpContext http) => Answer(http, handler);
        app.MapMethods(path, [method], Answered).WithMetadata(new RunApiEndpoint()).RequireRateLimiting("tracking");
    }

    private static async Task Answer(HttpContext http, Func<HttpContext, Guid, Task> handler)
    {
        try
        {
            var text = (string?)http.Request.RouteValues["runId"];
            if (RunId.TryRead(text, out var runId))
                await handler(http, runId);
            else
                await Refuse(http, ProtocolError.NoRun(text ?? ""));
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
        }
        catch (BadHttpRequestException e)
        {
            await Refuse(http, 400, "bad_request", e.Message);
        }
        catch (Exception e) when (!http.Response.HasStarted)
        {
            http.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(RunApi)).LogError(e, "{Method} {Path} failed ({Trace})", http.Request.Method, http.Request.Path, http.TraceIdentifier);
            await Refuse(http, 500, "internal_error", $"The server failed; its log tells why under {http.TraceIdentifier}.");
        }
    }

    private static async Task Append(HttpContext http, Guid runId)
    {
        var actor = Actor.Of(http);
        // Before what was sent is looked at: what is wrong with it is said to nobody who may not send it.
        if (await http.RequestServices.GetRequiredService<RunStore>().Find(runId, actor, http.RequestAborted) is not { } run)
        {
            await Refuse(http, ProtocolError.NoRun(runId.ToString("N")));
            return;
        }
        if (!actor.MayWrite(run.TeamId))
        {
            await Refuse(http, 403, "forbidden", "You may read this run, but not write to it.");
            return;
        }
        var key = http.Request.Headers["Idempotency-Key"].ToString();
        if (key.Length > 200)
        {
            await Refuse(http, 422, "validation_error", "The Idempotency-Key has at most 200 characters.", "Idempotency-Key");
            return;
        }
        using var body = new Body();
        if (!await body.Read(http.Request, Body.InputsLimit))
        {
            await Refuse(http, 413, "too_large", $"The request body is larger than {Body.InputsLimit:N0} bytes. Send less at a time.");
            return;
        }
        if (Read(http.Request, body.Bytes) is not { } read)
        {
            await Refuse(http, 415, "unsupported_media_type", "Send application/json or text/plain.");
            return;
        }
        if (read.Batch is null)
        {
            await Refuse(http, 422, "validation_error", read.Refusal, read.Field);
            return;
        }
        var (receipt, refusal) = await http.RequestServices.GetRequiredService<ConsoleStore>().Append(runId, read.Batch, key.Length > 0 ? Wording.Whole(key) : null, actor, http.RequestAborted);
        if (refusal is not null)
        {
            await Refuse(http, refusal);
            return;
        }
        if (receipt!.Again)
            http.Response.Headers["Idempotency-Replayed"] = "true";
        await Reply(http, new { receipt.Accepted, receipt.Repeated, receipt.Cut, receipt.LastNumber }, new { });
    }

    private static (ConsoleBatch? Batch, string Field, string Refusal)? Read(HttpRequest request, ReadOnlyMemory<byte> body)
    {
        var type = request.ContentType ?? "";
        if (type.StartsWith("application/json", StringComparison.OrdinalIgnoreCase))
            return ConsoleBatch.OfJson(body);
        return type.StartsWith("text/plain", StringComparison.OrdinalIgnoreCase)
            ? ConsoleBatch.OfText(body.Span, request.Query["source"], ConsoleLevel.Read(request.Query["level"]), request.Query["stream"] == "stderr") : null;
    }

    private static async Task Logs(HttpContext http, Guid runId)
    {
        var (query, cancel) = (http.Request.Query, http.RequestAborted);
        if (await http.RequestServices.GetRequiredService<RunStore>().Find(runId, Actor.Of(http), cancel) is not { } run)
        {
            await Refuse(http, ProtocolError.NoRun(runId.ToString("N")));
            return;
        }
        var now = http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
        var (level, since) = (query["level"].ToString(), query["since"].ToString());
        var filter = new ConsoleFilter(ConsoleLevel.Read(level), Wording.Whole(Wording.Cut(query["q"].ToString(), 500)).Replace("\0", "", StringComparison.Ordinal), ConsoleTime.ReadSince(since, now));
        var wrong = level.Length > 0 && filter.Least is null ? ("level", "One of trace, debug, info, warn, error, fatal.")
            : since.Length > 0 && filter.Since is null ? ("since", "A time in ISO 8601, milliseconds of the Unix epoch, or how long ago: 15m, 2h, 7d.")
            : Number(query["after"], 0, long.MaxValue, out _) is { } after ? ("after", after)
            : Number(query["before"], 0, long.MaxValue, out _) is { } before ? ("before", before)
            : Number(query["tail"], 1, MostLines, out _) is { } tail ? ("tail", tail)
            : Number(query["limit"], 1, MostLines, out _) is { } limit ? ("limit", limit) : ((string, string)?)null;
        if (wrong is { } refused)
        {
            await Refuse(http, 422, "validation_error", refused.Item2, refused.Item1);
            return;
        }
        var store = http.RequestServices.GetRequiredService<ConsoleStore>();
        if (query["format"] == "text")
            await Download(http, run, store, filter);
        else
            await Page(http, runId, store, filter);
    }

    private static async Task Page(HttpContext http, Guid runId, ConsoleStore store, ConsoleFilter filter)
    {
        var query = http.Request.Query;
        _ = Number(query["limit"], 1, MostLines, out var limit);
        _ = Number(query["tail"], 1, MostLines, out var tail);
        var most = (int)(limit ?? tail ?? 100);
        _ = Number(query["after"], 0, long.MaxValue, out var after);
        _ = Number(query["before"], 0, long.MaxValue, out var before);
        // A tail and what is before a number are read from the end; the rest from the beginning.
        var backwards = after is null && (before is not null || tail is not null);
        var lines = backwards ? await store.Before(runId, before ?? long.MaxValue, filter, most + 1, http.RequestAborted) : await store.After(runId, after ?? 0, filter, most + 1, http.RequestAborted);
        var more = lines.Count > most;
        var shown = more ? backwards ? lines.Skip(1).ToList() : [.. lines.Take(most)] : lines;
        var extent = await store.Extent(runId, http.RequestAborted);
        await Reply(http, shown.Select(l => new
        {
            l.Number,
            At = DateTime.SpecifyKind(l.At, DateTimeKind.Utc),
            Level = ConsoleLevel.Word(l.Level),
            Stream = l.IsError ? "stderr" : "stdout",
            Source = l.Source.Length > 0 ? l.Source : null,
            l.Text,
        }), new
        {
            Total = extent.Lines,
            Dropped = extent.Gone,
            PerPage = most,
            HasMore = more,
            NextAfter = shown.Count > 0 ? shown[^1].Number : after ?? 0,
            PrevBefore = shown.Count > 0 ? shown[0].Number : before,
        });
    }

    private static async Task Download(HttpContext http, RunRow run, ConsoleStore store, ConsoleFilter filter)
    {
        http.Response.ContentType = "text/plain; charset=utf-8";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers.ContentDisposition = $"attachment; filename*=UTF-8''{Uri.EscapeDataString(run.Name)}.log";
        var extent = await store.Extent(run.RunId, http.RequestAborted);
        await using var writer = new StreamWriter(http.Response.Body, new UTF8Encoding(false), 32 * 1024);
        if (extent.Gone > 0)
            await writer.WriteAsync($"(the first {extent.Gone.ToString("N0", CultureInfo.InvariantCulture)} lines are gone: a run keeps its newest)\n");
        for (long last = 0; await store.After(run.RunId, last, filter, 5000, http.RequestAborted) is { Count: > 0 } lines; last = lines[^1].Number)
            foreach (var line in lines)
                await writer.WriteAsync($"{DateTime.SpecifyKind(line.At, DateTimeKind.Utc):yyyy-MM-dd'T'HH:mm:ss.fff'Z'} {ConsoleLevel.Word(line.Level)?.ToUpperInvariant() ?? "-",-5} {(line.Source.Length > 0 ? $"[{line.Source}] " : "")}{line.Text}\n");
    }

    private static async Task Checkpoints(HttpContext http, Guid runId)
    {
        if (await http.RequestServices.GetRequiredService<RunStore>().Find(runId, Actor.Of(http), http.RequestAborted) is not { } run)
        {
            await Refuse(http, ProtocolError.NoRun(runId.ToString("N")));
            return;
        }
        if (Number(http.Request.Query["page"], 1, 10_000, out var page) is { } badPage)
        {
            await Refuse(http, 422, "validation_error", badPage, "page");
            return;
        }
        if (Number(http.Request.Query["per_page"], 1, 100, out var perPage) is { } badSize)
        {
            await Refuse(http, 422, "validation_error", badSize, "per_page");
            return;
        }
        var found = await http.RequestServices.GetRequiredService<CheckpointReader>().Read(run, http.Request.Query["metric"].FirstOrDefault(), http.RequestAborted);
        var (number, size) = ((int)(page ?? 1), (int)(perPage ?? 25));
        await Reply(http, found.Items.Skip((number - 1) * size).Take(size).Select(c => new
        {
            c.Path,
            c.IsFolder,
            c.Files,
            SizeBytes = c.Length,
            CreatedAt = c.At,
            c.Step,
            Metric = c.Metric is { } value ? new { Key = found.MetricKey, value.Value, value.Step } : null,
            DownloadUrl = c.IsFolder ? Address.Zip(runId, c.Path) : Address.Artifact(runId, c.Path),
        }), new { Total = found.Items.Count, Page = number, PerPage = size, Complete = found.Whole });
    }

    private static string? Number(string? text, long least, long most, out long? number)
    {
        number = null;
        if (string.IsNullOrEmpty(text))
            return null;
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value < least || value > most)
            return $"A whole number from {least:N0}{(most < long.MaxValue ? $" to {most:N0}" : "")}.";
        number = value;
        return null;
    }

    /// <summary>Answers in the envelope.</summary>
    internal static async Task Reply(HttpContext http, object data, object meta)
    {
        http.Response.ContentType = "application/json";
        await JsonSerializer.SerializeAsync(http.Response.Body, new { data, meta }, Json, http.RequestAborted);
    }

    private static Task Refuse(HttpContext http, ProtocolError refusal) => refusal.Code switch
    {
        ErrorCode.ResourceDoesNotExist => Refuse(http, 404, "not_found", refusal.Message),
        ErrorCode.PermissionDenied => Refuse(http, 403, "forbidden", refusal.Message),
        _ => Refuse(http, 422, "validation_error", refusal.Message),
    };

    /// <summary>Answers a refusal in the envelope.</summary>
    internal static Task Refuse(HttpContext http, int status, string code, string message, string? field = null)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        if (status is 429 or 503 && http.Response.Headers.RetryAfter.Count == 0)
            http.Response.Headers.RetryAfter = "1";
        var details = field is null ? [] : new Dictionary<string, string[]> { [field] = [message] };
        return JsonSerializer.SerializeAsync(http.Response.Body, new { error = new { code, message, details } }, Json);
    }
}

/// <summary>Marks an endpoint of /api/v1, whose refusals stand in its envelope.</summary>
public sealed class RunApiEndpoint : IRefusalForm
{
    /// <inheritdoc/>
    public Task Write(HttpContext http, string? detail) => http.Response.StatusCode switch
    {
        401 => RunApi.Refuse(http, 401, "unauthorized", "No valid credential came with this request. Send an API token as Authorization: Bearer."),
        403 => RunApi.Refuse(http, 403, "forbidden", detail ?? "You may not do this."),
        404 => RunApi.Refuse(http, 404, "not_found", detail ?? "There is nothing at this address."),
        429 => RunApi.Refuse(http, 429, "rate_limited", detail ?? "Too many requests. Wait as long as Retry-After says, and try again."),
        >= 500 => RunApi.Refuse(http, http.Response.StatusCode, "internal_error", $"The server failed; its log tells why under {http.TraceIdentifier}."),
        var status => RunApi.Refuse(http, status, "bad_request", detail ?? "This request cannot be answered."),
    };
}
