namespace Crucible.Ui;

/// <summary>One line of a <see cref="Tree"/>.</summary>
/// <param name="Key">The full key: <c>optimizer.lr</c>, <c>checkpoints/step-100.pt</c>.</param>
/// <param name="Value">Formatted.</param>
/// <param name="Differs">Marked as different from what it is compared with.</param>
/// <param name="Url">Where the value leads, if anywhere.</param>
public sealed record Leaf(string Key, string Value, bool Differs = false, string? Url = null)
{
    internal string Name { get; init; } = Key;

    /// <summary>What it was elsewhere, where it differs; shown beside the value.</summary>
    public string? Was { get; init; }
}

internal sealed class Branch(string name)
{
    public string Name { get; } = name;
    public List<Branch> Branches { get; } = [];
    public List<Leaf> Leaves { get; } = [];
    public int Count => Leaves.Count + Branches.Sum(b => b.Count);

    /// <summary>Branches stand in the order of their first leaf; a key may be a leaf and a branch at once.</summary>
    public static Branch Of(IEnumerable<Leaf> leaves)
    {
        var root = new Branch("");
        foreach (var leaf in leaves)
        {
            var parts = leaf.Key.Split(['.', '/'], StringSplitOptions.RemoveEmptyEntries);
            var at = root;
            foreach (var part in parts.SkipLast(1))
            {
                var next = at.Branches.Find(b => b.Name == part);
                if (next is null) at.Branches.Add(next = new(part));
                at = next;
            }
            at.Leaves.Add(leaf with { Name = parts.Length == 0 ? leaf.Key : parts[^1] });
        }
        return root;
    }
}
