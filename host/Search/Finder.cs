using Crucible.People;
using Crucible.Search;
using Crucible.Ui;

namespace Crucible.Host.Search;

/// <summary>What was found, and the sources that did not answer in time.</summary>
internal sealed record Findings(string Query, IReadOnlyList<PaletteGroup> Groups, IReadOnlyList<string> Missing);

/// <summary>
/// Answers the palette: asks every source at the same time, leaves out the slow and the broken, and ranks what came by
/// <see cref="Match"/>, what this person chose lately before the rest.
/// </summary>
internal sealed class Finder(Places places, PickStore picks, IServiceScopeFactory scopes, TimeProvider time, ILogger<Finder> logger)
{
    /// <summary>How long a source may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(300);

    private const int MostOfOne = 6;
    private const int MostRecent = 6;
    // More than are shown, so that the ranking has a choice.
    private const int MostAsked = 24;

    public Task<Findings> Find(Actor actor, string? query, CancellationToken cancel)
    {
        query = query?.Trim() ?? "";
        return query.Length == 0 ? Offer(actor, cancel) : Search(actor, query.Length > Match.MostCharacters ? query[..Match.MostCharacters] : query, cancel);
    }

    // Before anything is typed: what was chosen lately, then where to go and what to do.
    private async Task<Findings> Offer(Actor actor, CancellationToken cancel)
    {
        var pages = places.Pages(actor);
        var urls = await Picked(actor, cancel);
        var answers = await Task.WhenAll(places.Sources(actor).Where(s => s.Known is not null && urls.Count > 0)
            .Select(s => Ask(s, (services, patience) => s.Known!(services, actor, urls, patience), cancel)));
        var known = pages.Select(p => (Hit: p, Icon: p.Icon!)).Concat(answers.SelectMany(a => a.Hits.Select(h => (Hit: h, Icon: h.Icon ?? a.Source.Icon))))
            .DistinctBy(k => k.Hit.Url).ToDictionary(k => k.Hit.Url);
        var recent = urls.Where(known.ContainsKey).Take(MostRecent).Select(u => new PaletteItem(known[u].Hit.Title, u, known[u].Icon, known[u].Hit.Hint)).ToList();
        return new("",
        [
            new("Recent", recent),
            new("Pages", [.. pages.Where(p => recent.TrueForAll(r => r.Url != p.Url)).Select(p => new PaletteItem(p.Title, p.Url, p.Icon!, p.Hint))]),
            new("Actions", [.. places.Actions(actor).Select(Item)]),
        ], Missing(answers));
    }

    private async Task<Findings> Search(Actor actor, string query, CancellationToken cancel)
    {
        var asked = Task.WhenAll(places.Sources(actor).Select(s => Ask(s, (services, patience) => s.Find(services, actor, query, MostAsked, patience), cancel)));
        var recent = (await Picked(actor, cancel)).ToHashSet();
        var answers = await asked;
        var groups = new List<Ranked>
        {
            Rank("Pages", places.Pages(actor).Select(p => (new PaletteItem(p.Title, p.Url, p.Icon!, p.Hint), Score(query, p.Title, p.Also))), recent),
            Rank("Actions", places.Actions(actor).Select(a => (Item(a), Score(query, a.Title, a.Also))), recent),
        };
        foreach (var (source, hits, _) in answers)
            // A source may know better than the letters do why it found a thing: that goes last, not away.
            groups.Add(Rank(source.Title, hits.Select(h => (new PaletteItem(h.Title, h.Url, h.Icon ?? source.Icon, h.Hint), Score(query, h.Title, h.Also) ?? (double?)0)), recent));
        return new(query, [.. groups.OrderByDescending(g => g.Best).Select(g => g.Group)], Missing(answers));
    }

    private static Ranked Rank(string title, IEnumerable<(PaletteItem Item, double? Score)> all, HashSet<string> recent)
    {
        var found = all.Where(f => f.Score is not null).OrderByDescending(f => recent.Contains(f.Item.Url)).ThenByDescending(f => f.Score)
            .ThenBy(f => f.Item.Title.Length).Take(MostOfOne).ToList();
        return new(new(title, [.. found.Select(f => f.Item)]), found.Select(f => f.Score!.Value + (recent.Contains(f.Item.Url) ? 1 : 0)).DefaultIfEmpty().Max());
    }

    private static double? Score(string query, string title, string? also)
    {
        var own = Match.Score(query, title);
        var other = also is null ? null : Match.Score(query, also) * 0.95;
        return own is null || other > own ? other : own;
    }

    private static PaletteItem Item(PaletteAction action) => new(action.Title, action.Url, action.Icon, null, action.Keys, action.Post);

    private Task<IReadOnlyList<string>> Picked(Actor actor, CancellationToken cancel) =>
        actor.PersonId is { } person ? picks.Of(person, cancel) : Task.FromResult<IReadOnlyList<string>>([]);

    private static List<string> Missing(IEnumerable<Answer> answers) => [.. answers.Where(a => a.Missing).Select(a => a.Source.Title)];

    private async Task<Answer> Ask(SearchSource source, Func<IServiceProvider, CancellationToken, Task<IReadOnlyList<SearchHit>>> question, CancellationToken cancel)
    {
        using var late = new CancellationTokenSource(Patience, time);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel, late.Token);
        try
        {
            // On another thread and not waited for beyond its time: a source may block, or not listen to its token.
            return new(source, await Task.Run(() => InScope(question, patience.Token), patience.Token).WaitAsync(patience.Token), false);
        }
        catch (Exception) when (cancel.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancel);
        }
        catch (Exception) when (late.IsCancellationRequested)
        {
            logger.LogWarning("The search source {Source} took longer than {Patience} ms", source.Title, Patience.TotalMilliseconds);
        }
        catch (Exception fault)
        {
            logger.LogError(fault, "The search source {Source} failed", source.Title);
        }
        return new(source, [], true);
    }

    // The scope lives as long as the source works, not as long as somebody waits for it.
    private async Task<IReadOnlyList<SearchHit>> InScope(Func<IServiceProvider, CancellationToken, Task<IReadOnlyList<SearchHit>>> question, CancellationToken patience)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await question(scope.ServiceProvider, patience);
    }

    private sealed record Answer(SearchSource Source, IReadOnlyList<SearchHit> Hits, bool Missing);

    private sealed record Ranked(PaletteGroup Group, double Best);
}
