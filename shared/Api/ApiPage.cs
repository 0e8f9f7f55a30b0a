using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;

namespace Crucible.Api;

/// <summary>Which page was asked for: by number, or behind a cursor.</summary>
/// <param name="Number">From 1; 1 by cursor.</param>
/// <param name="Size">1 to <see cref="Most"/>.</param>
/// <param name="After">What the cursor says of the last row that was seen: empty for the first page; null when paged by number.</param>
public sealed record ApiPage(int Number, int Size, IReadOnlyList<string?>? After)
{
    /// <summary>Rows of a page when nothing is said.</summary>
    public const int Usual = 25;

    /// <summary>Rows of a page at most.</summary>
    public const int Most = 100;

    /// <summary>Whether it is walked by cursor.</summary>
    public bool ByCursor => After is not null;

    /// <summary>How many rows stand before it.</summary>
    public long Skip => (long)(Number - 1) * Size;

    /// <summary>The cursor behind a row: the order, then the row's values in it and its id.</summary>
    public static string Behind(params string?[] row) => WebEncoders.Base64UrlEncode(JsonSerializer.SerializeToUtf8Bytes(row));

    /// <summary>422: a cursor that no page gave.</summary>
    public static ApiError Broken() => ApiError.Invalid("cursor", "is none that a page of this order gave. Begin anew with cursor= and nothing behind it.");

    internal static ApiError? Read(ApiCall call, string sort, out ApiPage page)
    {
        page = new(1, Usual, null);
        var errors = new List<KeyValuePair<string, string[]>>();
        var number = Whole("page", 1, int.MaxValue, 1);
        var size = Whole("per_page", 1, Most, Usual);
        IReadOnlyList<string?>? after = call.Doc.Numbered ? null : [];
        if (call.Query("cursor") is { } cursor)
        {
            if (call.Query("page") is not null)
                errors.Add(new("page", ["does not go with cursor. Send one of them."]));
            after = cursor.Length == 0 ? [] : Decode(cursor);
            if (after is null || (cursor.Length > 0 && (after.Count < 2 || after[0] != sort)))
                return Broken();
        }
        page = new(number, size, after is { Count: > 0 } ? [.. after.Skip(1)] : after);
        return errors.Count > 0 ? ApiError.Invalid(errors) : null;

        int Whole(string name, int least, int most, int usual)
        {
            if (call.Query(name) is not { } text)
                return usual;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most)
                return value;
            errors.Add(new(name, [$"must be a whole number, {least} to {most}."]));
            return usual;
        }
    }

    private static string?[]? Decode(string cursor)
    {
        try
        {
            return JsonSerializer.Deserialize<string?[]>(WebEncoders.Base64UrlDecode(cursor));
        }
        catch (Exception wrong) when (wrong is FormatException or JsonException)
        {
            return null;
        }
    }
}
