using Crucible.Data;
using Crucible.People;
using Dapper;

namespace Crucible.Experiments.Data;

/// <summary>Rolls long series up into buckets of 128 consecutive points.</summary>
public sealed class RollUpStore(Database database)
{
    /// <summary>Points in a bucket, or a few more where several share its last (step, at).</summary>
    public const int BucketSize = 128;

    /// <summary>From how many points behind the last bucket on a series is rolled up.</summary>
    public const int Threshold = 4096;

    // The newest points stay out: what a run logs next may still come before them.
    private const int Unsettled = 512;

    // At most so many points in one transaction, since a writer of the series waits for it.
    private const int MostAtOnce = 32_768;

    /// <summary>Series that are due, at most <paramref name="most"/>.</summary>
    public async Task<IReadOnlyList<long>> Due(int most, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<long>(new(
            "select series_id from experiments.series where points - rolled_points >= 4096 /* the index's own condition */ order by series_id limit @most",
            new { most }, cancellationToken: cancel))).AsList();
    }

    /// <summary>Rolls up the next part of a series. False when nothing is left to do.</summary>
    public async Task<bool> RollUp(long seriesId, CancellationToken cancel)
    {
        await using var write = await database.Write(Actor.System("RollUpMetrics"), cancel);
        // The lock that writers of the series take as well; see MetricStore.Append.
        var waiting = await write.Connection.QuerySingleOrDefaultAsync<long>(new(
            "select points - rolled_points from experiments.series where series_id = @seriesId for no key update",
            new { seriesId }, cancellationToken: cancel));
        if (waiting < Threshold)
            return false;
        var made = await write.Connection.QuerySingleAsync<long>(new(MakeBuckets,
            new { seriesId, size = BucketSize, take = (int)Math.Min(waiting - Unsettled, MostAtOnce) }, cancellationToken: cancel));
        await write.Commit(cancel);
        return made > 0 && waiting - MostAtOnce >= Threshold;
    }

    // Points of equal (step, at) stay together: the bucket is that of the first of them (rank, not row_number).
    // The last bucket is left to the next time unless it is full.
    private const string MakeBuckets = """
        with last as (
            select last_step, last_at from experiments.bucket where series_id = @seriesId order by last_step desc, last_at desc limit 1
        ), point as (
            select step, at, value, nullif(value, 'NaN') as number, (rank() over (order by step, at) - 1) / @size as bucket
            from (select step, at, value from experiments.point
                where series_id = @seriesId
                    and (step, at) > (coalesce((select last_step from last), -9223372036854775808), coalesce((select last_at from last), -9223372036854775808))
                order by step, at, value limit @take) p
        ), whole as (
            select * from point where bucket < (select max(bucket) from point)
        ), made as (
            insert into experiments.bucket (series_id, points, first_step, first_at, first_value, last_step, last_at, last_value,
                min_value, min_step, min_at, max_value, max_step, max_at)
            select @seriesId, count(*),
                (array_agg(step order by step, at, value))[1], (array_agg(at order by step, at, value))[1], (array_agg(value order by step, at, value))[1],
                (array_agg(step order by step, at, value))[count(*)::int], (array_agg(at order by step, at, value))[count(*)::int], (array_agg(value order by step, at, value))[count(*)::int],
                min(number), (array_agg(step order by number, step))[1], (array_agg(at order by number, step))[1],
                max(number), (array_agg(step order by number desc nulls last, step))[1], (array_agg(at order by number desc nulls last, step))[1]
            from whole group by bucket
            returning points
        )
        update experiments.series set rolled_points = rolled_points + (select coalesce(sum(points), 0) from made) where series_id = @seriesId
        returning (select count(*) from made)
        """;
}
