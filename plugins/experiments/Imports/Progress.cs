namespace Crucible.Experiments.Imports;

/// <summary>Hears how far an import has come: after each run and at least every few thousand points. May throw to end it.</summary>
internal delegate ValueTask Progress(Counts counts, Report report, CancellationToken cancel);
