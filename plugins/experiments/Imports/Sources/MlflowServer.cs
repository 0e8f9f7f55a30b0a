using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;

namespace Crucible.Experiments.Imports.Sources;

/// <summary>
/// A tracking server by its REST API. For the preview only experiments and runs are asked for: counting points would be reading all
/// of them. To bring them in, a run is first saved whole in a folder, so that no transaction waits for the network and a run is
/// there whole or not at all.
/// </summary>
/// <param name="calls">The server.</param>
/// <param name="at">A folder for one run at a time.</param>
/// <param name="whole">Whether points and files are wanted.</param>
/// <param name="deleted">Whether what lies in its trash is wanted.</param>
/// <param name="largestFile">Most bytes of a file.</param>
internal sealed class MlflowServer(ServerCalls calls, string at, bool whole, bool deleted, long largestFile) : ISource
{
    private const string Api = "api/2.0/mlflow/";
    private const int Page = 200;
    private const int HistoryPage = 25_000;
    private const int MostFilesOfRun = 100_000;

    public async IAsyncEnumerable<SourceExperiment> Experiments(Report report, [EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var one in Paged($"{Api}experiments/search", "experiments", token => new { max_results = 1000, page_token = token, view_type = "ALL" }, cancel))
        {
            var id = Text(one, "experiment_id");
            yield return new(Text(one, "name"), Pairs(one, "tags"), Text(one, "lifecycle_stage") == "deleted")
            {
                Runs = stop => Runs(id, report, stop),
                Models = stop => Models(id, stop),
            };
        }
    }

    private async IAsyncEnumerable<SourceRun> Runs(string experiment, Report report, [EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var one in Paged($"{Api}runs/search", "runs", token => new { experiment_ids = new[] { experiment }, max_results = Page, page_token = token, run_view_type = "ALL" }, cancel))
            if (await Run(one, report, cancel) is { } run)
                yield return run;
    }

    private async Task<SourceRun?> Run(JsonElement one, Report report, CancellationToken cancel)
    {
        var (info, data) = (Part(one, "info"), Part(one, "data"));
        var id = Text(info, "run_id") is { Length: > 0 } given ? given : Text(info, "run_uuid");
        var run = new SourceRun(id, Text(info, "run_name"), $"runs/{id}")
        {
            User = Text(info, "user_id"),
            Status = RunStatusWords.FromProtocol(Text(info, "status")) ?? RunStatus.Running,
            Start = Number(info, "start_time") ?? 0,
            End = Number(info, "end_time"),
            Deleted = Text(info, "lifecycle_stage") == "deleted",
            Params = Pairs(data, "params"),
            Tags = Pairs(data, "tags"),
            Datasets = [.. List(Part(one, "inputs"), "dataset_inputs").Select(Dataset)],
            ModelInputs = [.. List(Part(one, "inputs"), "model_inputs").Select(m => Text(m, "model_id"))],
            ModelOutputs = [.. List(Part(one, "outputs"), "model_outputs").Select(m => (Text(m, "model_id"), Number(m, "step") ?? 0))],
        };
        if (!whole || (run.Deleted && !deleted))
            return run;
        try
        {
            return await Save(run, List(data, "metrics").Select(m => Text(m, "key")).Distinct(StringComparer.Ordinal).ToList(), report, cancel);
        }
        catch (ImportFault fault)
        {
            report.Refuse(run.File, 0, $"The run could not be read whole, so nothing of it was taken. {fault.Message}", "Import again; what is here already is not repeated.");
            return null;
        }
    }

    private async Task<SourceRun> Save(SourceRun run, List<string> keys, Report report, CancellationToken cancel)
    {
        if (Directory.Exists(at))
            Directory.Delete(at, recursive: true);
        Directory.CreateDirectory(at);
        var points = Path.Combine(at, "points");
        await using (var file = new BinaryWriter(File.Create(points)))
            for (var key = 0; key < keys.Count; key++)
                await History(run.Id, keys[key], key, file, cancel);
        var files = new List<SourceFile>();
        await Files(run, "", files, report, cancel);
        return run with { Points = stop => Saved(points, keys, run.File, stop), Files = files };
    }

    // Without max_results a 3.6 server answers no points and the token of the page that was asked for, for ever.
    private async Task History(string run, string key, int number, BinaryWriter file, CancellationToken cancel)
    {
        var token = "";
        while (await calls.Get($"{Api}metrics/get-history?run_id={Q(run)}&metric_key={Q(key)}&max_results={HistoryPage}{(token.Length > 0 ? $"&page_token={Q(token)}" : "")}", cancel) is { } answer)
        {
            var metrics = List(answer, "metrics");
            foreach (var point in metrics)
            {
                file.Write(number);
                file.Write(Number(point, "step") ?? 0);
                file.Write(Number(point, "timestamp") ?? 0);
                file.Write(Value(point));
            }
            var next = Text(answer, "next_page_token");
            if (next.Length == 0 || next == token || metrics.Count == 0)
                return;
            token = next;
        }
    }

    private static async IAsyncEnumerable<SourcePoint> Saved(string path, List<string> keys, string file, [EnumeratorCancellation] CancellationToken cancel)
    {
        await Task.CompletedTask;
        using var points = new BinaryReader(Tree.Open(path));
        for (var left = points.BaseStream.Length / 28; left > 0; left--)
        {
            var (key, step, at, value) = (points.ReadInt32(), points.ReadInt64(), points.ReadInt64(), points.ReadDouble());
            yield return new(keys[key], value, at, step, file, 0);
        }
        cancel.ThrowIfCancellationRequested();
    }

    private async Task Files(SourceRun run, string folder, List<SourceFile> files, Report report, CancellationToken cancel)
    {
        var token = "";
        do
        {
            if (await calls.Get($"{Api}artifacts/list?run_id={Q(run.Id)}{(folder.Length > 0 ? $"&path={Q(folder)}" : "")}{(token.Length > 0 ? $"&page_token={Q(token)}" : "")}", cancel) is not { } answer)
                return;
            foreach (var one in List(answer, "files"))
            {
                var path = Text(one, "path");
                if (!path.StartsWith(folder.Length > 0 ? folder + "/" : "", StringComparison.Ordinal) || path.Length <= folder.Length || path.Count('/') > 60 || files.Count >= MostFilesOfRun)
                    report.Refuse($"{run.File}/{path}", 0, "This file is not where a file of this run can be, or one of too many.", "It was left out.");
                else if (one.TryGetProperty("is_dir", out var dir) && dir.ValueKind == JsonValueKind.True)
                    await Files(run, path, files, report, cancel);
                else
                    await Fetch(run, path, files, report, cancel);
            }
            var next = Text(answer, "next_page_token");
            token = next == token ? "" : next;
        }
        while (token.Length > 0);
    }

    private async Task Fetch(SourceRun run, string path, List<SourceFile> files, Report report, CancellationToken cancel)
    {
        var saved = Path.Combine(at, files.Count.ToString(CultureInfo.InvariantCulture));
        if (await calls.Save($"get-artifact?run_id={Q(run.Id)}&path={Q(path)}", saved, largestFile, cancel) is { } length)
            files.Add(new(path, length, () => Tree.Open(saved)));
        else
            report.Refuse($"{run.File}/{path}", 0, "The server did not give this file, or it is larger than this one takes.", "See that the server can reach its artifacts, then import again.");
    }

    private async IAsyncEnumerable<SourceModel> Models(string experiment, [EnumeratorCancellation] CancellationToken cancel)
    {
        // A server before 3.0 knows no such call.
        await foreach (var one in Paged($"{Api}logged-models/search", "models", token => new { experiment_ids = new[] { experiment }, max_results = 50, page_token = token }, cancel))
        {
            var (info, data) = (Part(one, "info"), Part(one, "data"));
            yield return new(Text(info, "model_id"), Text(info, "name"), $"models/{Text(info, "model_id")}")
            {
                Type = Text(info, "model_type") is { Length: > 0 } type ? type : null,
                RunId = Text(info, "source_run_id"),
                Status = MlflowStore.ModelStatus(Text(info, "status")),
                Created = Number(info, "creation_timestamp_ms") ?? 0,
                Params = Pairs(data, "params"),
                Tags = Pairs(info, "tags"),
            };
        }
    }

    private async IAsyncEnumerable<JsonElement> Paged(string call, string part, Func<string?, object> body, [EnumeratorCancellation] CancellationToken cancel)
    {
        string? token = null;
        while (await calls.Post(call, body(token), cancel) is { } answer)
        {
            var list = List(answer, part);
            foreach (var one in list)
                yield return one;
            var next = Text(answer, "next_page_token");
            if (next.Length == 0 || next == token || list.Count == 0)
                yield break;
            token = next;
        }
    }

    private static DatasetInput Dataset(JsonElement one)
    {
        var set = Part(one, "dataset");
        return new(new(Text(set, "name"), Text(set, "digest"), Text(set, "source_type"), Text(set, "source"),
            Text(set, "schema") is { Length: > 0 } schema ? schema : null, Text(set, "profile") is { Length: > 0 } profile ? profile : null), Pairs(one, "tags"));
    }

    private static string Q(string text) => Uri.EscapeDataString(text);

    private static JsonElement Part(JsonElement of, string name) => of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var part) ? part : default;

    private static List<JsonElement> List(JsonElement of, string name) => Part(of, name) is { ValueKind: JsonValueKind.Array } list ? [.. list.EnumerateArray()] : [];

    private static string Text(JsonElement of, string name) => Part(of, name) is var part && part.ValueKind == JsonValueKind.String ? part.GetString()! : part.ValueKind == JsonValueKind.Number ? part.GetRawText() : "";

    private static long? Number(JsonElement of, string name) => ProtoNumbers.ToInt64(Text(of, name));

    private static double Value(JsonElement point) => ProtoNumbers.ToDouble(Text(point, "value")) ?? double.NaN;

    private static List<Entry> Pairs(JsonElement of, string name) => [.. List(of, name).Select(p => new Entry(Text(p, "key"), Text(p, "value")))];
}
