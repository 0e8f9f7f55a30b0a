using Crucible.Experiments.Imports.Sources;

namespace Crucible.Experiments.Fragments.Imports;

/// <summary>What a column of a table can be.</summary>
public static class ImportKinds
{
    /// <summary>The stored word and what people read.</summary>
    public static IReadOnlyList<(string As, string Title)> All => Columns.All;
}
