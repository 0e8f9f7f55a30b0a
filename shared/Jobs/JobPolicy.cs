namespace Crucible.Jobs;

/// <summary>How a job is run, and what people read of it.</summary>
public sealed record JobPolicy
{
    /// <summary>What the jobs page calls it; the name of the class in words when null.</summary>
    public string? Title { get; init; }

    /// <summary>One sentence for the jobs page: what it does.</summary>
    public string? What { get; init; }

    /// <summary>Attempts before a run is given up and becomes a dead letter, 1 to 25. The pauses grow from 10 s, threefold, to 10 minutes.</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>How long one attempt may take, one second to one day.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>How many runs may be under way at once over all hosts, 1 to 1,000; null for as many as there are workers. Scheduled jobs run one at a time.</summary>
    public int? AtOnce { get; init; }

    /// <summary>What can be given when an admin runs it by hand.</summary>
    public IReadOnlyList<JobArgument> Arguments { get; init; } = [];
}

/// <summary>An argument that an admin may give to a run.</summary>
/// <param name="Name">As the job reads it from <see cref="JobRun.Arguments"/>.</param>
/// <param name="What">Label of its field.</param>
/// <param name="Required">Whether the run makes no sense without it.</param>
public sealed record JobArgument(string Name, string What, bool Required = false);
