using System.Globalization;

namespace Crucible.Experiments.Domain;

/// <summary>A name for a metric key where a key cannot stand: it holds any character, and ids do not.</summary>
public static class KeyHash
{
    /// <summary>FNV-1a as 16 hex digits, since string hashes change with every process.</summary>
    public static string Of(string key)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in key)
            hash = (hash ^ c) * 1099511628211UL;
        return hash.ToString("x16", CultureInfo.InvariantCulture);
    }
}
