using System.Security.Cryptography;
using System.Text;
using Crucible.Experiments.Data;
using Crucible.Experiments.Tracking;
using Crucible.Files;

namespace Crucible.Experiments.Fragments;

/// <summary>How a file is shown.</summary>
public enum ArtifactKind
{
    /// <summary>Its name, size and digest, and a download.</summary>
    Other,

    /// <summary>Lines of text.</summary>
    Text,

    /// <summary>A tree.</summary>
    Json,

    /// <summary>Rows of values parted by commas or tabs.</summary>
    Table,

    /// <summary>Markdown, rendered.</summary>
    Markdown,

    /// <summary>A picture.</summary>
    Picture,

    /// <summary>Sound.</summary>
    Audio,

    /// <summary>Moving pictures.</summary>
    Video,

    /// <summary>A PDF, in the browser's own viewer.</summary>
    Pdf,

    /// <summary>A page of its own, in a frame that may do nothing.</summary>
    Page,
}

/// <summary>A look into a file.</summary>
/// <param name="Path">Relative to its run.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Modified">When it was written.</param>
/// <param name="Kind">How it is shown.</param>
public sealed record ArtifactPreview(string Path, long Length, DateTimeOffset Modified, ArtifactKind Kind)
{
    /// <summary>Bytes of a text that is shown.</summary>
    public const int MostText = 256 * 1024;
    private const int MostJson = 2 * 1024 * 1024;
    private const long MostHashed = 64L << 20;

    private static readonly Dictionary<string, ArtifactKind> Endings = Map(
        (ArtifactKind.Picture, ".png .jpg .jpeg .gif .webp .svg"), (ArtifactKind.Audio, ".wav .mp3 .ogg .oga .flac .m4a .opus"), (ArtifactKind.Video, ".mp4 .webm .ogv .mov .m4v"),
        (ArtifactKind.Json, ".json .ipynb .geojson"), (ArtifactKind.Table, ".csv .tsv"), (ArtifactKind.Markdown, ".md .markdown"), (ArtifactKind.Pdf, ".pdf"), (ArtifactKind.Page, ".html .htm"),
        (ArtifactKind.Text, ".txt .jsonl .ndjson .yaml .yml .toml .ini .cfg .conf .env .lock .log .py .pyi .r .jl .rs .go .java .kt .scala .c .h .cc .cpp .hpp .cu .cs .js .mjs .ts .tsx .css .sh .bat .ps1 .sql .xml .xhtml .diff .patch .proto .tf .tex .rst .gitignore .dockerfile"));

    private static readonly HashSet<string> TextNames = new(["MLmodel", "MLproject", "Dockerfile", "Makefile", "LICENSE", "README", "VERSION"], StringComparer.Ordinal);

    /// <summary>The beginning of its text, where it is shown as such.</summary>
    public string? Text { get; init; }

    /// <summary>The text is not all of it.</summary>
    public bool Cut { get; init; }

    /// <summary>Its rows, where it is a table.</summary>
    public CsvRows? Rows { get; init; }

    /// <summary>SHA-256 of a file that is shown in no other way; null for one that is too large to read for that.</summary>
    public string? Digest { get; init; }

    /// <summary>Its name without its folders.</summary>
    public string Name => Path[(Path.LastIndexOf('/') + 1)..];

    /// <summary>How a file of this name is shown.</summary>
    public static ArtifactKind KindOf(string path)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        return TextNames.Contains(name) ? ArtifactKind.Text : Endings.GetValueOrDefault(System.IO.Path.GetExtension(name).ToLowerInvariant());
    }

    /// <summary>Whether a file is a text, by its name: what can be compared line by line.</summary>
    public static bool IsText(string path) => KindOf(path) is ArtifactKind.Text or ArtifactKind.Json or ArtifactKind.Table or ArtifactKind.Markdown or ArtifactKind.Page;

    /// <summary>A text as it is, up to <see cref="MostText"/>; null when there is none of this path, or it is no text.</summary>
    public static async Task<string?> Lines(IFileStore store, RunRow run, string path, CancellationToken cancel)
    {
        if (!FilePath.IsSafe(path) || !IsText(path))
            return null;
        await using var file = await store.Read($"{ArtifactPlace.Of(run)}/{path}", cancel);
        return file is null ? null : (await WithText(new(path, file.Length, file.Modified, ArtifactKind.Text), file, MostText, cancel)).Text;
    }

    /// <summary>Looks into a file; null when there is none of this path.</summary>
    /// <param name="store">Where it is.</param>
    /// <param name="run">Whose it is.</param>
    /// <param name="path">Its path relative to the run.</param>
    /// <param name="row">The first row of a table to show, from 0.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task<ArtifactPreview?> Read(IFileStore store, RunRow run, string path, int row, CancellationToken cancel)
    {
        if (!FilePath.IsSafe(path))
            return null;
        await using var file = await store.Read($"{ArtifactPlace.Of(run)}/{path}", cancel);
        if (file is null)
            return null;
        var preview = new ArtifactPreview(path, file.Length, file.Modified, KindOf(path));
        switch (preview.Kind)
        {
            case ArtifactKind.Table:
                return preview with { Rows = await CsvRows.Read(file.Content, path.EndsWith(".tsv", StringComparison.OrdinalIgnoreCase) ? '\t' : ',', row, cancel) };
            case ArtifactKind.Text or ArtifactKind.Markdown or ArtifactKind.Json:
                return await WithText(preview, file, preview.Kind == ArtifactKind.Json ? MostJson : MostText, cancel);
            case ArtifactKind.Other when file.Length <= MostText && System.IO.Path.GetExtension(path).Length == 0:
                return await WithText(preview with { Kind = ArtifactKind.Text }, file, MostText, cancel);
            case ArtifactKind.Other when file.Length <= MostHashed:
                return preview with { Digest = Convert.ToHexStringLower(await SHA256.HashDataAsync(file.Content, cancel)) };
            default:
                return preview;
        }
    }

    private static async Task<ArtifactPreview> WithText(ArtifactPreview preview, StoredFile file, int most, CancellationToken cancel)
    {
        var bytes = new byte[Math.Min(file.Length, most)];
        var length = await file.Content.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancel);
        // Binary under a text's name.
        if (bytes.AsSpan(0, Math.Min(length, 8192)).Contains((byte)0))
            return preview with { Kind = ArtifactKind.Other };
        var text = Encoding.UTF8.GetString(bytes.AsSpan(bytes.AsSpan(0, length).StartsWith(Encoding.UTF8.Preamble) ? 3 : 0, length - (bytes.AsSpan(0, length).StartsWith(Encoding.UTF8.Preamble) ? 3 : 0)));
        var cut = file.Length > length;
        if (cut && text.LastIndexOf('\n') is > 0 and var end)
            text = text[..end];
        // A tree needs the whole of it.
        return preview with { Text = text, Cut = cut, Kind = cut && preview.Kind == ArtifactKind.Json ? ArtifactKind.Text : preview.Kind };
    }

    private static Dictionary<string, ArtifactKind> Map(params (ArtifactKind Kind, string Endings)[] kinds) =>
        kinds.SelectMany(k => k.Endings.Split(' ').Select(e => (e, k.Kind))).ToDictionary(e => e.e, e => e.Kind);
}
