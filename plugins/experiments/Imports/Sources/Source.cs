using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;

namespace Crucible.Experiments.Imports.Sources;

/// <summary>Something that runs are brought in from. It is read twice, for the preview and for the import, and gives the same both times.</summary>
internal interface ISource
{
    /// <summary>Its experiments, one after the other; what cannot be read is reported and passed over.</summary>
    IAsyncEnumerable<SourceExperiment> Experiments(Report report, CancellationToken cancel);
}

/// <summary>An experiment of a source.</summary>
/// <param name="Name">As it is called there.</param>
/// <param name="Tags">Its tags, unchecked.</param>
/// <param name="Deleted">It lies in the source's trash.</param>
internal sealed record SourceExperiment(string Name, IReadOnlyList<Entry> Tags, bool Deleted)
{
    /// <summary>Its runs, each to be read before the next is asked for.</summary>
    public required Func<CancellationToken, IAsyncEnumerable<SourceRun>> Runs { get; init; }

    /// <summary>Its logged models, read after the runs they may belong to.</summary>
    public Func<CancellationToken, IAsyncEnumerable<SourceModel>> Models { get; init; } = _ => AsyncEnumerable.Empty<SourceModel>();
}

/// <summary>A run of a source. Texts are unchecked; times are milliseconds of the Unix epoch.</summary>
/// <param name="Id">By which it is known again: the source's own id.</param>
/// <param name="Name">Empty when it has none.</param>
/// <param name="File">Where it stands in the source, for the report.</param>
internal sealed record SourceRun(string Id, string Name, string File)
{
    public string User { get; init; } = "";
    public RunStatus Status { get; init; } = RunStatus.Completed;
    public long Start { get; init; }
    public long? End { get; init; }
    public bool Deleted { get; init; }

    /// <summary>A further part of a run that came before: rows of a table need not stand together.</summary>
    public bool Continues { get; init; }

    public IReadOnlyList<Entry> Params { get; init; } = [];
    public IReadOnlyList<Entry> Tags { get; init; } = [];
    public IReadOnlyList<DatasetInput> Datasets { get; init; } = [];
    public IReadOnlyList<string> ModelInputs { get; init; } = [];
    public IReadOnlyList<(string ModelId, long Step)> ModelOutputs { get; init; } = [];

    /// <summary>Its points, in any order, streamed.</summary>
    public Func<CancellationToken, IAsyncEnumerable<SourcePoint>> Points { get; init; } = _ => AsyncEnumerable.Empty<SourcePoint>();

    /// <summary>Its files.</summary>
    public IEnumerable<SourceFile> Files { get; init; } = [];
}

/// <summary>A logged model of a source.</summary>
internal sealed record SourceModel(string Id, string Name, string File)
{
    public string? Type { get; init; }
    public string? RunId { get; init; }
    public string Status { get; init; } = "LOGGED_MODEL_READY";
    public long Created { get; init; }
    public IReadOnlyList<Entry> Params { get; init; } = [];
    public IReadOnlyList<Entry> Tags { get; init; } = [];
    public IEnumerable<SourceFile> Files { get; init; } = [];
}

/// <summary>A point and where it stood.</summary>
internal readonly record struct SourcePoint(string Key, double Value, long At, long Step, string File, long Line);

/// <summary>A file of a run: where it is to lie below the run, and how it is opened.</summary>
internal sealed record SourceFile(string Path, long Length, Func<Stream> Open);

/// <summary>The whole cannot be read, in words for the person who brought it.</summary>
internal sealed class ImportFault(string message) : Exception(message);
