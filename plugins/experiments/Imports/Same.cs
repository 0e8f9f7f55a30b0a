using System.Security.Cryptography;
using Crucible.Experiments.Imports.Sources;
using Crucible.Files;

namespace Crucible.Experiments.Imports;

/// <summary>Whether a file is here already.</summary>
internal static class Same
{
    /// <summary>Null when there is none at this path, else whether it has the same content.</summary>
    public static async Task<bool?> Find(IFileStore files, string path, SourceFile file, CancellationToken cancel)
    {
        await using var here = await files.Read(path, cancel);
        if (here is null)
            return null;
        if (here.Length != file.Length)
            return false;
        await using var there = file.Open();
        var mine = await SHA256.HashDataAsync(here.Content, cancel);
        var theirs = await SHA256.HashDataAsync(there, cancel);
        return mine.AsSpan().SequenceEqual(theirs);
    }
}
