using Crucible.Search;

namespace Crucible.Ui.Guide;

/// <summary>What the address of the style guide says, and what its forms need.</summary>
/// <param name="Text">The filter of the sample table.</param>
/// <param name="Sort">The column it is sorted by: <c>ndcg</c> or <c>name</c>.</param>
/// <param name="After">The name after which its page begins; null is the first page.</param>
/// <param name="Columns">The columns it shows; null is the usual ones.</param>
/// <param name="Run">The run that the drawer shows; null is closed.</param>
/// <param name="Token">Antiforgery field.</param>
/// <param name="Now">The present.</param>
public sealed record GuideState(string? Text, string? Sort, string? After, IReadOnlyList<string>? Columns, string? Run, (string Name, string Value)? Token, DateTimeOffset Now)
{
    /// <summary>The page as it is first seen.</summary>
    public static GuideState First => new(null, null, null, null, null, null, TimeProvider.System.GetUtcNow());

    internal Query Query => Qualifiers.Parse(Text, GuideRuns.Words, Now);

    internal bool Shows(string column) => Columns?.Contains(column) ?? column is not "by";

    internal IEnumerable<KeyValuePair<string, string>> Kept(bool sort = true, bool text = true) =>
        ((string, string?)[])[("q", text ? Text : null), ("sort", sort ? Sort : null), .. (Columns ?? []).Select(c => ("columns", (string?)c))] is var all
            ? all.Where(p => !string.IsNullOrEmpty(p.Item2)).Select(p => new KeyValuePair<string, string>(p.Item1, p.Item2!)) : [];

    internal string Url(IEnumerable<KeyValuePair<string, string>> query, params (string, string)[] more) =>
        "/ui?" + string.Join('&', query.Concat(more.Select(m => new KeyValuePair<string, string>(m.Item1, m.Item2))).Select(p => $"{p.Key}={Uri.EscapeDataString(p.Value)}"));
}
