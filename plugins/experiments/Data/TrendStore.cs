using System.Collections.Concurrent;
using Crucible.Charts;
using Crucible.Data;
using Npgsql;

namespace Crucible.Experiments.Data;

/// <summary>
/// Curves small enough for a cell of a table: about thirty points each, found by index probes. A series that has not
/// grown is remembered, since most rows of a table are of runs that ended long ago.
/// </summary>
public sealed class TrendStore(Database database)
{
    private const int Most = 20_000;

    private readonly ConcurrentDictionary<(long SeriesId, long Points), IReadOnlyList<Point>> _known = new();

    /// <summary>The trends of these series, by series.</summary>
    public async Task<IReadOnlyDictionary<long, IReadOnlyList<Point>>> Of(IReadOnlyCollection<Series> series, CancellationToken cancel)
    {
        var missing = series.Where(s => !_known.ContainsKey((s.SeriesId, s.Points))).ToList();
        if (missing.Count > 0)
        {
            // Forgetting all costs one slow page; it happens seldom and keeps nothing alive for ever.
            if (_known.Count + missing.Count > Most)
                _known.Clear();
            var read = await Read(missing, cancel);
            foreach (var one in missing)
                _known[(one.SeriesId, one.Points)] = [.. read[one.SeriesId].DistinctBy(p => p.X)];
        }
        return series.ToDictionary(s => s.SeriesId, s => _known.GetValueOrDefault((s.SeriesId, s.Points)) ?? []);
    }

    private async Task<ILookup<long, Point>> Read(List<Series> series, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await using var command = new NpgsqlCommand("""
            select n.series_id, p.step, p.value
            from unnest($1, $2, $3) as n (series_id, low, high)
            cross join generate_series(0, 30) as g (i)
            cross join lateral (select step, value from experiments.point
                where series_id = n.series_id and step >= (n.low + (n.high::numeric - n.low) * (g.i / 30.0))::bigint order by step, at, value limit 1) p
            order by 1, 2
            """, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<long[]> { TypedValue = [.. series.Select(s => s.SeriesId)] },
                new NpgsqlParameter<long[]> { TypedValue = [.. series.Select(s => s.FirstStep)] },
                new NpgsqlParameter<long[]> { TypedValue = [.. series.Select(s => s.LastStep)] },
            },
        };
        var points = new List<(long Id, Point Point)>();
        await using var rows = await command.ExecuteReaderAsync(cancel);
        while (await rows.ReadAsync(cancel))
            points.Add((rows.GetInt64(0), new(rows.GetInt64(1), rows.GetDouble(2))));
        return points.ToLookup(p => p.Id, p => p.Point);
    }
}
