using System.Globalization;

namespace Crucible.Experiments.Domain;

/// <summary>Which experiments a list shows and in which order, as it stands in the address.</summary>
/// <param name="Text">Part of a name.</param>
/// <param name="Deleted">Shows the deleted ones instead.</param>
/// <param name="Sort"><c>activity</c> (newest first), <c>name</c> or <c>made</c> (newest first).</param>
/// <param name="After">Where the page begins: the sort key of the row before it.</param>
/// <param name="AfterId">And that row's id.</param>
public sealed record ExperimentListFilter(string Text, bool Deleted, string Sort, string? After, long AfterId)
{
    /// <summary>Rows at a time.</summary>
    public const int PageSize = 50;

    /// <summary>Reads an address.</summary>
    public static ExperimentListFilter Read(Func<string, string?> query)
    {
        var sort = query("sort") is "name" or "made" ? query("sort")! : "activity";
        var after = query("after");
        // A number where the order is by time, else it is a forged or an old link: the first page.
        var valid = after is not null && long.TryParse(query("id"), NumberStyles.None, CultureInfo.InvariantCulture, out _)
            && (sort == "name" || long.TryParse(after, CultureInfo.InvariantCulture, out _));
        var text = query("q")?.Trim() ?? "";
        return new(text.Length > 200 ? text[..200] : text, query("view") == "deleted", sort, valid ? after : null,
            valid ? long.Parse(query("id")!, CultureInfo.InvariantCulture) : 0);
    }

    /// <summary>The state as query parameters, without what is usual and without the place of the page.</summary>
    public IEnumerable<(string Name, string? Value)> Query() =>
        [("q", Text), ("view", Deleted ? "deleted" : null), ("sort", Sort == "activity" ? null : Sort)];
}
