namespace Crucible.Jobs;

/// <summary>One run of a job, as the job sees it.</summary>
public sealed class JobRun
{
    private readonly IJobReport _report;

    internal JobRun(Guid id, int attempt, IReadOnlyDictionary<string, string> arguments, IJobReport report)
    {
        Id = id;
        Attempt = attempt;
        Arguments = arguments;
        _report = report;
    }

    /// <summary>Stays the same over the attempts.</summary>
    public Guid Id { get; }

    /// <summary>1 for the first attempt.</summary>
    public int Attempt { get; }

    /// <summary>Ids given when the run was asked for; empty for scheduled runs.</summary>
    public IReadOnlyDictionary<string, string> Arguments { get; }

    /// <summary>
    /// Says how far the run has come. Never blocks; calls are gathered and shown at most four times a second, with an
    /// estimate of what is left.
    /// </summary>
    /// <param name="done">How much of <paramref name="total"/> is done, in any unit; 0 to <paramref name="total"/>.</param>
    /// <param name="total">All of it; 0 when that is not known.</param>
    /// <param name="what">What is being done now, in a few words.</param>
    public void Progress(double done, double total, string? what = null) => _report.Progress(done, total, what);

    /// <summary>Adds a line to the log of this run. Lines beyond the first 10,000 are counted, not kept.</summary>
    /// <param name="text">One line; longer than 2,000 characters it is cut.</param>
    /// <param name="level"><c>info</c>, <c>warn</c> or <c>error</c>.</param>
    public void Log(string text, string level = "info") => _report.Log(text, level);
}

/// <summary>Where a run's reports go.</summary>
internal interface IJobReport
{
    void Progress(double done, double total, string? what);

    void Log(string text, string level);
}
