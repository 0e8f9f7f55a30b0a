namespace Crucible.Host.Pages.Account;

/// <summary>A labelled field of the account forms, drawn by <c>_Field.cshtml</c>.</summary>
/// <param name="Name">Form name; the DOM id is <c>account-{name}</c> in lower case.</param>
/// <param name="Label">What is asked for.</param>
/// <param name="Autocomplete">What password managers and browsers fill in.</param>
internal sealed record AccountField(string Name, string Label, string Autocomplete)
{
    public string Type { get; init; } = "text";
    public string? Value { get; init; }
    public string? Hint { get; init; }
    public int Most { get; init; } = 256;

    /// <summary>Instead of <c>account</c>, where two forms of a page have a field of the same name.</summary>
    public string IdPrefix { get; init; } = "account";
    public bool Optional { get; init; }
    public string Id => $"{IdPrefix}-{Name.ToLowerInvariant()}";
}
