using System.Globalization;
using Crucible.Search;

namespace Crucible.Experiments.Domain;

/// <summary>Which experiments a list shows and in which order, as it stands in the address.</summary>
/// <param name="Query">What was typed: qualifiers, and words that stand in the name as they follow each other.</param>
/// <param name="View"><c>active</c>, <c>archived</c> or <c>deleted</c>.</param>
/// <param name="Sort"><c>activity</c> (newest first), <c>name</c> or <c>made</c> (newest first).</param>
/// <param name="Size">Rows at a time, one of <see cref="Sizes"/>.</param>
/// <param name="After">Where the page begins: the sort key of the row before it.</param>
/// <param name="AfterId">And that row's id.</param>
public sealed record ExperimentListFilter(Query Query, string View, string Sort, int Size, string? After, long AfterId)
{
    /// <summary>How many rows a page may have.</summary>
    public static IReadOnlyList<int> Sizes { get; } = [25, 50, 100];

    /// <summary>What can be asked for.</summary>
    public static Vocabulary Words { get; } = new(
        new("status", QualifierKind.Choice, "how it stands") { Values = ["pending", "running", "paused", "completed", "failed", "cancelled"] },
        new("project", QualifierKind.Text, "name of its project; none for those without") { Ask = true },
        new("owner", QualifierKind.Text, "sign-in name of its owner; none for those without") { Ask = true },
        new("tag", QualifierKind.Text, "a tag, or a tag and its value: team=vision") { Ask = true },
        new("created", QualifierKind.Time, "made since: 7d, 2026-11-01, or <7d for before"),
        new("active", QualifierKind.Time, "its last run began since: 1d; <30d for before"),
        new("runs", QualifierKind.Number, "how many runs: >0"));

    /// <summary>Shows the deleted ones.</summary>
    public bool Deleted => View == "deleted";

    /// <summary>Shows the archived ones.</summary>
    public bool Archived => View == "archived";

    /// <summary>What its name has to hold.</summary>
    public string Text => string.Join(' ', Query.Words.Where(w => !w.Negated).Select(w => w.Text));

    /// <summary>Reads an address.</summary>
    public static ExperimentListFilter Read(Func<string, string?> query, DateTimeOffset now)
    {
        var sort = query("sort") is "name" or "made" ? query("sort")! : "activity";
        var after = query("after");
        // A number where the order is by time, else it is a forged or an old link: the first page.
        var valid = after is not null && long.TryParse(query("id"), NumberStyles.None, CultureInfo.InvariantCulture, out _)
            && (sort == "name" || long.TryParse(after, CultureInfo.InvariantCulture, out _));
        return new(Qualifiers.Parse(query("q")?.Replace('\0', ' '), Words, now), query("view") is "deleted" or "archived" ? query("view")! : "active", sort,
            int.TryParse(query("size"), out var size) && Sizes.Contains(size) ? size : Sizes[0],
            valid ? after!.Replace('\0', ' ') : null, valid ? long.Parse(query("id")!, CultureInfo.InvariantCulture) : 0);
    }

    /// <summary>The state as query parameters, without what is usual and without the place of the page.</summary>
    public IEnumerable<(string Name, string? Value)> State() => State(Query.Text);

    /// <summary>The same with another text.</summary>
    public IEnumerable<(string Name, string? Value)> State(string text) =>
        [("q", text), ("view", View == "active" ? null : View), ("sort", Sort == "activity" ? null : Sort), ("size", Size == Sizes[0] ? null : $"{Size}")];
}
