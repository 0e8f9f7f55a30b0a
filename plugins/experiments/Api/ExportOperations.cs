using System.ComponentModel;
using Crucible.Api;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Exports;
using Microsoft.AspNetCore.Routing;

namespace Crucible.Experiments.Api;

internal sealed record ApiExport
{
    public const string SampleId = "0198c0ffee0070008000000000000002";

    public static readonly ApiExport Sample = new()
    {
        Id = SampleId, ExperimentId = 12, Format = "csv", Include = ["runs", "metrics"], State = "completed", RowsDone = 1500, RowsTotal = 1500, Progress = 1, Bytes = 104_857, AskedBy = "Mira",
        FileName = "sentiment-distil-20260131-120000.csv", Url = $"/api/v1/exports/{SampleId}/download", CreatedAt = ApiExperiment.Moment, StartedAt = ApiExperiment.Moment, EndedAt = ApiExperiment.Moment.AddSeconds(2),
    };

    [Description("32 hex digits.")]
    public string Id { get; init; } = "";

    [Description("What it is of.")]
    public long ExperimentId { get; init; }

    [Description("csv, json or jsonl.")]
    public string Format { get; init; } = "";

    [Description("What is in it.")]
    public IReadOnlyList<string> Include { get; init; } = [];

    [Description("Which runs, in the search grammar; empty for all.")]
    public string Filter { get; init; } = "";

    [Description("Which runs, one by one; null for those of the filter.")]
    public IReadOnlyList<string>? RunIds { get; init; }

    [Description("queued, running, completed, failed or cancelled.")]
    public string State { get; init; } = "";

    [Description("Runs, points and console lines written so far.")]
    public long RowsDone { get; init; }

    [Description("Runs, points and console lines in all; null before they were counted.")]
    public long? RowsTotal { get; init; }

    [Description("0 to 1; null before rows were counted.")]
    public double? Progress { get; init; }

    [Description("Size of the file; null before it is there.")]
    public long? Bytes { get; init; }

    [Description("What a download is called; null before it is there.")]
    public string? FileName { get; init; }

    [Description("Where the file is; null before it is there.")]
    public string? Url { get; init; }

    [Description("Why it failed; null when it did not.")]
    public string? Error { get; init; }

    [Description("Who asked.")]
    public string AskedBy { get; init; } = "";

    [Description("RFC 3339, UTC.")]
    public DateTime CreatedAt { get; init; }

    [Description("RFC 3339, UTC; null while it waits.")]
    public DateTime? StartedAt { get; init; }

    [Description("RFC 3339, UTC; null while it is not over.")]
    public DateTime? EndedAt { get; init; }
}

internal sealed record NewExport
{
    public static readonly NewExport Sample = new() { Format = "csv", Include = ["runs", "params", "metrics"], Filter = "metrics.loss < 0.5" };

    [Description("csv, json or jsonl.")]
    public required string Format { get; init; }

    [Description("Of config, runs, params, metrics, tags, points, logs; runs, params, metrics and tags when left out. Several tables as CSV become a zip.")]
    public IReadOnlyList<string>? Include { get; init; }

    [Description("Which runs, in the search grammar; all when left out.")]
    public string? Filter { get; init; }

    [Description("These runs alone, at most 10,000 ids.")]
    public IReadOnlyList<string>? RunIds { get; init; }

    [Description("Whether a single file is compressed.")]
    public bool? Gzip { get; init; }
}

/// <summary><c>/api/v1/exports</c>, and asking for one.</summary>
internal static class ExportOperations
{
    private const string Group = "Exports";
    private static readonly Dictionary<string, string> Id = new() { ["id"] = ApiExport.SampleId };

    public static void Map(IEndpointRouteBuilder app)
    {
        app.Api("POST", "experiments/{id}/export", Ask, new(Group, "Ask for an export of an experiment")
        {
            Detail = """
                A job writes the file: ask for its state until it is completed, then download it. The columns of runs.csv are run_id, name, status, user, started_at, ended_at,
                parent_run_id, then params.<key>, metrics.<key> (latest) and tags.<key> for every key that any of the runs has. Points are run_id, key, step, timestamp, value.
                CSV is RFC 4180 with line feeds; a missing value is nothing, an empty one is quoted. Values are never altered: what a spreadsheet takes for a formula stays as it is,
                so import such a file as text.
                """,
            Path = new Dictionary<string, string> { ["id"] = "12" }, Status = 202, Rate = ApiRate.Export, Takes = typeof(NewExport), Example = NewExport.Sample, Answers = typeof(ApiExport), Shows = ApiExport.Sample,
        });
        app.Api("GET", "exports", List, new(Group, "List exports") { Detail = "Of the experiments that you may see, newest first.", Paged = true, Answers = typeof(ApiExport), Shows = ApiExport.Sample });
        app.Api("GET", "exports/{id}", Get, new(Group, "Read the state of an export") { Path = Id, Answers = typeof(ApiExport), Shows = ApiExport.Sample });
        app.Api("POST", "exports/{id}/cancel", Cancel, new(Group, "Cancel an export") { Detail = "For who asked for it and admins. Nothing of the file is left.", Path = Id, Answers = typeof(ApiExport), Shows = ApiExport.Sample with { State = "cancelled", Bytes = null, FileName = null, Url = null }, Refusals = [403, 409] });
        app.Api("GET", "exports/{id}/download", Download, new(Group, "Download the file of an export") { Detail = "Takes Range, to go on with a download that broke off.", Path = Id, File = "application/octet-stream", Refusals = [409, 410] });
    }

    private static async Task<ApiError?> Ask(ApiCall call)
    {
        var (experiment, refusal) = await call.Experiment();
        if (refusal is not null)
            return refusal;
        var (body, wrong) = await call.Read<NewExport>();
        if (wrong is not null)
            return wrong;
        var sent = body!.Value;
        // A null within a list gets past the types.
        if (sent.RunIds?.Where(r => !RunId.TryRead(r, out _)).ToList() is [var odd, ..])
            return ApiError.Invalid("run_ids", $"holds {Wording.Cut(odd ?? "null", 60)}, which is no id of a run.");
        var wish = new ExportWish(sent.Format, sent.Include ?? ExportWish.Usual, sent.Filter ?? "", sent.RunIds is { } ids ? [.. ids.Select(r => RunId.TryRead(r, out var id) ? id : Guid.Empty).Distinct()] : null, sent.Gzip ?? false);
        if (wish.Wrong() is var (field, why))
            return ApiError.Invalid(field, why);
        var store = call.Get<ExportStore>();
        var export = await store.Ask(experiment!, wish, call.Actor, call.Cancel);
        return await call.Made($"{ApiEndpoints.Root}/exports/{export:N}", Wire((await store.Find(export, call.Actor, call.Cancel))!));
    }

    private static async Task<ApiError?> List(ApiCall call)
    {
        var store = call.Get<ExportStore>();
        if (!call.Page.ByCursor)
            return await call.List<ApiExport>([.. (await store.Page(null, null, call.Page.Size, call.Page.Skip, call.Actor, call.Cancel)).Select(Wire)], await store.Count(null, call.Actor, call.Cancel));
        var after = Guid.Empty;
        if (call.Page.After is [var last] && !Guid.TryParseExact(last, "N", out after))
            return ApiPage.Broken();
        var found = await store.Page(null, after == Guid.Empty ? null : after, call.Page.Size + 1, 0, call.Actor, call.Cancel);
        var page = found.Take(call.Page.Size).Select(Wire).ToList();
        return await call.List(page, found.Count > page.Count ? [page[^1].Id] : null);
    }

    private static async Task<ApiError?> Get(ApiCall call)
    {
        var (export, refusal) = await Find(call);
        return refusal ?? await call.Item(Wire(export!));
    }

    private static async Task<ApiError?> Cancel(ApiCall call)
    {
        var (export, refusal) = await Find(call);
        if (refusal is not null)
            return refusal;
        return await call.Get<ExportStore>().Cancel(export!, call.Actor, call.Cancel) is { } no ? Refusals.Of(no) : await Get(call);
    }

    private static async Task<ApiError?> Download(ApiCall call)
    {
        var (export, refusal) = await Find(call);
        if (refusal is not null)
            return refusal;
        if (export!.State != "completed")
            return ApiError.Conflict($"This export is {export.State}; there is no file.");
        return await ExportDownload.Send(call.Http, export) ? null : ApiError.Gone("The file was not kept. Ask for the export again.");
    }

    private static async Task<(Export? Export, ApiError? Refusal)> Find(ApiCall call)
    {
        var found = Guid.TryParse(call.Route("id"), out var id) ? await call.Get<ExportStore>().Find(id, call.Actor, call.Cancel) : null;
        return found is null ? (null, ApiError.NotFound("There is no such export.")) : (found, null);
    }

    private static ApiExport Wire(Export x) => new()
    {
        Id = $"{x.ExportId:N}",
        ExperimentId = x.ExperimentId,
        Format = x.Format,
        Include = x.Include,
        Filter = x.Filter,
        RunIds = x.RunIds is null ? null : [.. x.RunIds.Select(RunId.Write)],
        State = x.State,
        RowsDone = x.RowsDone,
        RowsTotal = x.RowsTotal,
        Progress = x.State == "completed" ? 1 : x.RowsTotal is > 0 and var total ? Math.Min(1, (double)x.RowsDone / total) : null,
        Bytes = x.Bytes,
        FileName = x.FileName,
        Url = x.State == "completed" ? $"{ApiEndpoints.Root}/exports/{x.ExportId:N}/download" : null,
        Error = x.Error,
        AskedBy = x.AskedBy,
        CreatedAt = Utc(x.CreatedAt),
        StartedAt = x.StartedAt is { } began ? Utc(began) : null,
        EndedAt = x.EndedAt is { } ended ? Utc(ended) : null,
    };

    private static DateTime Utc(DateTime time) => DateTime.SpecifyKind(time, DateTimeKind.Utc);
}
