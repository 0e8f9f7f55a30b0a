namespace Crucible.Experiments.Data;

/// <summary>The last row that somebody saw of a list, to go on behind it.</summary>
/// <param name="Value">Its value in the column that the list is sorted by; null where it has none.</param>
/// <param name="Time">Its time, in milliseconds of the Unix epoch, which orders equal values newest first.</param>
/// <param name="Id">Its id, which orders equal times.</param>
public sealed record ListKey<TId>(object? Value, long Time, TId Id);

/// <summary>Conditions that a row stands behind another one: in the order of a column, then newest first, then by id.</summary>
internal static class ListKeys
{
    /// <summary>The condition. Its parameters are <c>@AfterValue</c>, <c>@AfterTime</c> and <c>@AfterId</c>; rows without a value come last.</summary>
    /// <param name="column">The column, of the code.</param>
    /// <param name="descending">Greatest first.</param>
    /// <param name="time">The column of the time.</param>
    /// <param name="id">The column of the id.</param>
    /// <param name="isNull">Whether the last row has no value.</param>
    public static string Behind(string column, bool descending, string time, string id, bool isNull)
    {
        var tie = $"({time} < @AfterTime or ({time} = @AfterTime and {id} > @AfterId))";
        if (column == time)
            return descending ? tie : $"({time} > @AfterTime or ({time} = @AfterTime and {id} > @AfterId))";
        if (column == id)
            return $"{id} {(descending ? '<' : '>')} @AfterId";
        return isNull
            ? $"({column} is null and {tie})"
            : $"({column} {(descending ? '<' : '>')} @AfterValue or {column} is null or ({column} = @AfterValue and {tie}))";
    }
}
