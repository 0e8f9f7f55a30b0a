namespace Crucible.Ui;

/// <summary>One of several things to choose.</summary>
/// <param name="Value">What a form sends.</param>
/// <param name="Text">What is read; the value when null.</param>
/// <param name="Hint">Quiet words at the right: a count, a kind.</param>
public sealed record Option(string Value, string? Text = null, string? Hint = null);
