using System.Text.Json;
using Crucible.People;

namespace Crucible.Host.People;

/// <summary>Where the islands of a page keep how somebody likes it. The body is the value as JSON; an empty one forgets it.</summary>
internal static class Settings
{
    public static async Task<IResult> Set(string name, HttpContext http, SettingStore settings)
    {
        // A token acts for a program, which has no tastes.
        if (Access.Of(http) is not { Credential: { Kind: CredentialKind.Session, PersonId: var person } })
            return Results.Forbid();
        using var reader = new StreamReader(http.Request.Body);
        var buffer = new char[SettingStore.MostCharacters + 1];
        var length = await reader.ReadBlockAsync(buffer, http.RequestAborted);
        var json = length == 0 ? null : new string(buffer, 0, length);
        if (length > SettingStore.MostCharacters || !IsJson(json) || !await settings.SetJson(person, name, json, http.RequestAborted))
            return Results.Problem($"A setting has a name of lower-case words and a JSON value of at most {SettingStore.MostCharacters} characters; a person has at most {SettingStore.MostNames}.", statusCode: StatusCodes.Status422UnprocessableEntity);
        return Results.NoContent();
    }

    // PostgreSQL keeps no U+0000 in jsonb.
    private static bool IsJson(string? json)
    {
        if (json is null)
            return true;
        try
        {
            using var _ = JsonDocument.Parse(json);
            return !json.Contains("\\u0000", StringComparison.OrdinalIgnoreCase) && !json.Contains('\0', StringComparison.Ordinal);
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
