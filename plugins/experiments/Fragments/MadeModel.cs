using Crucible.Experiments.Data;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Files;

namespace Crucible.Experiments.Fragments;

/// <summary>A model that a run made, with what was logged about it.</summary>
/// <param name="Model">The model.</param>
/// <param name="Params">Its parameters.</param>
/// <param name="Metrics">The latest value of each of its metrics.</param>
/// <param name="Files">What is directly in its folder.</param>
public sealed record MadeModel(LoggedModel Model, IReadOnlyList<Entry> Params, IReadOnlyList<ModelMetric> Metrics, IReadOnlyList<FileEntry> Files);
