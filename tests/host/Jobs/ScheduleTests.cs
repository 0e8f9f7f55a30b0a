using Crucible.Host.Jobs;
using Crucible.People;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Host.Tests.Jobs;

/// <summary>What the clock asks for.</summary>
public sealed class ScheduleTests(JobWorld world) : IClassFixture<JobWorld>
{
    [Fact]
    public async Task Whatever_number_of_hosts_finds_a_time_due_one_run_stands_for_it()
    {
        var queue = world.Services.GetRequiredService<RunQueueStore>();
        var due = new DateTimeOffset(2026, 3, 1, 3, 0, 0, TimeSpan.Zero);
        var added = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => queue.AddDue("nowhere.Twice", due, default)));
        Assert.Single(added, a => a);
        await world.Execute("update crucible.job_run set state = 'succeeded' where job = 'nowhere.Twice'");
        Assert.False(await queue.AddDue("nowhere.Twice", due, default));
    }

    [Fact]
    public async Task Times_that_pass_while_one_waits_become_one_and_a_paused_job_is_never_due()
    {
        var queue = world.Services.GetRequiredService<RunQueueStore>();
        var due = new DateTimeOffset(2026, 3, 1, 3, 0, 0, TimeSpan.Zero);
        Assert.True(await queue.AddDue("nowhere.Late", due, default));
        Assert.False(await queue.AddDue("nowhere.Late", due.AddDays(1), default));
        await world.Execute("insert into crucible.job_rule (job, paused, changed_by) values ('nowhere.Paused', true, 'tests')");
        Assert.False(await queue.AddDue("nowhere.Paused", due, default));
    }

    [Fact]
    public async Task A_schedule_is_edited_on_the_page_kept_by_the_scheduler_and_put_back()
    {
        var admin = await world.Visit(world.Cast.Admin);
        var schedules = world.Services.GetRequiredService<JobSchedules>();
        (await admin.Submit("/admin/jobs/job/chores.Dust", "#job-schedule form", ("cron", "* * * * * ?"))).Dispose();
        await world.Until(async () => (await world.Rows<string>("select asked_by from crucible.job_run where job = 'chores.Dust' and state = 'succeeded'")).Contains("schedule"), "dusted by the clock");
        (await admin.Submit("/admin/jobs/job/chores.Dust", "form[action$='handler=Reset']")).Dispose();
        Assert.Equal(3, (await schedules.Next("chores.Dust", default))!.Value.Hour);
        var audit = await world.Rows<string>("select coalesce(before ->> 'cron', 'declared') || ' to ' || coalesce(after ->> 'cron', 'declared') from crucible.audit where action = 'job.schedule' and subject = 'job:chores.Dust' order by id");
        Assert.Equal(["declared to * * * * * ?", "* * * * * ? to declared"], audit);
    }

    [Fact]
    public async Task A_start_takes_away_the_schedule_of_a_job_that_its_plugin_no_longer_has_and_leaves_that_of_a_plugin_that_is_away()
    {
        var schedules = world.Services.GetRequiredService<JobSchedules>();
        foreach (var job in new[] { "chores.Gone", "away.Job" })
            await schedules.Set(job, "0 0 3 * * ?", default);
        await world.AddHost();
        await world.Until(async () => await schedules.Next("chores.Gone", default) is null, "a schedule less");
        await world.StopLast();
        Assert.NotNull(await schedules.Next("away.Job", default));
        Assert.NotNull(await schedules.Next("chores.Dust", default));
    }

    [Theory]
    [InlineData("0 0 1--100000000 * *", "at most four digits")]
    [InlineData("0 0 0 30 2 ?", "never fires")]
    [InlineData("every day", "six fields")]
    [InlineData("", "Write a cron expression")]
    public async Task A_schedule_that_cannot_be_is_refused_at_its_field_with_what_was_typed(string cron, string why)
    {
        var admin = await world.Visit(world.Cast.Admin);
        using var response = await admin.Submit("/admin/jobs/job/chores.Sweep", "#job-schedule form", ("cron", cron));
        Assert.Equal(System.Net.HttpStatusCode.UnprocessableEntity, response.StatusCode);
        var page = new AngleSharp.Html.Parser.HtmlParser().ParseDocument(await response.Content.ReadAsStringAsync());
        Assert.Contains(why, page.QuerySelector("#cron-note")!.TextContent);
        Assert.Equal(cron, page.QuerySelector("#cron")!.GetAttribute("value") ?? "");
        Assert.Null(await world.Services.GetRequiredService<JobSchedules>().Next("chores.Sweep", default));
    }

    [Fact]
    public async Task The_next_ten_times_are_shown_while_somebody_types()
    {
        var admin = await world.Visit(world.Cast.Admin);
        var times = await admin.Get("/admin/jobs/job/chores.Sweep?part=times&cron=0 15 10 ? * MON");
        Assert.Equal(10, times.QuerySelectorAll("li").Length);
        Assert.All(times.QuerySelectorAll("li"), li => Assert.Matches("^Mon .*10:15:00$", li.TextContent));
        Assert.Contains("on Monday at 10:15", times.QuerySelector("p")!.TextContent);
    }

    [Fact]
    public async Task The_history_forgets_what_is_older_than_it_is_kept_and_nothing_else()
    {
        await world.Execute("""
            insert into crucible.job_run (id, job, asked_by, state, created_at, ended_at)
            select (lpad(to_hex((extract(epoch from now() - age) * 1000)::bigint), 12, '0') || '70008000' || lpad(n::text, 12, '0'))::uuid, 'nowhere.Old', state, state, now() - age, now() - age
            from (values (1, interval '31 days', 'succeeded'), (2, interval '29 days', 'succeeded'), (3, interval '31 days', 'dead'), (4, interval '91 days', 'dead'), (5, interval '91 days', 'queued')) v(n, age, state);
            insert into crucible.job_log (run_id, line, attempt, at, level, text) select id, 1, 1, now(), 'info', 'x' from crucible.job_run where job = 'nowhere.Old'
            """);
        await world.Until(await world.Run("crucible.ForgetOldData"), RunState.Succeeded);
        Assert.Equal(["dead", "queued", "succeeded"], await world.Rows<string>("select state from crucible.job_run where job = 'nowhere.Old' order by state"));
        Assert.Equal(3, (await world.Rows<long>("select count(*) from crucible.job_log where text = 'x'")).Single());
        var kept = (await (await world.Visit(world.Cast.Admin)).Get("/admin/system")).QuerySelectorAll("#system-retention tbody tr").ToDictionary(r => r.Children[0].TextContent, r => r.Children[1].TextContent);
        Assert.Equal(("30", "30", "90", "90"), (kept["Runs of jobs that succeeded"], kept["Runs of jobs that were cancelled"], kept["Runs of jobs that failed and were discarded"], kept["Dead letters"]));
    }
}
