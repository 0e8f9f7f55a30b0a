namespace Crucible.Experiments.Fragments;

/// <summary>Which folders are open, as one value of an address: paths hold any character, so each is encoded.</summary>
public static class ArtifactOpen
{
    /// <summary>Reads the value.</summary>
    public static IReadOnlyList<string> Read(string? text) =>
        string.IsNullOrEmpty(text) ? [] : [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries).Take(ArtifactTree.MostOpen).Select(Uri.UnescapeDataString)];

    /// <summary>Writes it; the root is always open and left out.</summary>
    public static string Write(IEnumerable<string> paths) => string.Join(',', paths.Where(p => p.Length > 0).Take(ArtifactTree.MostOpen).Select(Uri.EscapeDataString));
}
