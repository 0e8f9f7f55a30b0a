using Crucible.Host.Jobs;

namespace Crucible.Host.Pages.Admin.Jobs;

/// <summary>The page of one run.</summary>
public sealed record RunView
{
    public required JobsViewer Viewer { get; init; }
    public required RunRow Run { get; init; }
    public required string Title { get; init; }
    public IReadOnlyList<AttemptRow> Attempts { get; init; } = [];
    public IReadOnlyList<LogRow> Log { get; init; } = [];

    /// <summary>Lines from this one on are shown; null is the last ones.</summary>
    public int? From { get; init; }

    /// <summary>What its job usually takes.</summary>
    public double? UsualMs { get; init; }

    /// <summary>Whether this host has the job, so that there is a page of it.</summary>
    public bool IsDeclared { get; init; } = true;
}
