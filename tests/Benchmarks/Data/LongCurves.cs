using Crucible.Benchmarks.Client;
using Npgsql;

namespace Crucible.Benchmarks.Data;

/// <summary>Runs with one long metric each; the first of them may have more, so that its page shows as many long curves.</summary>
internal sealed record LongCurves(long Experiment, IReadOnlyList<Guid> Runs)
{
    public const string Key = "loss";
    private const long Began = 1_760_000_000_000;

    public static async Task<LongCurves> Make(NpgsqlDataSource database, int count, int curvesOfFirst, int points, CancellationToken cancel)
    {
        var experiment = await CopyIn.Next(database, "experiments.experiment_id", 1, cancel);
        await CopyIn.Write(database, "experiments.experiment (experiment_id, name, artifact_location, team_id, created_ms, updated_ms)",
            copy => copy.Row(experiment, $"{count} long curves", $"mlflow-artifacts:/{experiment}", ManyRuns.Everyone, Began, Began), cancel);
        var runs = Enumerable.Range(0, count).Select(i => Guid.CreateVersion7(DateTimeOffset.FromUnixTimeMilliseconds(Began + i))).ToList();
        await CopyIn.Write(database, "experiments.run (run_id, experiment_id, name, user_id, status, start_time, end_time, artifact_uri)", copy =>
        {
            for (var i = 0; i < count; i++)
                copy.Row(runs[i], experiment, $"long-{i}", "mira", "completed", Began, Began + points * 250L, $"mlflow-artifacts:/{experiment}/{runs[i]:N}/artifacts");
        }, cancel);

        var lines = runs.Select(run => (Run: run, Key)).Concat(Enumerable.Range(1, curvesOfFirst - 1).Select(i => (Run: runs[0], Key: $"metric_{i}"))).ToList();
        var first = await CopyIn.Next(database, "experiments.series_series_id_seq", lines.Count, cancel);
        await CopyIn.Write(database, "experiments.point (series_id, step, at, value)", copy =>
        {
            for (var line = 0; line < lines.Count; line++)
                for (var step = 0; step < points; step++)
                    copy.Point(first + line, step, Began + step * 250L, Tracking.Value(step, line));
        }, cancel);
        // Last, since the roll-up looks for series that are due.
        await CopyIn.Write(database, "experiments.series (series_id, run_id, experiment_id, key, points, first_step, last_step, first_at, last_at, last_value, min_value, max_value)", copy =>
        {
            for (var line = 0; line < lines.Count; line++)
                copy.Row(first + line, lines[line].Run, experiment, lines[line].Key, (long)points, 0L, points - 1L, Began, Began + (points - 1) * 250L,
                    Tracking.Value(points - 1, line), 0.0, 2.6);
        }, cancel);
        await RolledUp(database, cancel);
        await CopyIn.Settle(database, cancel);
        return new(experiment, runs);
    }

    // The host's own job does it once a minute, as it would have while the runs logged.
    private static async Task RolledUp(NpgsqlDataSource database, CancellationToken cancel)
    {
        await using var due = database.CreateCommand("select count(*) from experiments.series where points - rolled_points >= 4096");
        for (var second = 0; (long)(await due.ExecuteScalarAsync(cancel))! > 0; second++)
        {
            if (second > 300)
                throw new InvalidOperationException("The host did not roll the long curves up within five minutes.");
            await Task.Delay(TimeSpan.FromSeconds(1), cancel);
        }
    }
}
