namespace Crucible.Files;

/// <summary>
/// Where files live: a folder, or later an S3-compatible service. Paths are relative, with <c>/</c> between names;
/// see <see cref="FilePath.IsSafe"/>. Any other path throws <see cref="ArgumentException"/>, so check what people send.
/// </summary>
public interface IFileStore
{
    /// <summary>
    /// Keeps the content under the path, replacing what was there. It appears whole or not at all, and is on disk
    /// when this returns. The content is streamed, never held.
    /// </summary>
    /// <param name="path">Where; folders on the way are made.</param>
    /// <param name="content">Read to its end.</param>
    /// <param name="limit">Most bytes to accept.</param>
    /// <param name="cancel">Gives up and leaves nothing behind.</param>
    Task<FileWrite> Write(string path, Stream content, long limit, CancellationToken cancel);

    /// <summary>Opens a file for reading; null when there is none. The caller disposes it.</summary>
    Task<StoredFile?> Read(string path, CancellationToken cancel);

    /// <summary>What is directly in a folder, by name; null when there is no such folder. The empty path is the root.</summary>
    Task<IReadOnlyList<FileEntry>?> List(string folder, CancellationToken cancel);

    /// <summary>Deletes a file, or a folder with all in it; false when there is neither.</summary>
    Task<bool> Delete(string path, CancellationToken cancel);
}

/// <summary>How a write ended.</summary>
public enum FileWrite
{
    /// <summary>The file is there.</summary>
    Kept,

    /// <summary>The content went over the limit; nothing was kept.</summary>
    TooLarge,

    /// <summary>A folder has this path, or a file has the path of one of its folders; nothing was kept.</summary>
    PathTaken,
}

/// <summary>A file or a folder in a listing.</summary>
/// <param name="Name">Its name alone.</param>
/// <param name="IsFolder">Whether it is a folder.</param>
/// <param name="Length">Bytes; 0 for a folder.</param>
public sealed record FileEntry(string Name, bool IsFolder, long Length)
{
    /// <summary>When a file was last written; null for a folder, or where the store does not say.</summary>
    public DateTimeOffset? Modified { get; init; }
}

/// <summary>An open file.</summary>
/// <param name="Content">Seekable when the store can.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Modified">When it was last written.</param>
public sealed record StoredFile(Stream Content, long Length, DateTimeOffset Modified) : IAsyncDisposable
{
    /// <summary>Closes the content.</summary>
    public ValueTask DisposeAsync() => Content.DisposeAsync();
}
