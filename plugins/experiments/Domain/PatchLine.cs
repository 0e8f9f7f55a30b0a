using System.Globalization;
using System.Text.RegularExpressions;

namespace Crucible.Experiments.Domain;

/// <summary>A line of a unified diff.</summary>
/// <param name="Kind"><c>same</c>, <c>del</c>, <c>ins</c>, or <c>hunk</c> for a line that says where the next ones are.</param>
/// <param name="Text">Without its sign.</param>
/// <param name="Old">Its number before; null for one that came.</param>
/// <param name="New">Its number after; null for one that went.</param>
public sealed record PatchLine(string Kind, string Text, int? Old, int? New);

/// <summary>What a patch does to one file.</summary>
/// <param name="Name">The file.</param>
/// <param name="Lines">Its lines.</param>
public sealed partial record PatchFile(string Name, IReadOnlyList<PatchLine> Lines)
{
    private const int MostLines = 20_000;

    /// <summary>How many lines came.</summary>
    public int Added => Lines.Count(l => l.Kind == "ins");

    /// <summary>How many went.</summary>
    public int Removed => Lines.Count(l => l.Kind == "del");

    /// <summary>Reads a unified diff, as git writes it. What is none becomes one file of plain lines.</summary>
    public static IReadOnlyList<PatchFile> Read(string patch)
    {
        var files = new List<(string Name, List<PatchLine> Lines)>();
        var (before, after, left, right, count) = (0, 0, 0, 0, 0);
        foreach (var line in patch.ReplaceLineEndings("\n").Split('\n'))
        {
            if (count++ > MostLines)
                break;
            // Also where a patch was cut, or edited by hand.
            if ((left <= 0 && right <= 0) || (line.Length > 0 && line[0] is not (' ' or '+' or '-' or '\\')))
            {
                (left, right) = (0, 0);
                if (line.StartsWith("diff ", StringComparison.Ordinal))
                    files.Add((Renamed().Match(line) is { Success: true } git ? git.Groups[1].Value : line[5..], []));
                else if (line.StartsWith("+++ ", StringComparison.Ordinal) && Named(line) is { } name && files.Count > 0 && files[^1].Lines.Count == 0)
                    files[^1] = (name, []);
                else if (line.StartsWith("--- ", StringComparison.Ordinal) && (files.Count == 0 || files[^1].Lines.Count > 0))
                    files.Add((Named(line) ?? "", []));
                else if (Hunk().Match(line) is { Success: true } hunk)
                {
                    if (files.Count == 0)
                        files.Add(("", []));
                    (before, left) = (Number(hunk.Groups[1]), hunk.Groups[2].Success ? Number(hunk.Groups[2]) : 1);
                    (after, right) = (Number(hunk.Groups[3]), hunk.Groups[4].Success ? Number(hunk.Groups[4]) : 1);
                    files[^1].Lines.Add(new("hunk", line, null, null));
                }
                else if (line.Length > 0 && files.Count == 0)
                    files.Add(("", [new("same", line, null, null)]));
                else if (line.Length > 0 && !Header().IsMatch(line))
                    files[^1].Lines.Add(new("same", line, null, null));
                continue;
            }
            var text = line.Length > 0 ? line[1..] : "";
            // "\ No newline at end of file" stands for nothing.
            if (line.StartsWith('\\'))
                continue;
            var kind = line.StartsWith('+') ? "ins" : line.StartsWith('-') ? "del" : "same";
            files[^1].Lines.Add(new(kind, text, kind == "ins" ? null : before++, kind == "del" ? null : after++));
            left -= kind == "ins" ? 0 : 1;
            right -= kind == "del" ? 0 : 1;
        }
        return [.. files.Where(f => f.Lines.Count > 0 || f.Name.Length > 0).Select(f => new PatchFile(f.Name, f.Lines))];
    }

    private static string? Named(string line)
    {
        var name = line[4..].Split('\t')[0].Trim();
        return name == "/dev/null" ? null : name.StartsWith("a/", StringComparison.Ordinal) || name.StartsWith("b/", StringComparison.Ordinal) ? name[2..] : name;
    }

    private static int Number(Group group) => int.TryParse(group.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    [GeneratedRegex(@"\A@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")]
    private static partial Regex Hunk();

    [GeneratedRegex(@"\Adiff --git a/.* b/(.*)\z")]
    private static partial Regex Renamed();

    [GeneratedRegex(@"\A(index |new file|deleted file|old mode|new mode|similarity|rename |copy |--- |\+\+\+ |Binary |\\ )")]
    private static partial Regex Header();
}
