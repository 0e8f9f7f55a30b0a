using System.Globalization;
using Crucible.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Fragments;
using Crucible.People;
using Crucible.Search;
using Dapper;

namespace Crucible.Experiments.Data;

/// <summary>
/// Experiments and runs, as the palette finds them at every key: experiments by any part of their name, runs by the beginning
/// of their name or id, and the newest five thousand by any part of their name.
/// </summary>
public sealed class FinderStore(Database database)
{
    private const int Newest = 5000;
    private const int LeastOfId = 4;

    /// <summary>Experiments by name or number.</summary>
    public Task<IReadOnlyList<SearchHit>> Experiments(Actor actor, string text, int most, CancellationToken cancel) => ReadExperiments($"""
        where {Visible.To("e")} and e.lifecycle = 'active' and (strpos(lower(e.name), lower(@text)) > 0 or e.experiment_id::text = @text)
        order by strpos(lower(e.name), lower(@text)), e.created_ms desc limit @most
        """, new { actor.SeesAll, actor.ReadTeams, text, most }, cancel);

    /// <summary>Experiments by their addresses.</summary>
    public Task<IReadOnlyList<SearchHit>> KnownExperiments(Actor actor, IReadOnlyList<string> urls, CancellationToken cancel)
    {
        long[] ids = [.. urls.Select(u => Tail(u, Address.Experiments + "/")).Select(t => long.TryParse(t, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : -1)];
        return ReadExperiments($"where {Visible.To("e")} and e.lifecycle = 'active' and e.experiment_id = any(@ids)", new { actor.SeesAll, actor.ReadTeams, ids }, cancel);
    }

    /// <summary>Runs by name, or by the first four or more digits of their id.</summary>
    public Task<IReadOnlyList<SearchHit>> Runs(Actor actor, string text, int most, CancellationToken cancel)
    {
        var (from, until) = IdRange(text) ?? (null, null);
        // Each branch stops at so many: a name that every run begins with must not be sorted through.
        return ReadRuns($"""
            where r.run_id in (
                (select r.run_id from experiments.run r join experiments.experiment e using (experiment_id)
                 where lower(r.name) like @prefix and r.lifecycle = 'active' and {Visible.To("e")} limit @most)
                union all
                (select r.run_id from (
                    select r.run_id, r.name from experiments.run r
                    where r.lifecycle = 'active' and (@SeesAll or r.experiment_id = any(array(select e.experiment_id from experiments.experiment e where {Visible.To("e")})))
                    order by r.run_id desc limit @Newest) r
                 where strpos(lower(r.name), lower(@text)) > 0 order by r.run_id desc limit @most)
                union all
                (select r.run_id from experiments.run r join experiments.experiment e using (experiment_id)
                 where r.run_id between @from and @until and r.lifecycle = 'active' and {Visible.To("e")} limit @most))
            order by r.run_id desc limit @twice
            """, new
        {
            actor.SeesAll,
            actor.ReadTeams,
            text,
            prefix = text.ToLowerInvariant().Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal) + "%",
            from,
            until,
            most,
            twice = 2 * most,
            Newest,
        }, cancel);
    }

    /// <summary>Runs by their addresses.</summary>
    public Task<IReadOnlyList<SearchHit>> KnownRuns(Actor actor, IReadOnlyList<string> urls, CancellationToken cancel)
    {
        Guid[] ids = [.. urls.Select(u => Tail(u, Address.Experiments + "/runs/")).Select(t => RunId.TryRead(t, out var id) ? id : Guid.Empty)];
        return ReadRuns($"where r.run_id = any(@ids) and r.lifecycle = 'active' and {Visible.To("e")}", new { actor.SeesAll, actor.ReadTeams, ids }, cancel);
    }

    private static string? Tail(string url, string start) => url.StartsWith(start, StringComparison.Ordinal) ? url[start.Length..] : null;

    private static (Guid? From, Guid? Until)? IdRange(string text)
    {
        var digits = text.Replace("-", "", StringComparison.Ordinal);
        return digits.Length is < LeastOfId or > 32 || !digits.All(char.IsAsciiHexDigit) ? null
            : (Guid.ParseExact(digits.PadRight(32, '0'), "N"), Guid.ParseExact(digits.PadRight(32, 'f'), "N"));
    }

    private async Task<IReadOnlyList<SearchHit>> ReadExperiments(string which, object values, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        var found = await connection.QueryAsync<(long Id, string Name)>(new($"select e.experiment_id, e.name from experiments.experiment e {which}", values, cancellationToken: cancel));
        return [.. found.Select(e => new SearchHit(e.Name, Address.Experiment(e.Id)) { Also = e.Id.ToString(CultureInfo.InvariantCulture) })];
    }

    private async Task<IReadOnlyList<SearchHit>> ReadRuns(string which, object values, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        var found = await connection.QueryAsync<(Guid Id, string Name, string Experiment)>(new(
            $"select r.run_id, r.name, e.name from experiments.run r join experiments.experiment e using (experiment_id) {which}", values, cancellationToken: cancel));
        return [.. found.Select(r => new SearchHit(r.Name, Address.Run(r.Id)) { Hint = r.Experiment, Also = RunId.Write(r.Id) })];
    }
}
