using System.Text.Json;

namespace Crucible.Host.Audit;

/// <summary>One value of an audit line, before and after.</summary>
/// <param name="Name">What the value is called.</param>
/// <param name="Before">As it was; null where it was not there.</param>
/// <param name="After">As it is; null where it is gone.</param>
internal sealed record ValueChange(string Name, string? Before, string? After)
{
    /// <summary>The values of two JSON objects side by side, those that are alike in both left out.</summary>
    public static IReadOnlyList<ValueChange> Between(string? before, string? after)
    {
        var (was, now) = (Values(before), Values(after));
        return [.. was.Keys.Union(now.Keys).Select(name => new ValueChange(name, was.GetValueOrDefault(name), now.GetValueOrDefault(name))).Where(c => c.Before != c.After)];
    }

    private static Dictionary<string, string?> Values(string? json)
    {
        if (json is null)
            return [];
        using var document = JsonDocument.Parse(json);
        return document.RootElement.ValueKind == JsonValueKind.Object
            ? document.RootElement.EnumerateObject().Where(p => p.Value.ValueKind != JsonValueKind.Null).ToDictionary(p => p.Name, p => (string?)Words(p.Value))
            : new() { ["value"] = document.RootElement.ToString() };
    }

    // Moments to the second, as people read them; yes and no instead of a program's words.
    private static string Words(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => "yes",
        JsonValueKind.False => "no",
        JsonValueKind.String when value.GetString() is { Length: > 18 } text && value.TryGetDateTimeOffset(out var at) && text[10] == 'T' => Ui.Text.Durations.Full(at),
        _ => value.ToString(),
    };
}
