using System.Diagnostics;
using Crucible.Host.Jobs;
using Crucible.People;
using Crucible.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Host.Tests.Jobs;

/// <summary>Two workers a host, so that four runs need two hosts.</summary>
public sealed class SmallHosts : JobWorld
{
    protected override IEnumerable<string> Settings => [.. base.Settings, "Crucible:Jobs:Workers=2"];

    internal async Task<Guid[]> FourWaiting()
    {
        var ids = new List<Guid>();
        for (var i = 0; i < 4; i++)
            ids.Add(await Run("chores.Wait"));
        foreach (var id in ids)
            await Until(id, RunState.Running);
        return [.. ids];
    }
}

public sealed class SharingTests(SmallHosts world) : IClassFixture<SmallHosts>
{
    private async Task<IReadOnlyList<RunRow>> All(IEnumerable<Guid> ids)
    {
        var runs = new List<RunRow>();
        foreach (var id in ids)
            runs.Add((await world.Services.GetRequiredService<RunListStore>().Find(id, default))!);
        return runs;
    }

    [Fact]
    public async Task A_killed_host_is_seen_gone_and_another_takes_over_what_it_ran()
    {
        await using var other = await OtherHost.Start(world, "b");
        var ids = await world.FourWaiting();
        var runs = await All(ids);
        Assert.Equal(["a", "a", "b", "b"], runs.Select(r => r.Node).Order());
        var since = Stopwatch.GetTimestamp();
        await other.Kill();
        foreach (var mine in runs.Where(r => r.Node == "a"))
            await world.Release(mine.Id);
        foreach (var theirs in runs.Where(r => r.Node == "b"))
            await world.Until(theirs.Id, r => r is { State: RunState.Running, Node: "a", Attempt: 2 }, "running on a, attempt 2");
        Assert.True(Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(20));

        var admin = await world.Visit(world.Cast.Admin);
        var nodes = await admin.Get("/admin/jobs/nodes");
        Assert.Contains(nodes.QuerySelectorAll("tbody tr"), r => r.QuerySelector("strong")?.TextContent == "b" && r.TextContent.Contains("Gone"));
        var lost = runs.First(r => r.Node == "b");
        var page = await admin.Get($"/admin/jobs/{lost.Id}");
        Assert.Contains("Attempt 2 is running on a", page.QuerySelector("#job-attempts")!.TextContent);
        Assert.Contains("The host b stopped answering", page.QuerySelector("#job-attempts")!.TextContent);
        foreach (var id in ids)
            await world.Release(id);
        foreach (var id in ids)
            await world.Until(id, RunState.Succeeded);
    }

    [Fact]
    public async Task A_host_that_stops_hands_back_what_it_runs_and_the_attempt_does_not_count()
    {
        await using var other = await OtherHost.Start(world, "c");
        var ids = await world.FourWaiting();
        var theirs = (await All(ids)).Where(r => r.Node == "c").Select(r => r.Id).ToList();
        Assert.Equal(2, theirs.Count);
        await other.Stop();
        Assert.Equal("left", (await world.Rows<string>("select state from crucible.node where name = 'c'")).Single());
        foreach (var id in ids)
            await world.Release(id);
        foreach (var id in theirs)
            Assert.Equal(("a", 1), (await world.Until(id, RunState.Succeeded)) is var run ? (run.Node, run.Attempt) : default);
        foreach (var id in ids)
            await world.Until(id, RunState.Succeeded);
    }

    [Fact]
    public async Task A_run_is_cancelled_from_the_page_of_another_host_and_its_history_is_there_too()
    {
        await using var other = await OtherHost.Start(world, "d");
        var ids = await world.FourWaiting();
        var theirs = (await All(ids)).First(r => r.Node == "d");
        var admin = await world.Visit(world.Cast.Admin);
        (await admin.Submit($"/admin/jobs/{theirs.Id}", "form[action$='handler=Cancel']")).Dispose();
        var run = await world.Until(theirs.Id, RunState.Cancelled);
        Assert.Equal(("d", "admin"), (run.Node, run.CancelBy));
        foreach (var id in ids)
            await world.Release(id);
    }
}

/// <summary>A host that slept through its lease.</summary>
public sealed class LeaseTests(JobWorld world) : IClassFixture<JobWorld>
{
    [Fact]
    public async Task A_host_that_was_given_up_lets_go_and_comes_back_under_a_new_number()
    {
        var id = await world.Run("chores.Wait");
        await world.Until(id, RunState.Running);
        var before = (await world.Rows<long>("select id from crucible.node where state = 'up'")).Single();
        await world.Execute("update crucible.node set state = 'gone', ended_at = now() where state = 'up'");
        await world.Until(id, r => r.Attempt == 2 && r.State == RunState.Running, "a second attempt");
        Assert.True((await world.Rows<long>("select id from crucible.node where state = 'up'")).Single() > before);
        await world.Release(id);
        await world.Until(id, RunState.Succeeded);
        var attempts = await world.Services.GetRequiredService<RunListStore>().Attempts(id, default);
        Assert.Equal(["lost"], attempts.Select(a => a.Outcome));
    }

    [Fact]
    public async Task A_run_that_a_host_was_given_without_hearing_of_it_is_queued_again()
    {
        var id = Guid.CreateVersion7();
        await world.Execute("""
            insert into crucible.job_run (id, job, asked_by, state, attempt, node, node_id, started_at)
            select @id, 'chores.Sweep', 'tests', 'running', 1, name, id, now() - interval '1 minute' from crucible.node where state = 'up'
            """, new { id });
        var run = await world.Until(id, RunState.Succeeded);
        Assert.Equal(1, run.Attempt);
    }

    [Fact]
    public async Task A_host_that_cannot_beat_for_its_lease_lets_go_and_begins_again_when_it_can()
    {
        var beat = world.Services.GetRequiredService<NodeBeat>();
        var id = await world.Run("chores.Wait");
        await world.Until(id, RunState.Running);
        await using (var connection = await world.Database.Open(default))
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await using var command = new Npgsql.NpgsqlCommand("lock table crucible.node in access exclusive mode", connection);
            await command.ExecuteNonQueryAsync();
            await Postgres.Until.True(() => beat.Node is null && world.Services.GetRequiredService<RunsHere>().UnderWay.IsEmpty);
        }
        await Postgres.Until.True(() => beat.Node is not null);
        await world.Until(id, r => r.Attempt == 2 && r.State == RunState.Running, "a second attempt");
        await world.Release(id);
        await world.Until(id, RunState.Succeeded);
        Assert.Equal(["a"], await world.Rows<string>("select name from crucible.node where state = 'up'"));
    }
}

/// <summary>Switching changes a world, so it has one of its own.</summary>
public sealed class SwitchedOffTests(JobWorld world) : IClassFixture<JobWorld>
{
    [Fact]
    public async Task Runs_of_a_plugin_that_is_off_wait_until_it_is_on()
    {
        var plugins = world.Services.GetRequiredService<Crucible.Host.Plugins.PluginSwitch>();
        var rule = world.Services.GetRequiredService<DeclaredJobs>().Find("chores.Sweep")!;
        await plugins.Set("chores", false, Actor.System("tests"), default);
        var id = await world.Services.GetRequiredService<RunActStore>().Run(rule, new Dictionary<string, string>(), Actor.System("tests"), default);
        await world.Until(await world.Run("crucible.ForgetExpiredCredentials"), RunState.Succeeded);
        Assert.Equal(RunState.Queued, (await world.Services.GetRequiredService<RunListStore>().Find(id, default))!.State);
        await plugins.Set("chores", true, Actor.System("tests"), default);
        await world.Until(id, RunState.Succeeded);
    }
}
