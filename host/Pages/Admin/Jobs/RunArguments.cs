using System.Text.Json;

namespace Crucible.Host.Pages.Admin.Jobs;

/// <summary>Arguments as a page lists them; of a row written by hand, whatever it holds.</summary>
internal static class RunArguments
{
    public static IReadOnlyList<(string Name, string Value)> Read(string? json)
    {
        if (json is null)
            return [];
        using var document = JsonDocument.Parse(json);
        return document.RootElement.ValueKind == JsonValueKind.Object
            ? [.. document.RootElement.EnumerateObject().Select(p => (p.Name, p.Value.ToString()))] : [("", document.RootElement.ToString())];
    }
}
