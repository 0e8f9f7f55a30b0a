namespace Crucible.Host.Pages.Account;

/// <summary>A labelled choice of the account and people forms, drawn by <c>_Choice.cshtml</c>.</summary>
/// <param name="Name">Form name; the DOM id is <c>account-{name}</c> in lower case.</param>
/// <param name="Label">What is asked for.</param>
/// <param name="Options">The values and what people read of them.</param>
/// <param name="Value">The one chosen.</param>
internal sealed record Choice(string Name, string Label, IEnumerable<(string Value, string Text)> Options, string? Value)
{
    public string? Hint { get; init; }
    public string Id => "account-" + Name.ToLowerInvariant();
}
