using System.Globalization;
using Crucible.Api;
using Crucible.Experiments.Data;

namespace Crucible.Experiments.Api;

/// <summary>Cursors as keys of lists.</summary>
internal static class Cursors
{
    /// <summary>The row that a cursor names: null for the first page; a refusal when no page of ours gave it.</summary>
    /// <param name="call">The call.</param>
    /// <param name="number">Whether the sorted column holds whole numbers.</param>
    /// <param name="id">Reads the id.</param>
    /// <param name="after">The row.</param>
    public static ApiError? Read<TId>(this ApiCall call, bool number, Func<string, TId?> id, out ListKey<TId>? after) where TId : struct
    {
        after = null;
        if (call.Page.After is not { Count: > 0 } parts)
            return null;
        if (parts is not [var value, { } time, { } last] || Whole(time) is not { } at || id(last) is not { } row)
            return ApiPage.Broken();
        if (value is not null && number && Whole(value) is null)
            return ApiPage.Broken();
        after = new(value is null ? null : number ? Whole(value) : value, at, row);
        return null;
    }

    public static long? Whole(string text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}
