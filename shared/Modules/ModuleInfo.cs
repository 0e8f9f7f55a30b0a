using System.Text.RegularExpressions;

namespace Crucible.Modules;

/// <summary>The identity card of a plugin.</summary>
/// <param name="Id">
/// Lower-case letters and digits, 2 to 40 characters, beginning with a letter. It is the plugin's folder, schema, URL,
/// asset and permission prefix.
/// </param>
/// <param name="Title">What people read, 1 to 60 characters.</param>
/// <param name="Version">The plugin's own version, as in semantic versioning: <c>1.4.0</c>.</param>
/// <param name="Sdk">The SDK versions it runs on, as a version range: <c>[1.0,2.0)</c>.</param>
public sealed partial record ModuleInfo(string Id, string Title, string Version, string Sdk = "[1.0,2.0)")
{
    /// <summary>The version of this SDK. Plugins state in <see cref="Sdk"/> which ones they accept.</summary>
    public const string SdkVersion = "1.0.0";

    /// <summary>Ids of the plugins that must be loaded before this one and whose public types it may use.</summary>
    public IReadOnlyList<string> Requires { get; init; } = [];

    /// <summary>One sentence for the admin page; may be empty.</summary>
    public string Description { get; init; } = "";

    /// <summary>Every rule of this record that is broken, in words; empty when there is none.</summary>
    public IEnumerable<string> Faults()
    {
        if (!IdPattern().IsMatch(Id ?? ""))
            yield return $"The id '{Id}' must be 2 to 40 lower-case letters or digits and begin with a letter.";
        if (Id is "crucible" or "public" or "pg_catalog" or "admin" or "api" or "assets" or "live" or "ui" or "account")
            yield return $"The id '{Id}' is reserved by the host.";
        if (string.IsNullOrWhiteSpace(Title) || Title.Length > 60)
            yield return "The title must have 1 to 60 characters.";
        if (string.IsNullOrWhiteSpace(Version))
            yield return "The version is missing.";
        if (string.IsNullOrWhiteSpace(Sdk))
            yield return "The SDK range is missing.";
    }

    [GeneratedRegex("^[a-z][a-z0-9]{1,39}$")]
    private static partial Regex IdPattern();
}
