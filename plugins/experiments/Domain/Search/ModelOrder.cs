using System.Diagnostics.CodeAnalysis;

namespace Crucible.Experiments.Domain.Search;

/// <summary>One column of the order of logged models.</summary>
/// <param name="Entity">An attribute or a metric.</param>
/// <param name="Key">The attribute's canonical name, or the metric.</param>
/// <param name="Ascending">Smallest first; models that lack the value come last either way.</param>
/// <param name="DatasetName">Only the metric as measured on this dataset; null for any.</param>
/// <param name="DatasetDigest">And on this version of it.</param>
public sealed record ModelSortKey(Entity Entity, string Key, bool Ascending, string? DatasetName, string? DatasetDigest);

/// <summary>The order_by of logged-models/search, where each entry is an object and not a text.</summary>
public static class ModelOrder
{
    /// <summary>Reads one entry.</summary>
    /// <param name="field"><c>field_name</c>: an attribute, or metrics.&lt;key&gt;.</param>
    /// <param name="ascending">Absent is true.</param>
    /// <param name="datasetName">Only with a metric.</param>
    /// <param name="datasetDigest">Only with a dataset's name.</param>
    /// <param name="key">The column.</param>
    /// <param name="error">Why not.</param>
    public static bool TryRead(
        string? field, bool? ascending, string? datasetName, string? datasetDigest,
        [NotNullWhen(true)] out ModelSortKey? key, [NotNullWhen(false)] out FilterError? error)
    {
        key = null;
        error = SearchOrder.Read(field ?? "", Vocabulary.Models, directed: false, out var sort);
        if (error is not null)
            return false;
        datasetName = string.IsNullOrEmpty(datasetName) ? null : datasetName;
        datasetDigest = string.IsNullOrEmpty(datasetDigest) ? null : datasetDigest;
        if (datasetName is not null && sort!.Entity != Entity.Metric)
            error = new($"Invalid order_by clause: dataset_name goes with a metric only, not with '{field}'", 0);
        else if (datasetDigest is not null && datasetName is null)
            error = new("Invalid order_by clause: dataset_digest goes with a dataset_name only", 0);
        else
            key = new(sort!.Entity, sort.Key, ascending ?? true, datasetName, datasetDigest);
        return error is null;
    }
}
