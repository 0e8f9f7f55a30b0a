using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Crucible.Experiments.Domain;

/// <summary>
/// Where an artifact lies below its run: segments joined by '/', and nothing that a file system, an object store or a
/// proxy could read as another place.
/// </summary>
public static class ArtifactPath
{
    /// <summary>Characters of a whole path.</summary>
    public const int MaxLength = 1024;

    /// <summary>UTF-8 bytes of one segment, as file systems have it.</summary>
    public const int MaxSegmentBytes = 255;

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>
    /// Reads the path of a file or folder, already decoded once by the web server. The empty path is the root, where
    /// that is allowed; one trailing slash is dropped.
    /// </summary>
    /// <param name="text">The path as it came.</param>
    /// <param name="path">The path to use.</param>
    /// <param name="refusal">Why not.</param>
    /// <param name="allowRoot">Whether no path at all means the run's root.</param>
    public static bool TryRead(
        string? text, out string path, [NotNullWhen(false)] out string? refusal, bool allowRoot = false)
    {
        path = text ?? "";
        if (path.Length > 1 && path[^1] == '/')
            path = path[..^1];
        refusal = path.Length == 0
            ? allowRoot ? null : "A path is needed."
            : Problem(path);
        if (refusal is not null)
            path = "";
        return refusal is null;
    }

    // Stepped images of the 2.x client are named "dog%step%3%timestamp%1795…%…": %17 there is no attempt at anything,
    // so of the control characters only those that end a text or a line count in what is decoded once more.
    private static string? Problem(string path, bool decodedAgain = false)
    {
        if (path.Length > MaxLength)
            return $"A path has at most {MaxLength} characters, this one {path.Length:N0}.";
        foreach (var c in path)
            if (decodedAgain ? c is '\0' or '\n' or '\r' : char.IsControl(c))
                return "A path holds no control characters.";
        if (path.Contains('\\'))
            return "A path is written with '/', not '\\'.";
        // Decoded again by somebody further on, these would become ., / or \ : refused however often they are encoded.
        if (Decoded(path) is { } decoded && decoded != path && (Problem(decoded, decodedAgain: true) is not null || decoded.Count('/') != path.Count('/')))
            return "A path holds no percent-encoded dots, slashes, backslashes or control characters.";
        // Overlong UTF-8 for . and /: no correct decoder takes it, some careless ones do.
        if (path.Contains("%c0", StringComparison.OrdinalIgnoreCase) || path.Contains("%c1", StringComparison.OrdinalIgnoreCase))
            return "A path holds no overlong percent-encoding.";
        if (path[0] == '/')
            return "A path is relative to its run: no '/' at the start.";
        if (path.Length > 1 && path[1] == ':' && char.IsAsciiLetter(path[0]))
            return "A path is relative to its run: no drive letter.";
        foreach (var segment in path.Split('/'))
            if (SegmentProblem(segment) is { } problem)
                return problem;
        return null;
    }

    private static string? SegmentProblem(string segment)
    {
        if (segment.Length == 0)
            return "A path holds no empty segment ('//').";
        if (segment is "." or "..")
            return $"A path holds no '{segment}'.";
        try
        {
            return Strict.GetByteCount(segment) > MaxSegmentBytes
                ? $"A segment of a path has at most {MaxSegmentBytes} bytes."
                : null;
        }
        catch (EncoderFallbackException)
        {
            return "A path holds whole characters only.";
        }
    }

    /// <summary>The path with one layer of percent-encoding taken off, or null where there is none.</summary>
    private static string? Decoded(string path)
    {
        if (!path.Contains('%'))
            return null;
        var decoded = Uri.UnescapeDataString(path);
        return decoded == path ? null : decoded;
    }
}
