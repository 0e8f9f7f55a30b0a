using System.Globalization;
using System.Text.RegularExpressions;

namespace Crucible.Experiments.Domain;

/// <summary>Which files of a run are checkpoints, and of which step.</summary>
public static partial class CheckpointPath
{
    private static readonly string[] Weights = [".ckpt", ".pt", ".pth", ".safetensors", ".keras", ".h5", ".orbax", ".pdparams", ".msgpack"];
    private static readonly string[] Beside = [".json", ".txt", ".yaml", ".yml", ".log", ".md", ".csv"];

    /// <summary>
    /// The checkpoint that a file belongs to; null for a file of none. A folder <c>checkpoint-500</c> is one with all that is in
    /// it, so is each folder or file in a folder <c>checkpoints</c>; elsewhere a file of weights is one by its ending.
    /// </summary>
    /// <param name="path">The path of a file, relative to its run.</param>
    public static string? Of(string path)
    {
        var parts = path.Split('/');
        for (var i = 0; i < parts.Length - 1; i++)
        {
            if (Numbered().IsMatch(parts[i]))
                return string.Join('/', parts[..(i + 1)]);
            if (Folder().IsMatch(parts[i]))
                return i + 2 < parts.Length || !Ends(path, Beside) ? string.Join('/', parts[..(i + 2)]) : null;
        }
        return Ends(path, Weights) ? path : null;
    }

    /// <summary>The step in the name of a checkpoint: what stands behind <c>step</c>, <c>checkpoint</c> or <c>iter</c>, else its last number unless that is an epoch. Null when it says none.</summary>
    /// <param name="checkpoint">Its path.</param>
    public static long? Step(string checkpoint)
    {
        var name = checkpoint[(checkpoint.LastIndexOf('/') + 1)..];
        if (Ends(name, Weights))
            name = name[..name.LastIndexOf('.')];
        var said = Stepped().Match(name);
        if (!said.Success && Epoch().IsMatch(name))
            return null;
        var digits = said.Success ? said.Groups[1].Value : Digits().Matches(name).LastOrDefault()?.Value;
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var step) ? step : null;
    }

    private static bool Ends(string path, string[] endings) => endings.Any(e => path.EndsWith(e, StringComparison.OrdinalIgnoreCase));

    [GeneratedRegex(@"\A(checkpoint|ckpt)[-_.]?\d+\z", RegexOptions.IgnoreCase)]
    private static partial Regex Numbered();

    [GeneratedRegex(@"\A(checkpoints?|ckpts?)([-_].*)?\z", RegexOptions.IgnoreCase)]
    private static partial Regex Folder();

    [GeneratedRegex(@"(?:step|checkpoint|ckpt|iter(?:ation)?)s?[-_=.]?(\d+)", RegexOptions.IgnoreCase)]
    private static partial Regex Stepped();

    [GeneratedRegex(@"epoch[-_=.]?\d+", RegexOptions.IgnoreCase)]
    private static partial Regex Epoch();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Digits();
}
