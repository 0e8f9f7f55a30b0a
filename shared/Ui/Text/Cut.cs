namespace Crucible.Ui.Text;

/// <summary>Text of a bounded length.</summary>
public static class Cut
{
    /// <summary>The whole text, or as much of it as fits together with an ellipsis; no surrogate pair is halved.</summary>
    /// <param name="text">Any.</param>
    /// <param name="most">UTF-16 units of what is returned, 2 or more.</param>
    public static string To(string text, int most) =>
        text.Length <= most ? text : string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[most - 2]) ? most - 2 : most - 1), "…");
}
