using System.Globalization;
using System.Net;
using Npgsql;

namespace Crucible.Experiments.Api.Tests.Pages;

/// <summary>What is done to many runs: archived, tagged, moved, put into the trash, brought back and deleted for ever.</summary>
public sealed class RunBulkTests(World world) : IClassFixture<World>
{
    private readonly Tracker _mira = new(world.Client(world.Cast.Member));

    private static IEnumerable<string> Rows(Shown page) => page.Page.QuerySelectorAll("tr[data-row] .name > a:not(.fold)").Select(a => a.TextContent.Trim());

    private static async Task<Shown> Do(Visitor visitor, string path, params (string, string)[] fields) => await visitor.Send(path.Contains('?') ? $"{path}&handler=Runs" : $"{path}?handler=Runs", [.. fields, await visitor.FormToken()]);

    private static string? UndoOf(Shown page) => page.Page.QuerySelector("#toasts form[action*='handler=Undo']")?.GetAttribute("action");

    private static async Task<Shown> Undo(Visitor visitor, Shown page)
    {
        Assert.NotNull(UndoOf(page));
        return await visitor.Send(UndoOf(page)!, await visitor.FormToken());
    }

    private async Task<(string Path, string[] Runs)> Runs(int count)
    {
        var experiment = await _mira.NewExperiment();
        var runs = new string[count];
        for (var i = 0; i < count; i++)
            runs[i] = await _mira.NewRun(experiment, $"run {i}", 1_700_000_000_000 - i);
        return ($"/experiments/{experiment}", runs);
    }

    [Fact]
    public async Task Archived_runs_are_out_of_sight_and_still_written_and_come_back_by_undo()
    {
        var (path, runs) = await Runs(3);
        var mira = await world.Visit(world.Cast.Member);
        var page = await Do(mira, path, ("act", "archive"), ("ids", runs[0]), ("ids", runs[1]), ("ids", Guid.NewGuid().ToString("N")));
        Assert.Equal(["run 2"], Rows(page));
        Assert.Contains("2 runs archived; 1 run stay", page.Text("#toasts"), StringComparison.Ordinal);
        Assert.Equal(["run 0", "run 1"], Rows(await mira.Ask($"{path}?view=archived")));
        await _mira.Log(runs[0], "loss", [new(1, 1, 1)]);
        (await _mira.Get($"runs/get?run_id={runs[0]}")).Ok();
        Assert.Equal(["run 0", "run 1", "run 2"], Rows(await Undo(mira, page)));
        // Nothing is left to be taken back by another.
        var admin = await world.Visit(world.Cast.Admin);
        Assert.Equal(HttpStatusCode.NotFound, (await admin.Send(UndoOf(page)!, await admin.FormToken())).Status);
    }

    [Fact]
    public async Task A_tag_is_set_on_many_and_undo_puts_back_what_each_said()
    {
        var (path, runs) = await Runs(2);
        (await _mira.Post("runs/set-tag", new { run_id = runs[0], key = "stage", value = "old" })).Is("{}");
        var mira = await world.Visit(world.Cast.Member);
        var page = await Do(mira, path, ("act", "tag"), ("ids", runs[0]), ("ids", runs[1]), ("key", " stage "), ("value", "<new>"));
        foreach (var run in runs)
            Assert.Contains("stage", (await _mira.Contents(run)), StringComparison.Ordinal);
        Assert.Equal(["<new>", "<new>"], (await mira.Ask($"{path}?columns=tags.stage")).Page.QuerySelectorAll("tr[data-row] td:last-child").Select(t => t.TextContent.Trim()));
        await Undo(mira, page);
        Assert.Equal(["old", "—"], (await mira.Ask($"{path}?columns=tags.stage")).Page.QuerySelectorAll("tr[data-row] td:last-child").Select(t => t.TextContent.Trim()));
        foreach (var key in (string[])["", "a\"b", "mlflow.runName"])
            Assert.Equal(HttpStatusCode.Conflict, (await Do(mira, path, ("act", "tag"), ("ids", runs[0]), ("key", key), ("value", "v"))).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await Do(mira, path, ("act", "untag"), ("ids", runs[0]))).Status);
    }

    [Fact]
    public async Task A_moved_run_takes_everything_along_and_its_files_keep_their_address()
    {
        var things = await Things.Make(_mira);
        (await _mira.Post("runs/update", new { run_id = things.Run, status = "FINISHED" })).Ok();
        (await _mira.Post("runs/log-parameter", new { run_id = things.Run, key = "lr", value = "1" })).Is("{}");
        var target = await _mira.NewExperiment();
        var mira = await world.Visit(world.Cast.Member);
        var before = await _mira.Contents(things.Run);
        Assert.Contains($"data-value=\"{target}\"", (await mira.Ask($"/experiments/{things.Experiment}?part=targets&q=")).Html, StringComparison.Ordinal);
        var page = await Do(mira, $"/experiments/{things.Experiment}", ("act", "move"), ("ids", things.Run), ("target", target));
        Assert.Empty(Rows(page));
        Assert.Equal(target, (await _mira.Run(things.Run)).At("info.experiment_id").GetString());
        Assert.Equal(before, await _mira.Contents(things.Run));
        Assert.Equal([things.Run], await Found(target, "metrics.m = 0 and params.lr = '1' and datasets.name = 'secret'"));
        Assert.Empty(await Found(things.Experiment, ""));
        // Files are found under the address that they have always had, and only there.
        Assert.Equal(200, (await _mira.Get($"/get-artifact?run_id={things.Run}&path=dir%2Fa.txt")).Status);
        Assert.Equal(200, (await _mira.Get($"{Tracker.Proxy}/{things.Experiment}/{things.Run}/artifacts/dir/a.txt")).Status);
        Assert.Equal(404, (await _mira.Get($"{Tracker.Proxy}/{target}/{things.Run}/artifacts/dir/a.txt")).Status);
        Assert.Equal(200, (await _mira.Get($"{Tracker.Proxy}/{things.Experiment}/models/{things.Model}/artifacts/a.txt")).Status);
        // What it logs from now on stands in the experiment that it is in.
        await _mira.Log(things.Run, "late", [new(1, 1, 5)]);
        Assert.Equal([things.Run], await Found(target, "metrics.late = 5"));
        await Undo(mira, page);
        Assert.Equal([things.Run], await Found(things.Experiment, "metrics.m = 0 and metrics.late = 5 and datasets.name = 'secret'"));
    }

    [Fact]
    public async Task Runs_move_only_where_one_may_write_and_not_while_they_are_at_work()
    {
        var (path, runs) = await Runs(1);
        var foreign = await new Tracker(world.Client(world.Cast.Stranger)).NewExperiment();
        var mira = await world.Visit(world.Cast.Member);
        foreach (var target in (string[])[foreign, "987654", "x", path.Split('/')[2], ""])
            Assert.True((await Do(mira, path, ("act", "move"), ("ids", runs[0]), ("target", target))).Status is HttpStatusCode.Conflict or HttpStatusCode.BadRequest, target);
        Assert.DoesNotContain($"data-value=\"{foreign}\"", (await mira.Ask($"{path}?part=targets&q=")).Html, StringComparison.Ordinal);
        var page = await Do(mira, path, ("act", "move"), ("ids", runs[0]), ("target", await _mira.NewExperiment()));
        Assert.Contains("Runs at work stay", page.Text("#toasts"), StringComparison.Ordinal);
        Assert.Equal(["run 0"], Rows(page));
    }

    [Fact]
    public async Task Deletion_for_ever_takes_points_files_and_all_that_hangs_on_the_run()
    {
        var things = await Things.Make(_mira);
        var kept = await _mira.NewRun(things.Experiment, "kept");
        await _mira.Log(kept, "m", [new(0, 0, 0)]);
        await _mira.Log(things.Run, "long", Enumerable.Range(0, 5000).Select(i => new Point(i, i, i)));
        var mira = await world.Visit(world.Cast.Member);
        var path = $"/experiments/{things.Experiment}";
        // Only from the trash, and only by the name.
        Assert.Equal(HttpStatusCode.Conflict, (await Do(mira, path, ("act", "purge"), ("ids", things.Run), ("confirm", "no"))).Status);
        await Do(mira, path, ("act", "purge"), ("ids", things.Run), ("confirm", things.Name));
        (await _mira.Get($"runs/get?run_id={things.Run}")).Ok();
        var page = await Do(mira, path, ("act", "trash"), ("ids", things.Run));
        Assert.NotNull(UndoOf(page));
        page = await Do(mira, $"{path}?view=trash", ("act", "purge"), ("ids", things.Run), ("ids", kept), ("confirm", things.Name));
        Assert.Contains("1 run deleted for ever", page.Text("#toasts"), StringComparison.Ordinal);
        Assert.Null(UndoOf(page));
        Assert.Equal(404, (await _mira.Get($"runs/get?run_id={things.Run}")).Status);
        await Until.True(async () => await Count("select count(*) from experiments.leftover") == 0, "leftovers are swept up");
        foreach (var table in (string[])["run", "series", "param", "tag", "input", "input_tag", "model_output", "logged_model_metric"])
            Assert.Equal(0, await Count($"select count(*) from experiments.{table} where run_id = '{things.Run}'"));
        Assert.Equal(0, await Count("select count(*) from experiments.point p where not exists (select from experiments.series s where s.series_id = p.series_id)"));
        Assert.Equal(1, await Count($"select count(*) from experiments.point p join experiments.series s using (series_id) where s.run_id = '{kept}'"));
        Assert.DoesNotContain(Directory.EnumerateFiles(world.DataOf(0), "*", SearchOption.AllDirectories), f => f.Contains(things.Run, StringComparison.Ordinal));
        Assert.Equal(1, await Count($"select count(*) from crucible.audit where action = 'experiments.run.purge' and subject = 'run:{things.Run}'"));
    }

    [Fact]
    public async Task Others_runs_are_not_mine_to_delete()
    {
        var admin = new Tracker(world.Client(world.Cast.Admin));
        var (path, runs) = await Runs(1);
        var others = await admin.NewRun(path.Split('/')[2], "of the admin", 1_600_000_000_000);
        var mira = await world.Visit(world.Cast.Member);
        var page = await Do(mira, path, ("act", "trash"), ("ids", runs[0]), ("ids", others));
        Assert.Contains("1 run moved to the trash; 1 run of others stay", page.Text("#toasts"), StringComparison.Ordinal);
        Assert.Equal(["of the admin"], Rows(page));
    }

    [Fact]
    public async Task All_that_match_are_a_job_when_they_are_many_and_it_is_taken_back_whole()
    {
        var experiment = await _mira.NewExperiment();
        await using (var connection = new NpgsqlConnection(world.ConnectionString))
        {
            await connection.OpenAsync();
            await using var fill = new NpgsqlCommand($"""
                insert into experiments.run (run_id, experiment_id, name, user_id, status, start_time, artifact_uri)
                select gen_random_uuid(), {experiment}, 'bulk ' || (i % 2), '', 'completed', i, '' from generate_series(1, 900) i
                """, connection);
            await fill.ExecuteNonQueryAsync();
        }
        var mira = await world.Visit(world.Cast.Member);
        var path = $"/experiments/{experiment}?filter=bulk%201";
        Assert.Equal("450", (await mira.Ask($"{path}&part=count")).Html);
        var page = await Do(mira, path, ("act", "archive"), ("all", "1"));
        Assert.Contains("Archiving 450 runs", page.Text("#toasts"), StringComparison.Ordinal);
        await Until.True(async () => await Count($"select count(*) from experiments.run_batch where experiment_id = {experiment} and ended_at is not null") == 1, "the job has ended");
        Assert.Equal(450, await Count($"select count(*) from experiments.run where experiment_id = {experiment} and archived_at is not null and name = 'bulk 1'"));
        var batch = await Text($"select replace(batch_id::text, '-', '') from experiments.run_batch where experiment_id = {experiment}");
        await mira.Send($"/experiments/{experiment}?handler=Undo&batch={batch}", await mira.FormToken());
        await Until.True(async () => await Count($"select count(*) from experiments.run where experiment_id = {experiment} and archived_at is null") == 900, "all are back");
        Assert.False((await mira.Ask($"/experiments/{experiment}?part=batches")).Has(".progress"));
    }

    private async Task<IEnumerable<string?>> Found(string experiment, string filter) =>
        (await _mira.Post("runs/search", new { experiment_ids = new[] { experiment }, filter })).Json.Find("runs")?.EnumerateArray().Select(r => r.At("info.run_id").GetString()) ?? [];

    private async Task<long> Count(string sql) => long.Parse(await Text(sql), CultureInfo.InvariantCulture);

    private async Task<string> Text(string sql)
    {
        await using var connection = new NpgsqlConnection(world.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return Convert.ToString(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture)!;
    }
}
