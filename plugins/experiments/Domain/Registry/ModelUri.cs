using System.Text.RegularExpressions;

namespace Crucible.Experiments.Domain.Registry;

/// <summary>What <c>models:/…</c> names: a logged model by its id, or a version of a registered one by number or alias.</summary>
/// <param name="LoggedModelId">The id of a logged model.</param>
/// <param name="Name">The name of a registered model.</param>
/// <param name="Version">The number of its version.</param>
/// <param name="Alias">The alias of its version.</param>
public sealed partial record ModelUri(string? LoggedModelId, string? Name, int? Version, string? Alias)
{
    /// <summary>Reads <c>models:/m-0123…</c>, <c>models:/name/3</c> and <c>models:/name@alias</c>; null for anything else.</summary>
    public static ModelUri? Read(string uri)
    {
        if (Form().Match(uri) is not { Success: true } match)
            return null;
        var name = Uri.UnescapeDataString(match.Groups["name"].Value);
        if (match.Groups["alias"] is { Success: true, Value: var alias })
            return new(null, name, null, alias);
        if (match.Groups["version"] is { Success: true, Value: var number })
            return int.TryParse(number, out var version) ? new(null, name, version, null) : null;
        return new(name, null, null, null);
    }

    [GeneratedRegex(@"\Amodels:/+(?<name>[^/@]+)(?:/(?<version>[0-9]+)|@(?<alias>[\w\-]+))?/?\z")]
    private static partial Regex Form();
}
