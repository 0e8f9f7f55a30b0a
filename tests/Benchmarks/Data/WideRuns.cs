using System.Diagnostics;
using System.Globalization;
using Npgsql;
using NpgsqlTypes;

namespace Crucible.Benchmarks.Data;

/// <summary>
/// Many experiments whose runs have 200 metrics of 100 steps each, as totals: that is what tables and searches read. All of it as points would be
/// 1.5 billion rows; points there are of the first metrics of the first experiment, in all its runs, which are those that a table draws.
/// </summary>
/// <param name="Experiments">Their ids; the first one is that with points.</param>
/// <param name="Newest">The newest run of the first one.</param>
/// <param name="ManyKeys">An experiment with 12,000 metrics, each in ten of its runs.</param>
internal sealed record WideRuns(IReadOnlyList<long> Experiments, Guid Newest, long ManyKeys)
{
    public const int Keys = 200;
    public const int DistinctKeys = 12_000;
    private const int Steps = 100;
    private const int KeysWithPoints = 60;
    private const int RunsOfEachKey = 10;
    private const int RunsOfManyKeys = 200;
    private const long Began = 1_765_000_000_000;
    private static readonly string[] Optimizers = ["adam", "adamw", "lion", "sgd"];

    public static async Task<WideRuns> Make(Bench bench, int experiments, int runsOfEach)
    {
        var (database, cancel, began) = (bench.Site.Database, bench.Cancel, Stopwatch.GetTimestamp());
        var first = await CopyIn.Next(database, "experiments.experiment_id", experiments + 1, cancel);
        var ids = Enumerable.Range(0, experiments).Select(i => first + i).ToList();
        await CopyIn.Write(database, "experiments.experiment (experiment_id, name, artifact_location, team_id, created_ms, updated_ms)", copy =>
        {
            foreach (var id in ids.Append(first + experiments))
                copy.Row(id, $"Wide {id}", $"mlflow-artifacts:/{id}", ManyRuns.Everyone, Began + id, Began + id);
        }, cancel);
        var runs = Enumerable.Range(0, experiments * runsOfEach + RunsOfManyKeys)
            .Select(i => (Id: Guid.CreateVersion7(DateTimeOffset.FromUnixTimeMilliseconds(Began + i)), Experiment: first + Math.Min(i / runsOfEach, experiments), Number: i)).ToList();
        await CopyIn.Write(database, "experiments.run (run_id, experiment_id, name, user_id, status, start_time, end_time, artifact_uri)", copy =>
        {
            foreach (var (id, experiment, number) in runs)
                copy.Row(id, experiment, $"calm-heron-{number}", "mira", number % 20 == 0 ? "failed" : "completed", Began + number * 1000L, Began + number * 1000L + 600_000, $"mlflow-artifacts:/{experiment}/{id:N}/artifacts");
        }, cancel);
        await CopyIn.Write(database, "experiments.param (run_id, experiment_id, key, value)", copy =>
        {
            foreach (var (id, experiment, number) in runs)
            {
                copy.Row(id, experiment, "optimizer", Optimizers[number % Optimizers.Length]);
                for (var key = 0; key < 9; key++)
                    copy.Row(id, experiment, $"param_{key}", ManyRuns.Noise(number, key + 500).ToString("0.#####", CultureInfo.InvariantCulture));
            }
        }, cancel);

        var wide = experiments * runsOfEach;
        var series = await CopyIn.Next(database, "experiments.series_series_id_seq", wide * Keys + DistinctKeys * RunsOfEachKey, cancel);
        // Looking every run up as it comes takes longer than all the rest; once at the end is as good.
        await CopyIn.Run(database, "alter table experiments.series drop constraint series_run_id_fkey", cancel);
        // Two connections, each its half: the machine this was made for has two cores.
        await Task.WhenAll(Enumerable.Range(0, 2).Select(half => Task.Run(() => Series(database, copy =>
        {
            for (var number = wide * half / 2; number < wide * (half + 1) / 2; number++)
                for (var key = 0; key < Keys; key++)
                    Series(copy, series + (long)number * Keys + key, runs[number].Id, runs[number].Experiment, Key(key), ManyRuns.Noise(number, key));
        }, cancel), cancel)));
        await Series(database, copy =>
        {
            const int KeysOfEachRun = DistinctKeys * RunsOfEachKey / RunsOfManyKeys;
            for (var i = 0; i < DistinctKeys * RunsOfEachKey; i++)
                Series(copy, series + (long)wide * Keys + i, runs[wide + i / KeysOfEachRun].Id, first + experiments, $"block_{i % DistinctKeys:00000}/norm", ManyRuns.Noise(i, 1));
        }, cancel);
        await CopyIn.Run(database, "alter table experiments.series add constraint series_run_id_fkey foreign key (run_id) references experiments.run (run_id) on delete cascade", cancel);
        bench.Say($"  {(long)wide * Keys:#,0} series in {Stopwatch.GetElapsedTime(began).TotalSeconds:0} s");
        await Task.WhenAll(Enumerable.Range(0, 2).Select(half => Task.Run(() => CopyIn.Write(database, "experiments.point (series_id, step, at, value)", copy =>
        {
            for (var number = runsOfEach * half / 2; number < runsOfEach * (half + 1) / 2; number++)
                for (var key = 0; key < KeysWithPoints; key++)
                    for (var step = 0; step < Steps; step++)
                        copy.Point(series + (long)number * Keys + key, step, Began + step * 6000L, ManyRuns.Noise(number, key) * (1 + (Steps - 1 - step) / 50.0));
        }, cancel), cancel)));
        bench.Say($"  and {runsOfEach * KeysWithPoints * Steps:#,0} points in {Stopwatch.GetElapsedTime(began).TotalSeconds:0} s");
        await CopyIn.Settle(database, cancel);
        return new(ids, runs[runsOfEach - 1].Id, first + experiments);
    }

    /// <summary>The first are what people look at; with the next ones they have points.</summary>
    private static string Key(int key) => key switch { 0 => "val/loss", 1 => "val/accuracy", 2 => "train/loss", _ => $"layer_{key:000}/grad_norm" };

    private static Task Series(NpgsqlDataSource database, Action<NpgsqlBinaryImporter> rows, CancellationToken cancel) => CopyIn.Write(database,
        "experiments.series (series_id, run_id, experiment_id, key, points, first_step, last_step, first_at, last_at, last_value, min_value, max_value, mean_sum, mean_points)", rows, cancel);

    // Without boxing: there are fifteen million.
    private static void Series(NpgsqlBinaryImporter copy, long seriesId, Guid run, long experiment, string key, double value)
    {
        copy.StartRow();
        copy.Write(seriesId, NpgsqlDbType.Bigint);
        copy.Write(run, NpgsqlDbType.Uuid);
        copy.Write(experiment, NpgsqlDbType.Bigint);
        copy.Write(key, NpgsqlDbType.Text);
        copy.Write((long)Steps, NpgsqlDbType.Bigint);
        copy.Write(0L, NpgsqlDbType.Bigint);
        copy.Write(Steps - 1L, NpgsqlDbType.Bigint);
        copy.Write(Began, NpgsqlDbType.Bigint);
        copy.Write(Began + (Steps - 1) * 6000L, NpgsqlDbType.Bigint);
        copy.Write(value, NpgsqlDbType.Double);
        copy.Write(value * 0.9, NpgsqlDbType.Double);
        copy.Write(value * 3, NpgsqlDbType.Double);
        copy.Write(value * 2 * Steps, NpgsqlDbType.Double);
        copy.Write((long)Steps, NpgsqlDbType.Bigint);
    }
}
