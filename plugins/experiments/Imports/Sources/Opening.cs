namespace Crucible.Experiments.Imports.Sources;

/// <summary>A source that is open, and what it is in words.</summary>
internal sealed record Opened(ISource Source, string Kind)
{
    /// <summary>For a table: its columns and what each becomes.</summary>
    public IReadOnlyList<Column> Columns { get; init; } = [];
}

/// <summary>Finds out what somebody brought.</summary>
internal static class Opening
{
    private const string Taken = "A store of MLflow (the folder mlruns, or a zip or tar.gz of it), a CSV or JSONL of runs, or event files of TensorBoard can be brought in.";

    /// <summary>Opens a file or a folder.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="name">What it is called, which decides what a file is.</param>
    /// <param name="at">A folder for what is unpacked; taken away by the caller.</param>
    /// <param name="limits">What an archive may hold.</param>
    /// <param name="settings">How a table is read.</param>
    /// <param name="report">Gets what of an archive is not taken.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ImportFault">It is nothing that can be brought in.</exception>
    public static async Task<Opened> Open(string path, string name, string at, ImportLimits limits, Settings settings, Report report, CancellationToken cancel)
    {
        if (Directory.Exists(path))
            return await Folder(path, name, settings, cancel) ?? throw new ImportFault($"There is nothing in {name} that could be brought in. {Taken}");
        if (!Unpack.IsZip(name) && !Unpack.IsTar(name))
            return await File(path, name, settings, cancel) ?? throw new ImportFault($"{name} is of no kind that could be brought in. {Taken}");
        Directory.CreateDirectory(at);
        await using (var archive = Tree.Open(path))
            await new Unpack(at, limits, report).Run(archive, name, cancel);
        return await Folder(at, name, settings, cancel) ?? throw new ImportFault($"There is nothing in {name} that could be brought in. {Taken}");
    }

    private static async Task<Opened?> Folder(string folder, string name, Settings settings, CancellationToken cancel)
    {
        if (MlflowStore.Find(folder) is { } store)
            return new(new MlflowStore(store), "MLflow file store");
        if (EventFiles.Any(folder))
            return new(new EventFiles(folder, Title(name)), "TensorBoard event files");
        string[] inside = [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Take(2)];
        return inside is [var only] ? await File(only, Path.GetFileName(only), settings, cancel) : null;
    }

    private static async Task<Opened?> File(string path, string name, Settings settings, CancellationToken cancel)
    {
        if (EventFiles.IsOne(name))
            return new(new EventFiles(path, Title(name)), "TensorBoard event file");
        var table = Path.GetExtension(name).ToLowerInvariant() switch
        {
            ".csv" or ".tsv" => (ITable)new CsvTable(path, name),
            ".jsonl" or ".ndjson" => new JsonTable(path, name),
            _ => null,
        };
        if (table is null)
            return null;
        var columns = await Columns.Guess(table, settings.Columns, cancel);
        return new(new RunTable(table, columns, Title(name)), table.Kind) { Columns = columns };
    }

    /// <summary>What an experiment is called whose source names none.</summary>
    private static string Title(string name)
    {
        foreach (var end in (string[])[".tar.gz", ".tgz", ".tar", ".zip", ".csv", ".tsv", ".jsonl", ".ndjson"])
            if (name.EndsWith(end, StringComparison.OrdinalIgnoreCase) && name.Length > end.Length)
                return name[..^end.Length];
        return EventFiles.IsOne(name) ? "TensorBoard" : name;
    }
}
