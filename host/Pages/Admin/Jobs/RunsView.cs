using Crucible.Host.Jobs;
using Crucible.Search;

namespace Crucible.Host.Pages.Admin.Jobs;

/// <summary>The page of all runs.</summary>
public sealed record RunsView
{
    public required JobsViewer Viewer { get; init; }
    public Query Query { get; init; } = Query.Empty;
    public RunFilter Filter { get; init; } = RunFilter.Everything;
    public IReadOnlyList<RunRow> Runs { get; init; } = [];

    /// <summary>Id of the last run, when there are more.</summary>
    public Guid? Next { get; init; }

    /// <summary>Not the first page.</summary>
    public Guid? Before { get; init; }

    public IReadOnlyDictionary<string, int> Counts { get; init; } = new Dictionary<string, int>();
    public IReadOnlyList<JobStep> Steps { get; init; } = [];

    public JobStep LastHour
    {
        get
        {
            var all = new JobStep(default);
            foreach (var step in Steps)
                all.Add(step);
            return all;
        }
    }
}
