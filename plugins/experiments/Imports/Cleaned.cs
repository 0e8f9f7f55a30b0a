using System.Text;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Imports.Sources;

namespace Crucible.Experiments.Imports;

/// <summary>Brings what a source holds under the rules of what may be logged; what cannot be is reported and left out.</summary>
internal sealed class Cleaned(Report report)
{
    private const string KeyMend = "Rename it in the source: letters, digits, _ - . : / and spaces, at most 250 characters.";

    /// <summary>Entries with keys and values that can be kept, each key once.</summary>
    public List<Entry> Entries(IReadOnlyList<Entry> entries, string file, string what, bool tags)
    {
        var kept = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in entries)
        {
            var clean = value.Replace('\0', '\u2400');
            var text = "";
            var name = Key(key);
            if (name is null || (tags ? Limits.CheckTagValue(clean, out text) : Limits.CheckParamValue(clean, out text)) is not null)
                report.Refuse(file, 0, $"The {what} “{Wording.Cut(key, 100)}” has a name that cannot be kept.", KeyMend);
            else if (!kept.TryAdd(name, text))
                report.Refuse(file, 0, $"The {what} “{Wording.Cut(key, 100)}” is there twice.", "The first one was taken.");
            else if (Wording.Length(value) > (tags ? Limits.TagValue : Limits.ParamValue))
                report.Refuse(file, 0, $"The value of the {what} “{Wording.Cut(key, 100)}” has {Wording.Length(value):N0} characters.", "Its beginning was taken. Log long texts as files.");
        }
        return [.. kept.Select(k => new Entry(k.Key, k.Value))];
    }

    /// <summary>Datasets that can be kept.</summary>
    public List<DatasetInput> Datasets(IReadOnlyList<DatasetInput> inputs, string file)
    {
        var kept = new List<DatasetInput>();
        foreach (var input in inputs)
            if (DatasetLimits.Check(input.Dataset.Name, input.Dataset.Digest, input.Dataset.SourceType, input.Dataset.Source, input.Dataset.Schema, input.Dataset.Profile, "dataset") is { } wrong)
                report.Refuse(file, 0, $"A dataset cannot be kept: {wrong.Message}", "Correct it in the source.");
            else
                kept.Add(input with { Tags = [.. input.Tags.Where(t => DatasetLimits.CheckTag(t.Key, t.Value, "tag") is null).DistinctBy(t => t.Key)] });
        return kept;
    }

    /// <summary>A name that may be kept: as it is, or with <c>_</c> in place of what may not stand in it; null when nothing helps.</summary>
    public static string? Key(string key)
    {
        if (Limits.CheckKey(key) is null)
            return key;
        var mended = new StringBuilder(key.Length);
        foreach (var rune in key.EnumerateRunes())
            mended.Append(Rune.IsLetterOrDigit(rune) || Rune.IsNumber(rune) || rune.Value is '_' or '-' or '.' or ' ' or ':' or '/' ? rune : new Rune('_'));
        var posix = Posix.Normal(mended.ToString().TrimStart('/'));
        return Limits.CheckKey(posix) is null ? posix : null;
    }

    /// <summary>A run's name, cut where it is too long.</summary>
    public static string Name(SourceRun run, IReadOnlyList<Entry> tags)
    {
        var name = tags.FirstOrDefault(t => t.Key == Run.NameTag).Value is { Length: > 0 } tagged ? tagged : run.Name;
        name = Wording.Whole(Wording.CutCharacters(name.Replace('\0', '\u2400').Trim(), Limits.RunName));
        return name.Length > 0 ? name : Wording.Cut(run.Id, 100);
    }
}

/// <summary>The metrics of one run: their names as they are kept, and their points as they may be.</summary>
internal sealed class PointRules(Report report)
{
    private readonly Dictionary<string, string?> _names = new(StringComparer.Ordinal);
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    /// <summary>The point as it is kept; null when it cannot be, which is reported: once for a name, else for the line.</summary>
    public MetricPoint? Keep(in SourcePoint point)
    {
        if (!_names.TryGetValue(point.Key, out var name))
            _names[point.Key] = name = Name(point);
        if (name is null)
            return null;
        if (point.At >= 0)
            return new(name, MetricPoint.Stored(point.Value), point.At, point.Step);
        report.Refuse(point.File, point.Line, "The time lies before 1970.", "Times are milliseconds since 1970.");
        return null;
    }

    private string? Name(in SourcePoint point)
    {
        var name = Cleaned.Key(point.Key);
        if (name is null || !_taken.Add(name))
        {
            report.Refuse(point.File, 0, name is null ? $"The metric “{Wording.Cut(point.Key, 100)}” has a name that cannot be kept." : $"The metric “{Wording.Cut(point.Key, 100)}” would have the same name as another.",
                "Rename it in the source: letters, digits, _ - . : / and spaces, at most 250 characters.");
            return null;
        }
        if (name != point.Key)
            report.Refuse(point.File, 0, $"The metric “{Wording.Cut(point.Key, 100)}” is called “{Wording.Cut(name, 100)}” here.", "Nothing is lost; names hold letters, digits, _ - . : / and spaces.");
        return name;
    }
}
