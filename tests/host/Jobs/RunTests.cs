using Crucible.Host.Jobs;
using Crucible.People;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Host.Tests.Jobs;

/// <summary>What becomes of a run, whatever its job does.</summary>
public sealed class RunTests(JobWorld world) : IClassFixture<JobWorld>
{
    [Fact]
    public async Task One_that_returns_has_succeeded_with_its_times_and_its_host()
    {
        var run = await world.Until(await world.Run("chores.Sweep", ("room", "kitchen")), RunState.Succeeded);
        Assert.Equal(["swept kitchen"], await world.Diary(run.Id));
        // Its lease is short here: a host that starts too slowly for it comes back under the next free name.
        Assert.Matches("^a(-[0-9]+)?$", run.Node);
        Assert.Equal((1, "tests"), (run.Attempt, run.AskedBy));
        Assert.True(run.TookMs > 0 && run.WaitMs >= 0 && run.EndedAt >= run.StartedAt);
    }

    [Fact]
    public async Task One_that_throws_is_tried_again_and_each_attempt_keeps_its_error()
    {
        var run = await world.Until(await world.Run("chores.Drop", ("times", "2")), RunState.Succeeded);
        Assert.Equal(3, run.Attempt);
        var attempts = await world.Services.GetRequiredService<RunListStore>().Attempts(run.Id, default);
        Assert.Equal(["The disk full sentinel, attempt 2.", "The disk full sentinel, attempt 1."], attempts.Select(a => a.Error));
        Assert.All(attempts, a => Assert.Contains("at Team.Chores.Drop.Run", a.Details));
        var log = await world.Services.GetRequiredService<RunListStore>().Log(run.Id, 0, 10, default);
        Assert.Equal(["Attempt 1", "Attempt 2", "Attempt 3"], log.Select(l => l.Text));
    }

    [Fact]
    public async Task One_that_has_no_attempts_left_is_a_dead_letter_until_somebody_retries_or_discards_it()
    {
        var run = await world.Until(await world.Run("chores.Drop"), RunState.Dead);
        Assert.Equal(3, run.Attempt);
        var acts = world.Services.GetRequiredService<RunActStore>();
        Assert.Equal(1, await acts.Retry([run.Id], Actor.System("tests"), default));
        run = await world.Until(run.Id, r => r.State == RunState.Dead && r.Attempt == 6, "dead again after three more attempts");
        Assert.Equal(1, await acts.Discard([run.Id], Actor.System("tests"), default));
        await world.Until(run.Id, RunState.Failed);
        Assert.Equal(0, await acts.Discard([run.Id], Actor.System("tests"), default));
    }

    [Fact]
    public async Task One_that_hangs_is_stopped_when_its_time_is_up()
    {
        var run = await world.Until(await world.Run("chores.Hang"), RunState.Dead);
        Assert.StartsWith("It took longer than 1", run.Error);
        Assert.InRange(run.TookMs!.Value, 900, 10_000);
    }

    [Fact]
    public async Task One_that_is_cancelled_stops()
    {
        var id = await world.Run("chores.Wait");
        await world.Until(id, RunState.Running);
        await world.Services.GetRequiredService<RunActStore>().Cancel([id], Actor.System("tests"), default);
        var run = await world.Until(id, RunState.Cancelled);
        Assert.Equal("tests", run.CancelBy);
    }

    [Fact]
    public async Task One_that_ignores_the_signal_is_given_up_and_its_place_is_free_again()
    {
        var id = await world.Run("chores.Sulk");
        await world.Until(id, RunState.Running);
        await world.Services.GetRequiredService<RunActStore>().Cancel([id], Actor.System("tests"), default);
        var run = await world.Until(id, RunState.Cancelled);
        Assert.Contains("still running", run.Error);
        // Whichever host has it says so with its next beat.
        await world.Until(async () => await GivenUp() == 1, "one that was given up");
        await world.Release(id);
        await world.Until(async () => await GivenUp() == 0, "none that was given up");

        async Task<int> GivenUp() => (await world.Rows<int>("select coalesce(sum(abandoned), 0)::int from crucible.node where state = 'up'")).Single();
    }

    [Fact]
    public async Task A_limit_holds_over_all_hosts()
    {
        var second = await world.AddHost();
        Assert.NotEqual(world.Url, second);
        var ids = new List<Guid>();
        for (var i = 0; i < 12; i++)
            ids.Add(await world.Run("chores.Narrow"));
        foreach (var id in ids)
            await world.Until(id, RunState.Succeeded);
        var steps = await world.Rows<string>("select what from chores.did where run_id = any(@ids) order by at, n", new { ids });
        var (inside, most) = (0, 0);
        foreach (var step in steps)
            most = Math.Max(most, inside += step == "in" ? 1 : -1);
        Assert.Equal((0, 2), (inside, most));
    }

    [Fact]
    public async Task Its_progress_and_its_lines_are_there_while_it_runs_and_what_is_too_much_is_counted()
    {
        var id = await world.Run("chores.Count");
        var run = await world.Until(id, r => r.Share == .75 && r.Lines == 3, "three quarters");
        Assert.Equal("Counting", run.Doing);
        var log = await world.Services.GetRequiredService<RunListStore>().Log(id, 0, 10, default);
        Assert.Equal(("warn", "Counted 3 \uFFFD of 3"), (log[2].Level, log[2].Text));
        await world.Release(id);
        run = await world.Until(id, RunState.Succeeded);
        Assert.Equal(10_053, run.Lines);
        Assert.Equal(10_000, (await world.Rows<long>("select count(*) from crucible.job_log where run_id = @id", new { id })).Single());
    }

    [Theory]
    [InlineData("System.Diagnostics.Process")]
    [InlineData("chores.DiaryStore")]
    [InlineData("chores.Sweep, Team.Chores")]
    [InlineData("nowhere.Job")]
    public async Task A_row_edited_to_name_something_else_reaches_nothing_and_waits(string job)
    {
        var id = Guid.CreateVersion7();
        await world.Execute("insert into crucible.job_run (id, job, asked_by) values (@id, @job, 'a hand')", new { id, job });
        // Later than it in the queue, so that it was passed over and not only late.
        await world.Until(await world.Run("chores.Sweep"), RunState.Succeeded);
        var run = (await world.Services.GetRequiredService<RunListStore>().Find(id, default))!;
        Assert.Equal((RunState.Queued, false), (run.State, run.Known));
    }

    [Fact]
    public async Task Arguments_edited_into_something_else_than_strings_fail_the_run_and_nothing_else()
    {
        var id = Guid.CreateVersion7();
        await world.Execute("""insert into crucible.job_run (id, job, arguments, asked_by, attempt) values (@id, 'chores.Sweep', '{"room": {"$type": "x"}}', 'a hand', 4)""", new { id });
        var run = await world.Until(id, RunState.Dead);
        Assert.Contains("not strings by name", run.Error);
        Assert.Empty(await world.Diary(id));
    }
}
