using System.Text;

namespace Crucible.Files;

/// <summary>Rules of the paths that a file store takes.</summary>
public static class FilePath
{
    /// <summary>
    /// Whether this is a relative path of plain names: no empty name, no <c>.</c> or <c>..</c>, no backslash, colon at
    /// a drive's place or control character, names of at most 255 bytes, 2,000 bytes in all.
    /// </summary>
    public static bool IsSafe(string path) =>
        path.Length is > 0 and <= 2_000 && Encoding.UTF8.GetByteCount(path) <= 2_000 && path.Split('/').All(IsName);

    private static bool IsName(string name) =>
        name.Length > 0 && name is not ("." or "..")
        && Encoding.UTF8.GetByteCount(name) <= 255
        && !name.Any(c => char.IsControl(c) || c is '\\')
        && !(name.Length == 2 && name[1] == ':');
}
