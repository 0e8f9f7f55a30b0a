using Crucible.Modules;

namespace Crucible.Host.Jobs;

/// <summary>Declared jobs with what admins decided about them, when they run next and how their last runs went.</summary>
internal sealed class JobBoard(DeclaredJobs declared, JobRuleStore rules, JobListStore list, DatabaseClock clock)
{
    /// <summary>Every declared job, by plugin and title.</summary>
    public async Task<IReadOnlyList<JobCard>> All(CancellationToken cancel)
    {
        var jobs = declared.All.OrderBy(j => j.Plugin != "crucible").ThenBy(j => declared.PluginTitle(j.Plugin), StringComparer.Ordinal).ThenBy(j => j.Title, StringComparer.Ordinal).ToList();
        return await Cards(jobs, cancel);
    }

    public async Task<JobCard?> Find(string key, CancellationToken cancel) => declared.Find(key) is { } rule ? (await Cards([rule], cancel))[0] : null;

    private async Task<IReadOnlyList<JobCard>> Cards(IReadOnlyList<JobRule> jobs, CancellationToken cancel)
    {
        var decided = (await rules.All(cancel)).ToDictionary(r => r.Job);
        var past = await list.LastRuns([.. jobs.Select(j => j.Key)], cancel);
        var now = clock.GetUtcNow();
        return [.. jobs.Select(rule =>
        {
            var decision = decided.GetValueOrDefault(rule.Key);
            var cron = (decision?.Cron ?? rule.Cron) is { } text ? Cron.Read(text, now).Cron : null;
            return new JobCard
            {
                Rule = rule,
                Plugin = declared.PluginTitle(rule.Plugin),
                IsOff = declared.IsSwitchedOff(rule),
                Decision = decision,
                Cron = cron,
                Next = cron?.Next(now, 1) is [var next] ? next : null,
                Past = [.. past[rule.Key]],
            };
        })];
    }
}

/// <summary>A job as its page shows it.</summary>
public sealed record JobCard
{
    /// <summary>What its plugin declares.</summary>
    internal JobRule Rule { get; init; } = null!;

    /// <summary>The plugin's title.</summary>
    public required string Plugin { get; init; }

    /// <summary>The plugin is switched off: its runs wait.</summary>
    public bool IsOff { get; init; }

    /// <summary>What an admin decided.</summary>
    public JobDecision? Decision { get; init; }

    /// <summary>The schedule that holds; null runs only when asked for.</summary>
    public Cron? Cron { get; init; }

    /// <summary>When it is due next.</summary>
    public DateTimeOffset? Next { get; init; }

    /// <summary>Its last runs, the newest first.</summary>
    public required IReadOnlyList<PastRun> Past { get; init; }

    public bool IsPaused => Decision is { Paused: true };

    public int? AtOnce => Decision?.AtOnce ?? Rule.Policy.AtOnce;

    /// <summary>The median of the runs that went well, in milliseconds.</summary>
    public double? UsualMs
    {
        get
        {
            var took = Past.Where(r => r.State == RunState.Succeeded).Select(r => r.TookMs).OfType<double>().Order().ToList();
            return took.Count == 0 ? null : took[took.Count / 2];
        }
    }

    public PastRun? LastOver => Past.FirstOrDefault(r => RunState.IsOver(r.State));
}
