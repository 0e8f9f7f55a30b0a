using System.Runtime.CompilerServices;
using Crucible.Experiments.Domain;

namespace Crucible.Experiments.Imports.Sources;

/// <summary>TensorBoard's event files: a folder with some is a run, their scalars its metrics.</summary>
internal sealed class EventFiles(string path, string title) : ISource
{
    /// <summary>Whether a file has such a name.</summary>
    public static bool IsOne(string name) => Path.GetFileName(name).Contains("tfevents", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a folder holds one, at any depth.</summary>
    public static bool Any(string folder) => Directory.EnumerateFiles(folder, "*tfevents*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }).Any();

    public async IAsyncEnumerable<SourceExperiment> Experiments(Report report, [EnumeratorCancellation] CancellationToken cancel)
    {
        await Task.CompletedTask;
        yield return new(title, [], false) { Runs = stop => Runs(report, stop) };
    }

    private async IAsyncEnumerable<SourceRun> Runs(Report report, [EnumeratorCancellation] CancellationToken cancel)
    {
        var isFile = File.Exists(path);
        var tree = new Tree(isFile ? Path.GetDirectoryName(path)! : path, report);
        var found = isFile ? [(Path: Path.GetFileName(path), File: new FileInfo(path))] : tree.Files(path).Where(f => IsOne(f.Path));
        var folder = new List<(string Path, FileInfo File)>();
        foreach (var one in found)
        {
            if (folder.Count > 0 && Folder(folder[0].Path) != Folder(one.Path))
            {
                yield return await Run(tree, [.. folder], report, cancel);
                folder.Clear();
            }
            folder.Add(one);
        }
        if (folder.Count > 0)
            yield return await Run(tree, [.. folder], report, cancel);
    }

    private static string Folder(string file) => Path.GetDirectoryName(file)!.Replace('\\', '/');

    private async Task<SourceRun> Run(Tree tree, (string Path, FileInfo File)[] files, Report report, CancellationToken cancel)
    {
        var began = 0L;
        await using (var first = Tree.Open(files[0].File.FullName))
            await foreach (var (one, _) in EventFrames.Read(first, "", new Report(), cancel))
                if (ScalarEvents.Begin(one) is { } at)
                {
                    began = at;
                    break;
                }
        var name = Folder(files[0].Path) is { Length: > 0 } inner ? inner : title;
        return new($"events:{name}:{began}", name, name)
        {
            // Files of a folder may stand apart in its listing, with those of folders in it between them.
            Continues = true,
            Start = began,
            Status = RunStatus.Completed,
            Points = stop => Points(tree, files, report, stop),
        };
    }

    private static async IAsyncEnumerable<SourcePoint> Points(Tree tree, (string Path, FileInfo File)[] files, Report report, [EnumeratorCancellation] CancellationToken cancel)
    {
        foreach (var (_, file) in files)
        {
            var name = tree.Name(file.FullName);
            var scalars = new ScalarEvents(name, report);
            await using var content = Tree.Open(file.FullName);
            await foreach (var (one, number) in EventFrames.Read(content, name, report, cancel))
                foreach (var point in scalars.Read(one, number))
                    yield return point;
        }
    }
}
