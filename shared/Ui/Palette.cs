namespace Crucible.Ui;

/// <summary>Entries of the command palette under one heading: pages, runs, actions.</summary>
/// <param name="Title">One or two words.</param>
/// <param name="Items">Best first.</param>
public sealed record PaletteGroup(string Title, IReadOnlyList<PaletteItem> Items);

/// <summary>One entry of the command palette.</summary>
/// <param name="Title">What it is, or for an action the verb and its object.</param>
/// <param name="Url">Where it leads, or where an action posts.</param>
/// <param name="Icon">A name of <see cref="Icons.Names"/>.</param>
/// <param name="Hint">Where it is, or what state it is in; quiet, at the right.</param>
/// <param name="Keys">The keys that do the same: <c>G J</c>, <c>Ctrl+K</c>.</param>
/// <param name="Post">An action: chosen, it posts to the address with the page's antiforgery token.</param>
public sealed record PaletteItem(string Title, string Url, string Icon, string? Hint = null, string? Keys = null, bool Post = false);
