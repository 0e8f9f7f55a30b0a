using System.Globalization;
using System.Text;
using Crucible.Api;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Console;
using Crucible.Experiments.Fragments;
using Crucible.Experiments.Pages;
using Crucible.Experiments.Tracking;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Crucible.Experiments.Api;

/// <summary><c>/api/v1/runs/{id}/logs</c> and <c>…/checkpoints</c>.</summary>
internal static class RunLogOperations
{
    private const string Group = "Runs";
    private const int MostLines = 1000, UsualLines = 100, LongestKey = 200;
    private static readonly Dictionary<string, string> Id = new() { ["id"] = ApiRun.SampleId };

    public static void Map(IEndpointRouteBuilder app)
    {
        app.Api("POST", "runs/{id}/logs", Append, new(Group, "Send lines of a run's console")
        {
            Detail = "Or as text/plain, a line each, with source, level and stream in the query. A seq of its writer, or an Idempotency-Key, makes a repeated call harmless. A body has at most 20 MB.",
            Path = Id, Takes = typeof(LogBody), Example = LogBody.Sample, Answers = typeof(ApiLogReceipt), Shows = ApiLogReceipt.Sample, Refusals = [403], Rate = ApiRate.Ingest, KeepsKeys = true,
            Query = [new("source", "The writer of plain text.", "rank-0"), new("level", "The level of plain text.", "info"), new("stream", "stdout or stderr of plain text.", "stdout")],
        });
        app.Api("GET", "runs/{id}/logs", Logs, new(Group, "Read a run's console")
        {
            Detail = "From the beginning or behind a line; from the end with tail or before. format=text downloads all that passes the filters.",
            Path = Id, Answers = typeof(ApiLogLine), Shows = ApiLogLine.Sample, Meta = typeof(ApiLogMeta), ShowsMeta = ApiLogMeta.Sample,
            Query =
            [
                new("after", "Lines behind this number.", "0"), new("before", "The last lines before this number.", "1000"), new("tail", "The newest lines, 1 to 1,000.", "100"),
                new("limit", "How many, 1 to 1,000; 100 without it.", "100"), new("level", "At least this level; a line without one counts as info.", "info"),
                new("since", "Written since: RFC 3339, milliseconds of the Unix epoch, or how long ago (15m, 2h, 7d).", "7d"), new("q", "Lines that hold this, in either case.", "loss"),
                new("format", "text for a file, json without it.", "json"),
            ],
        });
        app.Api("GET", "runs/{id}/checkpoints", Checkpoints, new(Group, "List the checkpoints of a run")
        {
            Detail = "Artifacts whose names say that they are checkpoints, the newest first.", Path = Id, Paged = true, Cursor = false, Answers = typeof(ApiCheckpoint), Shows = ApiCheckpoint.Sample,
            Meta = typeof(ApiCheckpointMeta), ShowsMeta = ApiCheckpointMeta.Sample, Query = [new("metric", "Whose value stands with each; the one that the run's page shows first without it.", "loss")],
        });
    }

    private static async Task<ApiError?> Append(ApiCall call)
    {
        var (run, refusal) = await call.Run();
        // Before what was sent is looked at: what is wrong with it is said to nobody who may not send it.
        if (refusal is not null)
            return refusal;
        if (!call.Actor.MayWrite(run!.TeamId))
            return ApiError.Forbidden("You may read this run, but not write to it.");
        var key = call.Http.Request.Headers["Idempotency-Key"].ToString();
        if (key.Length > LongestKey)
            return ApiError.Invalid("Idempotency-Key", $"has at most {LongestKey} characters.");
        using var body = new Body();
        if (!await body.Read(call.Http.Request, Body.InputsLimit))
            return ApiError.TooLarge(Body.InputsLimit);
        if (Read(call, body.Bytes) is not { } read)
            return ApiError.Invalid("body", "must be application/json or text/plain: say which in Content-Type.");
        if (read.Batch is null)
            return ApiError.Invalid(read.Field, read.Refusal);
        var (receipt, no) = await call.Get<ConsoleStore>().Append(run.RunId, read.Batch, key.Length > 0 ? Wording.Whole(key) : null, call.Actor, call.Cancel);
        if (no is not null)
            return Refusals.Of(no);
        if (receipt!.Again)
            call.Http.Response.Headers["Idempotent-Replayed"] = "true";
        return await call.Item(new ApiLogReceipt { Accepted = receipt.Accepted, Repeated = receipt.Repeated, Cut = receipt.Cut, LastNumber = receipt.LastNumber });
    }

    private static (ConsoleBatch? Batch, string Field, string Refusal)? Read(ApiCall call, ReadOnlyMemory<byte> body)
    {
        var type = call.Http.Request.ContentType ?? "";
        if (type.StartsWith("application/json", StringComparison.OrdinalIgnoreCase))
            return ConsoleBatch.OfJson(body);
        return type.StartsWith("text/plain", StringComparison.OrdinalIgnoreCase)
            ? ConsoleBatch.OfText(body.Span, call.Query("source"), ConsoleLevel.Read(call.Query("level")), call.Query("stream") == "stderr") : null;
    }

    private static async Task<ApiError?> Logs(ApiCall call)
    {
        var (run, refusal) = await call.Run();
        if (refusal is not null)
            return refusal;
        var (level, since) = (call.Query("level") ?? "", call.Query("since") ?? "");
        var filter = new ConsoleFilter(ConsoleLevel.Read(level), Wording.Whole(Wording.Cut(call.Query("q") ?? "", 500)), ConsoleTime.ReadSince(since, call.Get<TimeProvider>().GetUtcNow()));
        var wrong = new List<KeyValuePair<string, string[]>>();
        if (level.Length > 0 && filter.Least is null)
            wrong.Add(new("level", ["must be one of trace, debug, info, warn, error, fatal."]));
        if (since.Length > 0 && filter.Since is null)
            wrong.Add(new("since", ["must be a time as RFC 3339, milliseconds of the Unix epoch, or how long ago: 15m, 2h, 7d."]));
        if (call.Query("format") is not (null or "json" or "text"))
            wrong.Add(new("format", ["must be json or text."]));
        var (after, before) = (Number("after", 0, long.MaxValue), Number("before", 0, long.MaxValue));
        var (tail, limit) = (Number("tail", 1, MostLines), Number("limit", 1, MostLines));
        if (wrong.Count > 0)
            return ApiError.Invalid(wrong);
        if (call.Query("format") == "text")
            return await Download(call, run!, filter);
        return await Page(call, run!.RunId, filter, after, before, (int)(limit ?? tail ?? UsualLines), tail is not null);

        long? Number(string name, long least, long most)
        {
            if (call.Query(name) is not { Length: > 0 } text)
                return null;
            if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most)
                return value;
            wrong.Add(new(name, [$"must be a whole number from {least:N0}{(most < long.MaxValue ? $" to {most:N0}" : "")}."]));
            return null;
        }
    }

    private static async Task<ApiError?> Page(ApiCall call, Guid runId, ConsoleFilter filter, long? after, long? before, int most, bool tail)
    {
        var store = call.Get<ConsoleStore>();
        // A tail and what is before a number are read from the end; the rest from the beginning.
        var backwards = after is null && (before is not null || tail);
        var lines = backwards ? await store.Before(runId, before ?? long.MaxValue, filter, most + 1, call.Cancel) : await store.After(runId, after ?? 0, filter, most + 1, call.Cancel);
        var more = lines.Count > most;
        var shown = more ? backwards ? lines.Skip(1).ToList() : [.. lines.Take(most)] : lines;
        var extent = await store.Extent(runId, call.Cancel);
        return await call.List<ApiLogLine, ApiLogMeta>([.. shown.Select(Wire)], new()
        {
            Total = extent.Lines,
            Dropped = extent.Gone,
            PerPage = most,
            HasMore = more,
            NextAfter = shown.Count > 0 ? shown[^1].Number : after ?? 0,
            PrevBefore = shown.Count > 0 ? shown[0].Number : before,
        });
    }

    private static ApiLogLine Wire(ConsoleLine line) => new()
    {
        Number = line.Number,
        At = DateTime.SpecifyKind(line.At, DateTimeKind.Utc),
        Level = ConsoleLevel.Word(line.Level),
        Stream = line.IsError ? "stderr" : "stdout",
        Source = line.Source.Length > 0 ? line.Source : null,
        Text = line.Text,
    };

    private static async Task<ApiError?> Download(ApiCall call, RunRow run, ConsoleFilter filter)
    {
        var (response, store) = (call.Http.Response, call.Get<ConsoleStore>());
        response.ContentType = "text/plain; charset=utf-8";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.ContentDisposition = $"attachment; filename*=UTF-8''{Uri.EscapeDataString(run.Name)}.log";
        var extent = await store.Extent(run.RunId, call.Cancel);
        await using var writer = new StreamWriter(response.Body, new UTF8Encoding(false), 32 * 1024);
        if (extent.Gone > 0)
            await writer.WriteAsync($"(the first {extent.Gone.ToString("N0", CultureInfo.InvariantCulture)} lines are gone: a run keeps its newest)\n");
        for (long last = 0; await store.After(run.RunId, last, filter, 5000, call.Cancel) is { Count: > 0 } lines; last = lines[^1].Number)
            foreach (var line in lines)
                await writer.WriteAsync($"{DateTime.SpecifyKind(line.At, DateTimeKind.Utc):yyyy-MM-dd'T'HH:mm:ss.fff'Z'} {ConsoleLevel.Word(line.Level)?.ToUpperInvariant() ?? "-",-5} {(line.Source.Length > 0 ? $"[{line.Source}] " : "")}{line.Text}\n");
        return null;
    }

    private static async Task<ApiError?> Checkpoints(ApiCall call)
    {
        var (run, refusal) = await call.Run();
        if (refusal is not null)
            return refusal;
        var found = await call.Get<CheckpointReader>().Read(run!, call.Query("metric"), call.Cancel);
        var page = found.Items.Skip((int)Math.Min(call.Page.Skip, int.MaxValue)).Take(call.Page.Size).Select(c => new ApiCheckpoint
        {
            Path = c.Path,
            IsFolder = c.IsFolder,
            Files = c.Files,
            SizeBytes = c.Length,
            CreatedAt = c.At,
            Step = c.Step,
            Metric = c.Metric is { } value ? new() { Key = found.MetricKey ?? "", Value = value.Value, Step = value.Step } : null,
            DownloadUrl = c.IsFolder ? Address.Zip(run!.RunId, c.Path) : Address.Artifact(run!.RunId, c.Path),
        }).ToList();
        return await call.List<ApiCheckpoint, ApiCheckpointMeta>(page, new()
        {
            Total = found.Items.Count, Page = call.Page.Number, PerPage = call.Page.Size, HasMore = call.Page.Skip + page.Count < found.Items.Count, Complete = found.Whole,
        });
    }
}
