using System.Globalization;
using System.Text.RegularExpressions;
using Crucible.Experiments.Data;
using Crucible.Experiments.Tracking;
using Crucible.Files;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Experiments.Fragments.Panels;

/// <summary>Pictures that runs logged, a row for each run and a column for each step.</summary>
internal static partial class ImageKind
{
    private const int MostRuns = 8;
    private const int MostSteps = 12;
    private const int MostFiles = 5000;

    public static PanelKind Kind { get; } = new("images", "Images by step", "board", Draw)
    {
        Fields = [new("key", "Images", PanelFieldType.Text) { Note = "The key of log_image, such as samples; or a path in which a * stands for the step, such as out/epoch-*.png." }],
    };

    private static async Task<PanelDrawing?> Draw(PanelRequest request, CancellationToken cancel)
    {
        if (request.Panel.Setting("key") is not { Length: > 0 and <= 300 } key)
            return null;
        var files = request.Services.GetRequiredService<IFileStore>();
        var rows = new List<ImageRow>();
        foreach (var run in request.Runs.Shown.Take(MostRuns))
            rows.Add(new(run.Run.RunId, run.Run.Name, run.Look, await Find(files, run.Run, key, cancel)));
        var steps = rows.SelectMany(r => r.Images.Keys).Distinct().Order().ToList();
        var shown = steps.Count <= MostSteps ? steps : [.. Enumerable.Range(0, MostSteps).Select(i => steps[(int)((long)i * (steps.Count - 1) / (MostSteps - 1))]).Distinct()];
        return new(typeof(ImagePanel), (nameof(ImagePanel.Request), request), (nameof(ImagePanel.Key), key), (nameof(ImagePanel.Rows), (IReadOnlyList<ImageRow>)[.. rows.Where(r => r.Images.Count > 0)]),
            (nameof(ImagePanel.Steps), shown), (nameof(ImagePanel.AllSteps), steps.Count), (nameof(ImagePanel.MoreRuns), Math.Max(0, request.Runs.Shown.Count - MostRuns)));
    }

    private static async Task<IReadOnlyDictionary<long, string>> Find(IFileStore files, RunRow run, string key, CancellationToken cancel)
    {
        var pattern = key.Contains('*', StringComparison.Ordinal);
        var folder = pattern ? key[..Math.Max(0, key.LastIndexOf('/'))] : "images";
        if (folder.Contains('*', StringComparison.Ordinal) || (folder.Length > 0 && !FilePath.IsSafe(folder)))
            return new Dictionary<long, string>();
        var root = ArtifactPlace.Of(run);
        var found = new Dictionary<long, string>();
        var name = pattern ? key[(folder.Length == 0 ? 0 : folder.Length + 1)..] : key.Replace('/', '#');
        foreach (var file in (await files.List(folder.Length == 0 ? root : $"{root}/{folder}", cancel) ?? []).Where(f => !f.IsFolder && Picture().IsMatch(f.Name)).Take(MostFiles))
            if ((pattern ? Numbered(file.Name, name) : Stepped(file.Name, name)) is { } step)
                found[step] = folder.Length == 0 ? file.Name : $"{folder}/{file.Name}";
        return found;
    }

    // As clients name what log_image(key, step) gives them: key%step%3%timestamp%1795183890954%uuid.png, newer ones with + for %.
    // The compressed copy that they store beside each, .webp, is as good and smaller; whichever comes last is taken.
    private static long? Stepped(string file, string key) =>
        SteppedName().Match(file) is { Success: true } match && match.Groups["key"].Value == key && long.TryParse(match.Groups["step"].Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var step) ? step : null;

    private static long? Numbered(string file, string pattern)
    {
        var star = pattern.IndexOf('*', StringComparison.Ordinal);
        var (before, after) = (pattern[..star], pattern[(star + 1)..]);
        return file.Length >= before.Length + after.Length && file.StartsWith(before, StringComparison.Ordinal) && file.EndsWith(after, StringComparison.Ordinal)
            && long.TryParse(file[before.Length..^after.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var step) ? step : null;
    }

    [GeneratedRegex(@"\.(png|jpe?g|gif|webp)\z", RegexOptions.IgnoreCase)]
    private static partial Regex Picture();

    [GeneratedRegex(@"\A(?<key>.+)(?<sign>[%+])step\k<sign>(?<step>-?[0-9]+)\k<sign>timestamp\k<sign>[0-9]+\k<sign>.+\z")]
    private static partial Regex SteppedName();
}

/// <summary>The pictures of a run, by step.</summary>
public sealed record ImageRow(Guid RunId, string Name, int Look, IReadOnlyDictionary<long, string> Images);
