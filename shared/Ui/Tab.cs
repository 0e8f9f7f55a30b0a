namespace Crucible.Ui;

/// <summary>One of <see cref="Tabs"/>.</summary>
/// <param name="Title">One or two words.</param>
/// <param name="Url">Where it leads.</param>
/// <param name="Current">Whether it is shown now.</param>
/// <param name="Count">A number beside the title, formatted.</param>
/// <param name="Icon">An icon before the title.</param>
/// <param name="Key">A key that opens it.</param>
public sealed record Tab(string Title, string Url, bool Current = false, string? Count = null, string? Icon = null, string? Key = null);
