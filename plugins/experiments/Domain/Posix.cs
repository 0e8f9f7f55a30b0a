namespace Crucible.Experiments.Domain;

/// <summary>Paths by POSIX rules, whatever the machine.</summary>
internal static class Posix
{
    /// <summary>The path without empty and "." parts and with ".." resolved, as Python's posixpath.normpath gives it.</summary>
    public static string Normal(string path)
    {
        if (path.Length == 0)
            return ".";
        // Two leading slashes are kept, three are one: POSIX leaves exactly two to the system.
        var slashes = path[0] != '/' ? "" : path.StartsWith("//", StringComparison.Ordinal) && !path.StartsWith("///", StringComparison.Ordinal) ? "//" : "/";
        var parts = new List<string>();
        foreach (var part in path.Split('/'))
        {
            if (part is "" or ".")
                continue;
            if (part != ".." || (slashes.Length == 0 && (parts.Count == 0 || parts[^1] == "..")))
                parts.Add(part);
            else if (parts.Count > 0)
                parts.RemoveAt(parts.Count - 1);
        }
        var normal = slashes + string.Join('/', parts);
        return normal.Length == 0 ? "." : normal;
    }
}
