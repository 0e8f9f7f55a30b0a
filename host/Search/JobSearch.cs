using Crucible.Host.Jobs;
using Crucible.Host.Pages.Admin.Jobs;
using Crucible.Search;
using Crucible.Ui;

namespace Crucible.Host.Search;

/// <summary>Jobs by title and key, and runs by their id or the end of it that lists show, as the palette finds them.</summary>
internal sealed class JobSearch(DeclaredJobs jobs, RunListStore runs)
{
    private static readonly string JobPage = JobsUrl.Job("");
    private static readonly string RunPage = JobsUrl.Runs + "/";

    public async Task<IReadOnlyList<SearchHit>> Find(string text, int most, CancellationToken cancel)
    {
        var found = jobs.All.Select(j => (j.Key, Score: Math.Max(Match.Score(text, j.Title) ?? 0, Match.Score(text, j.Key) ?? 0)))
            .Where(j => j.Score > 0).OrderByDescending(j => j.Score).Take(most).Select(j => Hit(j.Key)).ToList();
        var id = text.Replace("-", "", StringComparison.Ordinal);
        if (id.Length is >= RunListStore.LeastOfId and <= 32 && id.All(char.IsAsciiHexDigit))
            found.AddRange((await runs.EndingIn(id.ToLowerInvariant(), most, cancel)).Select(Hit));
        return found;
    }

    public async Task<IReadOnlyList<SearchHit>> Known(IReadOnlyList<string> urls, CancellationToken cancel)
    {
        var found = urls.Where(u => u.StartsWith(JobPage, StringComparison.Ordinal)).Select(u => Uri.UnescapeDataString(u[JobPage.Length..])).Where(k => jobs.Find(k) is not null).Select(Hit).ToList();
        foreach (var url in urls)
            if (url.StartsWith(RunPage, StringComparison.Ordinal) && Guid.TryParse(url[RunPage.Length..], out var id) && await runs.Find(id, cancel) is { } run)
                found.Add(Hit((run.Id, run.Job, run.State)));
        return found;
    }

    private SearchHit Hit(string key) => new(jobs.TitleOf(key), JobsUrl.Job(key)) { Also = key, Hint = jobs.PluginTitle(key.Split('.')[0]) };

    private SearchHit Hit((Guid Id, string Job, string State) run) =>
        new($"{jobs.TitleOf(run.Job)} {ShortId.Shorten(run.Id.ToString("N"), RunListStore.LeastOfId)}", JobsUrl.Run(run.Id)) { Also = run.Id.ToString(), Hint = RunState.Word(run.State), Icon = "play" };
}
