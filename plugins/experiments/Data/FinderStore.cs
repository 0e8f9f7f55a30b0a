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
/// of their name or id, and the newest of the newest experiments by any part of their name.
/// </summary>
public sealed class FinderStore(Database database)
{
    private const int MostExperiments = 2000;
    private const int NewestExperiments = 50;
    private const int NewestRuns = 200;
    private const int LeastOfId = 4;
    // Ids begin with the time: four digits may be those of every run.
    private const int MostOfId = 2000;

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
        // From the experiments that may be seen to their runs, each branch with an end: who sees little of a large table must
        // not wait for all of it, nor who types what every name begins with.
        return ReadRuns($"""
            where r.run_id in (
                with seen as materialized (
                    select e.experiment_id, e.created_ms from experiments.experiment e
                    where e.lifecycle = 'active' and {Visible.To("e")} order by e.created_ms desc limit {MostExperiments})
                (select n.run_id from seen s cross join lateral (
                    select r.run_id from experiments.run r
                    where r.experiment_id = s.experiment_id and r.lifecycle = 'active' and lower(r.name) ~>=~ lower(@text) and lower(r.name) ~<~ (lower(@text) || @last)
                    limit @most) n limit @most)
                union all
                (select n.run_id from (select * from seen order by created_ms desc limit {NewestExperiments}) s cross join lateral (
                    select r.run_id, r.name from experiments.run r where r.experiment_id = s.experiment_id and r.lifecycle = 'active'
                    order by r.start_time desc, r.run_id limit {NewestRuns}) n
                 where strpos(lower(n.name), lower(@text)) > 0 limit @most)
                union all
                (select n.run_id from (
                    select r.run_id, r.experiment_id from experiments.run r
                    where r.run_id between @from and @until and r.lifecycle = 'active' order by r.run_id desc limit {MostOfId}) n
                 where n.experiment_id in (select experiment_id from seen) limit @most))
            order by r.run_id desc limit @twice
            """, new { actor.SeesAll, actor.ReadTeams, text, last = "\U0010FFFF", from, until, most, twice = 2 * most }, cancel);
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
