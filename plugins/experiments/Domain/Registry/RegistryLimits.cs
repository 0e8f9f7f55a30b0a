using System.Text.RegularExpressions;
using Crucible.Experiments.Domain.Protocol;

namespace Crucible.Experiments.Domain.Registry;

/// <summary>What may stand in the model registry. Each rule answers the refusal, or null where there is nothing against it.</summary>
public static partial class RegistryLimits
{
    /// <summary>Characters of a registered model's name.</summary>
    public const int Name = 256;

    /// <summary>Characters of an alias.</summary>
    public const int Alias = 255;

    /// <summary>Characters of a description.</summary>
    public const int Description = 5000;

    /// <summary>Characters of a tag's value.</summary>
    public const int TagValue = 100_000;

    /// <summary>Characters of a source, a location or a link.</summary>
    public const int Source = 2048;

    /// <summary>Characters of the settings of an adapter, as JSON.</summary>
    public const int Adapter = 20_000;

    /// <summary>Registered models on one page of a search.</summary>
    public const int SearchedModels = 1000;

    /// <summary>Versions on one page of a search.</summary>
    public const int SearchedVersions = 200_000;

    /// <summary>
    /// Whether a model may have this name. A slash or a colon is refused: <c>models:/name/3</c> and <c>models:/name@alias</c>
    /// could not name it.
    /// </summary>
    public static ProtocolError? CheckName(string? name, string path = "name") =>
        Limits.CheckText(name, path, Name, required: true)
        ?? (name!.AsSpan().IndexOfAny('/', ':') >= 0 ? Limits.Refuse(path, name!, "A registered model's name holds no slash (/) and no colon (:).") : null);

    /// <summary>Whether a version may have this alias.</summary>
    public static ProtocolError? CheckAlias(string alias)
    {
        if (Limits.CheckText(alias, "alias", Alias, required: true) is { } refusal)
            return refusal;
        if (!AliasForm().IsMatch(alias))
            return Limits.Refuse("alias", alias, "An alias has letters, digits, underscores and dashes.");
        return alias.Equals("latest", StringComparison.OrdinalIgnoreCase) || VersionForm().IsMatch(alias)
            ? ProtocolError.Invalid($"The alias '{alias}' is reserved: 'latest' and 'v1' already mean a version.")
            : null;
    }

    /// <summary>Reads the number of a version, which clients send as text.</summary>
    public static ProtocolError? ReadVersion(string text, out int version) =>
        int.TryParse(text, out version) && version > 0 ? null : ProtocolError.Wrong("version", $"\"{text}\"", "the number of a version is wanted, such as 3.");

    /// <summary>A stage as it is written, for one in any case; null when there is none like that.</summary>
    public static string? Stage(string word) => Array.Find(Stages, s => s.Equals(word, StringComparison.OrdinalIgnoreCase));

    /// <summary>All stages. Newer clients use aliases instead.</summary>
    public static readonly string[] Stages = ["None", "Staging", "Production", "Archived"];

    [GeneratedRegex(@"\A[\w\-]+\z")]
    private static partial Regex AliasForm();

    [GeneratedRegex(@"\A[vV]\d+\z")]
    private static partial Regex VersionForm();
}
