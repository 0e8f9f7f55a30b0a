using System.Globalization;
using Npgsql;

namespace Crucible.Benchmarks.Data;

/// <summary>Many experiments with many finished runs, each with ten metrics, ten parameters and the tags that clients set.</summary>
internal sealed record ManyRuns(IReadOnlyList<long> Experiments, IReadOnlyList<Guid> Runs)
{
    private const int KeysOfEach = 10;
    private const long Began = 1_760_000_000_000;
    private const string SeriesSequence = "experiments.series_series_id_seq";

    public static async Task<ManyRuns> Make(NpgsqlDataSource database, int experiments, int runsOfEach, CancellationToken cancel)
    {
        var first = await CopyIn.Next(database, "experiments.experiment_id", experiments, cancel);
        var ids = Enumerable.Range(0, experiments).Select(i => first + i).ToList();
        await CopyIn.Write(database, "experiments.experiment (experiment_id, name, artifact_location, team_id, created_ms, updated_ms)", copy =>
        {
            foreach (var id in ids)
                copy.Row(id, $"Sweep {id}", $"mlflow-artifacts:/{id}", Everyone, Began + id, Began + id);
        }, cancel);

        var runs = Enumerable.Range(0, experiments * runsOfEach).Select(i => (Id: Guid.CreateVersion7(DateTimeOffset.FromUnixTimeMilliseconds(Began + i)), Experiment: ids[i / runsOfEach], Number: i)).ToList();
        await CopyIn.Write(database, "experiments.run (run_id, experiment_id, name, user_id, status, start_time, end_time, artifact_uri)", copy =>
        {
            foreach (var (id, experiment, number) in runs)
                copy.Row(id, experiment, $"brave-otter-{number}", "mira", number % 20 == 0 ? "failed" : "completed", Began + number * 1000L, Began + number * 1000L + 600_000, $"mlflow-artifacts:/{experiment}/{id:N}/artifacts");
        }, cancel);
        await CopyIn.Write(database, "experiments.param (run_id, experiment_id, key, value)", copy =>
        {
            foreach (var (id, experiment, number) in runs)
                for (var key = 0; key < KeysOfEach; key++)
                    copy.Row(id, experiment, $"param_{key}", (Noise(number, key + 50) * (key + 1)).ToString("0.#####", CultureInfo.InvariantCulture));
        }, cancel);
        await CopyIn.Write(database, "experiments.tag (run_id, experiment_id, key, value)", copy =>
        {
            foreach (var (id, experiment, number) in runs)
                foreach (var (key, value) in new[] { ("mlflow.runName", $"brave-otter-{number}"), ("mlflow.source.name", "train.py"), ("mlflow.source.type", "LOCAL"), ("mlflow.user", "mira") })
                    copy.Row(id, experiment, key, value);
        }, cancel);

        var series = await CopyIn.Next(database, SeriesSequence, runs.Count * KeysOfEach, cancel);
        await CopyIn.Write(database, "experiments.series (series_id, run_id, experiment_id, key, points, first_step, last_step, first_at, last_at, last_value, min_value, max_value)", copy =>
        {
            foreach (var (id, experiment, number) in runs)
                for (var key = 0; key < KeysOfEach; key++)
                {
                    var value = Noise(number, key);
                    copy.Row(series + number * KeysOfEach + key, id, experiment, $"metric_{key}", 1L, 1L, 1L, Began, Began, value, value, value);
                }
        }, cancel);
        await CopyIn.Write(database, "experiments.point (series_id, step, at, value)", copy =>
        {
            foreach (var (_, _, number) in runs)
                for (var key = 0; key < KeysOfEach; key++)
                    copy.Point(series + number * KeysOfEach + key, 1, Began, Noise(number, key));
        }, cancel);
        await CopyIn.Settle(database, cancel);
        return new(ids, [.. runs.Select(r => r.Id)]);
    }

    public static readonly Guid Everyone = new("00000000-0000-0000-0000-000000000001");

    /// <summary>Evenly spread over 0 to 1 and the same every time.</summary>
    public static double Noise(int number, int key) => Math.Abs(Math.Sin(number * 12.9898 + key * 78.233) * 43758.5453) % 1;
}
