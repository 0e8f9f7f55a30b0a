using System.Globalization;
using System.Runtime.CompilerServices;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;

namespace Crucible.Experiments.Imports.Sources;

/// <summary>
/// MLflow's file store, of any release: <c>{experiment}/{run}/{params,tags,metrics}/{key}</c>, deleted experiments below
/// <c>.trash</c>, logged models below <c>{experiment}/models</c>. It may be half written: a program may still be at work on it.
/// </summary>
internal sealed class MlflowStore(string root) : ISource
{
    private const int LongestLine = 2000;
    private const int MostValueBytes = 1 << 20;
    private static readonly HashSet<string> NotRuns = ["artifacts", "datasets", "models", "tags", "traces", "evaluations", ".trash"];

    /// <summary>Where in a folder a store begins: itself, or up to three folders below.</summary>
    public static string? Find(string folder, int depth = 0)
    {
        if (IsStore(folder))
            return folder;
        return depth < 3 ? Inner(folder).Select(inner => Find(inner, depth + 1)).FirstOrDefault(found => found is not null) : null;
    }

    private static bool IsStore(string folder) => Inner(folder).Concat(Inner(Path.Combine(folder, ".trash"))).Any(e =>
        File.Exists(Path.Combine(e, "meta.yaml")) && StoreYaml.Read(Path.Combine(e, "meta.yaml")).Values is { } meta
        && meta.ContainsKey("experiment_id") && meta.ContainsKey("name") && !meta.ContainsKey("run_id"));

    private static IEnumerable<string> Inner(string folder) => Directory.Exists(folder)
        ? new DirectoryInfo(folder).EnumerateDirectories().Where(d => !d.Attributes.HasFlag(FileAttributes.ReparsePoint)).Take(10_000).Select(d => d.FullName)
        : [];

    public async IAsyncEnumerable<SourceExperiment> Experiments(Report report, [EnumeratorCancellation] CancellationToken cancel)
    {
        var tree = new Tree(root, report);
        var live = tree.Folders(root).Where(f => f.Name is not (".trash" or "models")).Select(f => (f, Trashed: false));
        foreach (var (folder, trashed) in live.Concat(tree.Folders(Path.Combine(root, ".trash")).Select(f => (f, Trashed: true))))
        {
            cancel.ThrowIfCancellationRequested();
            if (Meta(tree, folder.FullName, report, "experiment") is not { } meta)
                continue;
            if (!meta.TryGetValue("name", out var name))
            {
                report.Refuse(tree.Name(folder.FullName), 0, "The experiment has no name.", "Write name: … into its meta.yaml.");
                continue;
            }
            var tags = await Values(tree, Path.Combine(folder.FullName, "tags"), report, cancel);
            yield return new(name, tags, trashed || meta.GetValueOrDefault("lifecycle_stage") == "deleted")
            {
                Runs = stop => Runs(tree, folder.FullName, report, stop),
                Models = stop => Models(tree, folder.FullName, report, stop),
            };
        }
    }

    private static Dictionary<string, string>? Meta(Tree tree, string folder, Report report, string of)
    {
        var path = Path.Combine(folder, "meta.yaml");
        if (!File.Exists(path))
        {
            report.Refuse(tree.Name(folder), 0, $"There is no meta.yaml, so this is no {of}.", "It may be half written or no part of the store; restore the file to bring it in.");
            return null;
        }
        var (values, problem) = new FileInfo(path).Attributes.HasFlag(FileAttributes.ReparsePoint) ? (null, "It is a link.") : StoreYaml.Read(path);
        if (values is null)
            report.Refuse(tree.Name(path), 0, problem!, $"Restore the file to bring the {of} in.");
        return values;
    }

    private static async IAsyncEnumerable<SourceRun> Runs(Tree tree, string experiment, Report report, [EnumeratorCancellation] CancellationToken cancel)
    {
        foreach (var folder in tree.Folders(experiment).Where(f => !NotRuns.Contains(f.Name)))
        {
            cancel.ThrowIfCancellationRequested();
            if (Meta(tree, folder.FullName, report, "run") is not { } meta)
                continue;
            var path = folder.FullName;
            var tags = await Values(tree, Path.Combine(path, "tags"), report, cancel);
            var (datasets, modelInputs) = Inputs(tree, experiment, path, report);
            yield return new(meta.GetValueOrDefault("run_id") ?? meta.GetValueOrDefault("run_uuid") ?? folder.Name, meta.GetValueOrDefault("run_name") ?? "", tree.Name(path))
            {
                User = meta.GetValueOrDefault("user_id") ?? "",
                Status = RunStatusWords.FromProtocol(meta.GetValueOrDefault("status")) ?? RunStatus.Running,
                Start = Number(meta.GetValueOrDefault("start_time")) ?? new DateTimeOffset(folder.LastWriteTimeUtc).ToUnixTimeMilliseconds(),
                End = Number(meta.GetValueOrDefault("end_time")),
                Deleted = meta.GetValueOrDefault("lifecycle_stage") == "deleted",
                Params = await Values(tree, Path.Combine(path, "params"), report, cancel),
                Tags = tags,
                Datasets = datasets,
                ModelInputs = modelInputs,
                ModelOutputs = Outputs(tree, path, report),
                Points = stop => Points(tree, Path.Combine(path, "metrics"), report, stop),
                Files = tree.Brought(Path.Combine(path, "artifacts")),
            };
        }
    }

    private static async Task<List<Entry>> Values(Tree tree, string folder, Report report, CancellationToken cancel)
    {
        var values = new List<Entry>();
        foreach (var (key, file) in tree.Files(folder))
            if (file.Length > MostValueBytes)
                report.Refuse(tree.Name(file.FullName), 0, "The value is larger than a megabyte.", "Log it as a file instead.");
            else
                values.Add(new(key, (await File.ReadAllTextAsync(file.FullName, cancel)).TrimEnd('\n', '\r')));
        return values;
    }

    // Lines of "timestamp value" (before MLflow 1.0) or "timestamp value step"; those of a model name their run after them.
    private static async IAsyncEnumerable<SourcePoint> Points(Tree tree, string folder, Report report, [EnumeratorCancellation] CancellationToken cancel)
    {
        foreach (var (key, file) in tree.Files(folder))
        {
            var name = tree.Name(file.FullName);
            await using var content = Tree.Open(file.FullName);
            await foreach (var (number, text) in Lines.Read(content, LongestLine, cancel))
                if (Point(key, text, name, number) is { } point)
                    yield return point;
                else if (text is not { Length: 0 })
                    report.Refuse(name, number, text is null ? "The line is far too long." : $"No point: “{Wording.Cut(text, 80)}”.", "A line holds timestamp, value and step; the program may have ended while it wrote.");
        }
    }

    private static SourcePoint? Point(string key, string? text, string file, long line)
    {
        Span<Range> parts = stackalloc Range[6];
        var count = text.AsSpan().Split(parts, ' ', StringSplitOptions.RemoveEmptyEntries);
        if (count is not (2 or 3 or 5) || !long.TryParse(text.AsSpan(parts[0]), NumberStyles.None, CultureInfo.InvariantCulture, out var at)
            || ProtoNumbers.ToDouble(text.AsSpan(parts[1]).ToString()) is not { } value)
            return null;
        var step = 0L;
        if (count > 2 && !long.TryParse(text.AsSpan(parts[2]), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out step))
            return null;
        return new(key, value, at, step, file, line);
    }

    private static (List<DatasetInput>, List<string>) Inputs(Tree tree, string experiment, string run, Report report)
    {
        var (datasets, models) = (new List<DatasetInput>(), new List<string>());
        foreach (var folder in tree.Folders(Path.Combine(run, "inputs")))
        {
            if (Meta(tree, folder.FullName, report, "input") is not { } link || link.GetValueOrDefault("source_id") is not { } id)
                continue;
            if (link.GetValueOrDefault("source_type") is "MODEL" or "MODEL_INPUT")
                models.Add(id);
            else if (ArtifactPath.TryRead(id, out _, out _) && !id.Contains('/') && Meta(tree, Path.Combine(experiment, "datasets", id), report, "dataset") is { } set)
                datasets.Add(new(new(set.GetValueOrDefault("name") ?? "", set.GetValueOrDefault("digest") ?? "", set.GetValueOrDefault("source_type") ?? "",
                        set.GetValueOrDefault("source") ?? "", set.GetValueOrDefault("schema"), set.GetValueOrDefault("profile")),
                    [.. link.Where(l => l.Key.StartsWith("tags/", StringComparison.Ordinal)).Select(l => new Entry(l.Key[5..], l.Value))]));
        }
        return (datasets, models);
    }

    private static List<(string, long)> Outputs(Tree tree, string run, Report report) =>
        [.. tree.Folders(Path.Combine(run, "outputs")).Select(f => Meta(tree, f.FullName, report, "output"))
            .Where(m => m?.GetValueOrDefault("destination_id") is not null).Select(m => (m!["destination_id"], Number(m.GetValueOrDefault("step")) ?? 0))];

    private static async IAsyncEnumerable<SourceModel> Models(Tree tree, string experiment, Report report, [EnumeratorCancellation] CancellationToken cancel)
    {
        foreach (var folder in tree.Folders(Path.Combine(experiment, "models")))
        {
            if (Meta(tree, folder.FullName, report, "model") is not { } meta || meta.GetValueOrDefault("lifecycle_stage") == "deleted")
                continue;
            yield return new(meta.GetValueOrDefault("model_id") ?? folder.Name, meta.GetValueOrDefault("name") ?? "", tree.Name(folder.FullName))
            {
                Type = meta.GetValueOrDefault("model_type"),
                RunId = meta.GetValueOrDefault("source_run_id"),
                Status = ModelStatus(meta.GetValueOrDefault("status")),
                Created = Number(meta.GetValueOrDefault("creation_timestamp")) ?? 0,
                Params = await Values(tree, Path.Combine(folder.FullName, "params"), report, cancel),
                Tags = await Values(tree, Path.Combine(folder.FullName, "tags"), report, cancel),
                Files = tree.Brought(Path.Combine(folder.FullName, "artifacts")),
            };
        }
    }

    internal static string ModelStatus(string? status) => status switch
    {
        "1" or "LOGGED_MODEL_PENDING" => "LOGGED_MODEL_PENDING",
        "3" or "LOGGED_MODEL_UPLOAD_FAILED" => "LOGGED_MODEL_UPLOAD_FAILED",
        _ => "LOGGED_MODEL_READY",
    };

    private static long? Number(string? text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}
