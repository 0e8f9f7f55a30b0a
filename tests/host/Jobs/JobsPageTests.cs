using System.Net;
using AngleSharp.Html.Parser;
using Crucible.Host.Jobs;
using Crucible.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Host.Tests.Jobs;

/// <summary>What an admin sees and does.</summary>
public sealed class JobsPageTests(JobWorld world) : IClassFixture<JobWorld>
{
    private async Task<string[]> Found(Visitor visitor, string query) =>
        [.. (await visitor.Get($"/admin/jobs?part=list&q={Uri.EscapeDataString(query)}")).QuerySelectorAll("tbody tr").Select(r => r.Id!["job-run-".Length..])];

    [Fact]
    public async Task A_run_by_hand_takes_the_declared_arguments_and_nothing_else()
    {
        var admin = await world.Visit(world.Cast.Admin);
        using (var refused = await admin.Submit("/admin/jobs/job/chores.Sweep", "#job-run-now form", ("arg-with", "a broom")))
        {
            Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
            Assert.Contains("Room is needed", new HtmlParser().ParseDocument(await refused.Content.ReadAsStringAsync()).QuerySelector("#arg-room-note")!.TextContent);
        }
        using var asked = await admin.Submit("/admin/jobs/job/chores.Sweep", "#job-run-now form", ("arg-room", "attic"), ("arg-type", "System.Type"), ("job", "chores.Drop"));
        var id = Guid.Parse(asked.RequestMessage!.RequestUri!.Segments[^1]);
        var run = await world.Until(id, RunState.Succeeded);
        Assert.Equal(("chores.Sweep", "admin", """{"room": "attic"}"""), (run.Job, run.AskedBy, run.Arguments));
        var page = await admin.Get($"/admin/jobs/{id}");
        Assert.Contains("attic", page.QuerySelector("#job-arguments")!.TextContent);
        Assert.Equal("Succeeded", page.QuerySelector(".page-head .status")!.TextContent);
    }

    [Fact]
    public async Task Qualifiers_find_runs_and_a_wrong_one_is_explained()
    {
        var admin = await world.Visit(world.Cast.Admin);
        var kitchen = await world.Run("chores.Sweep", ("room", "findable kitchen"));
        var dead = await world.Run("chores.Drop");
        await world.Until(kitchen, RunState.Succeeded);
        await world.Until(dead, RunState.Dead);
        Assert.Equal([kitchen.ToString("N")], await Found(admin, "arg.room:\"findable kitchen\" state:succeeded job:sweep by:tests node:a after:1h"));
        Assert.Contains(dead.ToString("N"), await Found(admin, "state:failed error:\"disk full sentinel\" attempts:>2 plugin:chores"));
        Assert.Equal([dead.ToString("N")], await Found(admin, dead.ToString()));
        Assert.Equal([dead.ToString("N")], await Found(admin, dead.ToString("N")[^12..]));
        Assert.Equal([dead.ToString("N")], await Found(admin, $"-job:sweep -arg.room:attic -node:b {dead}"));
        Assert.Empty(await Found(admin, $"-job:drop {dead}"));
        Assert.Empty(await Found(admin, "state:failed job:sweep"));
        Assert.Equal(["chores.Sweep"], (await admin.Get("/admin/jobs?part=options&key=job&q=sweep")).QuerySelectorAll("[role=option]").Select(o => o.GetAttribute("data-value")));
        Assert.Contains("Did you mean “state:”", (await admin.Get("/admin/jobs?q=stat:failed")).QuerySelector("#jobs-query-error")!.TextContent);
    }

    [Fact]
    public async Task Pages_follow_each_other_without_a_gap_while_new_runs_come()
    {
        await world.Execute("insert into crucible.job_run (id, job, asked_by, state) select gen_random_uuid(), 'nowhere.Paged', 'pager', 'cancelled' from generate_series(1, 120)");
        var admin = await world.Visit(world.Cast.Admin);
        var seen = new List<string>();
        var url = "/admin/jobs?q=by:pager";
        for (var pages = 1; ; pages++)
        {
            var page = await admin.Get(url);
            seen.AddRange(page.QuerySelectorAll("#jobs-list tbody tr").Select(r => r.Id!));
            await world.Execute("insert into crucible.job_run (id, job, asked_by, state) values (@id, 'nowhere.Paged', 'pager', 'cancelled')", new { id = Guid.Parse($"ffffffff-ffff-7fff-8fff-{pages:000000000000}") });
            if (page.QuerySelectorAll("#jobs-list footer a").FirstOrDefault(a => a.TextContent.Trim() == "Older") is not { } older)
                break;
            url = older.GetAttribute("href")!;
        }
        Assert.Equal((120, 120), (seen.Count, seen.Distinct().Count()));
    }

    [Fact]
    public async Task A_paused_job_begins_nothing_until_it_is_resumed()
    {
        var admin = await world.Visit(world.Cast.Admin);
        (await admin.Submit("/admin/jobs/job/chores.Count", ".page-head form[action$='handler=Pause']")).Dispose();
        var id = await world.Run("chores.Count");
        await world.Until(await world.Run("chores.Sweep"), RunState.Succeeded);
        Assert.Equal(RunState.Queued, (await world.Services.GetRequiredService<RunListStore>().Find(id, default))!.State);
        Assert.Contains("Paused", (await admin.Get("/admin/jobs/job")).QuerySelector("#job-chores-Count")!.TextContent);
        (await admin.Submit("/admin/jobs/job/chores.Count", ".page-head form[action$='handler=Resume']")).Dispose();
        await world.Release(id);
        await world.Until(id, RunState.Succeeded);
    }

    [Fact]
    public async Task Dead_letters_stand_together_by_job_and_error_and_are_retried_together()
    {
        var admin = await world.Visit(world.Cast.Admin);
        var ids = new[] { await world.Run("chores.Hang"), await world.Run("chores.Hang") };
        foreach (var id in ids)
            await world.Until(id, RunState.Dead);
        var row = (await admin.Get("/admin/jobs/dead")).QuerySelectorAll("tbody tr").Single(r => r.TextContent.Contains("Hang"));
        Assert.Equal("2", row.QuerySelector("data")!.TextContent);
        using (await admin.Submit("/admin/jobs/dead", "form[action$='handler=Discard']:has([value='chores.Hang'])"))
            foreach (var id in ids)
                await world.Until(id, RunState.Failed);
        Assert.DoesNotContain("Hang", (await admin.Get("/admin/jobs/dead")).QuerySelector("main")!.TextContent);
    }

    [Fact]
    public async Task All_that_matches_is_retried_or_cancelled_and_nothing_else()
    {
        await world.Execute("insert into crucible.job_run (id, job, asked_by, state, ended_at, error) select gen_random_uuid(), 'nowhere.Bulk', 'bulk' || n % 2, 'dead', now(), 'no' from generate_series(1, 2500) n");
        var admin = await world.Visit(world.Cast.Admin);
        using (await admin.Submit("/admin/jobs?q=by:bulk1", "#retry-all form"))
            Assert.Equal([("bulk0", "dead", 1250L), ("bulk1", "queued", 1250L)], await world.Rows<(string, string, long)>("select asked_by, state, count(*) from crucible.job_run where job = 'nowhere.Bulk' group by 1, 2 order by 1"));
        using (await admin.Submit("/admin/jobs?q=by:bulk1", "#cancel-all form"))
            Assert.Equal(1250, (await world.Rows<long>("select count(*) from crucible.job_run where job = 'nowhere.Bulk' and state = 'cancelled' and cancel_by = 'admin'")).Single());
        using var everything = await admin.Http.PostAsync("/admin/jobs?handler=Retry", new FormUrlEncodedContent(await WithToken(admin, ("all", "true"), ("q", ""))));
        Assert.Equal(HttpStatusCode.BadRequest, everything.StatusCode);
    }

    [Fact]
    public async Task A_limit_is_edited_and_a_wrong_one_refused()
    {
        var admin = await world.Visit(world.Cast.Admin);
        using (var refused = await admin.Submit("/admin/jobs/job/chores.Narrow", "#job-limit form", ("limit", "0")))
            Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        (await admin.Submit("/admin/jobs/job/chores.Narrow", "#job-limit form", ("limit", "7"))).Dispose();
        Assert.Equal("7", (await admin.Get("/admin/jobs/job")).QuerySelectorAll("#job-chores-Narrow td")[^2].TextContent);
        (await admin.Submit("/admin/jobs/job/chores.Narrow", "#job-limit form", ("limit", ""))).Dispose();
        Assert.Equal("2", (await admin.Get("/admin/jobs/job")).QuerySelectorAll("#job-chores-Narrow td")[^2].TextContent);
    }

    [Fact]
    public async Task A_page_hears_that_something_changed()
    {
        await using var listener = await world.Listen(world.Cast.Admin, "jobs:all");
        var id = await world.Run("chores.Sweep");
        Assert.Contains((await listener.Next("refresh")).Data, (string[])["jobs-overview", "jobs-list"]);
        await using var run = await world.Listen(world.Cast.Admin, $"job-run:{id:N}");
        Assert.Equal("job-run", (await run.Next("refresh")).Data);
    }

    [Fact]
    public async Task The_loop_is_part_of_being_ready()
    {
        Assert.Contains("\"jobs\":\"healthy\"", await world.Client(null).GetStringAsync("/healthz/ready"));
    }

    [Fact]
    public async Task A_run_nobody_knows_is_explained()
    {
        var id = Guid.CreateVersion7();
        await world.Execute("insert into crucible.job_run (id, job, asked_by) values (@id, '<script>x</script>', 'a hand')", new { id });
        var admin = await world.Visit(world.Cast.Admin);
        var page = await admin.Get($"/admin/jobs/{id}");
        Assert.Contains("No host that is up knows this job", page.QuerySelector("main .notice")!.TextContent);
        Assert.Empty(page.QuerySelectorAll("main script"));
        (await admin.Submit($"/admin/jobs/{id}", "form[action$='handler=Cancel']")).Dispose();
        await world.Until(id, RunState.Cancelled);
    }

    [Theory]
    [InlineData("/admin/jobs?handler=Retry", "job.retry")]
    [InlineData("/admin/jobs?handler=Cancel", "job.cancel")]
    [InlineData("/admin/jobs?handler=Discard", "job.discard")]
    [InlineData("/admin/jobs?handler=Restore&ids={id}", "job.restore")]
    [InlineData("/admin/jobs/{id}?handler=Retry", "job.retry")]
    [InlineData("/admin/jobs/{id}?handler=Cancel", "job.cancel")]
    [InlineData("/admin/jobs/{id}?handler=Discard", "job.discard")]
    [InlineData("/admin/jobs/dead?handler=Retry", "job.retry")]
    [InlineData("/admin/jobs/dead?handler=Discard", "job.discard")]
    [InlineData("/admin/jobs/job?handler=Pause", "job.pause")]
    [InlineData("/admin/jobs/job?handler=Resume", "job.resume")]
    [InlineData("/admin/jobs/job/chores.Dust?handler=Run", "job.run")]
    [InlineData("/admin/jobs/job/chores.Dust?handler=Schedule", "job.schedule")]
    [InlineData("/admin/jobs/job/chores.Dust?handler=Reset", "job.schedule")]
    [InlineData("/admin/jobs/job/chores.Dust?handler=Limit", "job.limit")]
    public async Task Every_deed_is_for_those_who_may_and_is_in_the_audit_log(string url, string action)
    {
        var id = Guid.CreateVersion7();
        await world.Execute("insert into crucible.job_run (id, job, asked_by, state, error) values (@id, 'nowhere.Deeds', 'tests', @state, @error)",
            new { id, state = action switch { "job.cancel" => "queued", "job.restore" => "failed", _ => "dead" }, error = action });
        if (action == "job.resume")
            await world.Services.GetRequiredService<JobRuleStore>().Pause(["chores.Dust"], true, Crucible.People.Actor.System("tests"), default);
        (string, string)[] fields = [("ids", id.ToString()), ("job", url.Contains("/dead") ? "nowhere.Deeds" : "chores.Dust"), ("pattern", action), ("cron", "0 0 4 * * ?"), ("limit", "3")];
        url = url.Replace("{id}", id.ToString());

        using var nobody = await world.Client(null).PostAsync(url, Form(fields));
        Assert.Equal(HttpStatusCode.Unauthorized, nobody.StatusCode);
        foreach (var player in new[] { world.Cast.Member, world.Cast.Viewer })
            using (var refused = await world.Client(player).PostAsync(url, Form(fields)))
                Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        var before = await Lines();
        var admin = await world.Visit(world.Cast.Admin);
        using (var forged = await admin.Http.PostAsync(url, Form(fields)))
            Assert.Equal(HttpStatusCode.BadRequest, forged.StatusCode);
        Assert.Equal(before, await Lines());
        using (var done = await admin.Http.PostAsync(url, new FormUrlEncodedContent(await WithToken(admin, fields))))
            Assert.True(done.IsSuccessStatusCode, $"{url} answered {done.StatusCode}");
        Assert.Equal(before + 1, await Lines());

        async Task<long> Lines() => (await world.Rows<long>("select count(*) from crucible.audit where action = @action", new { action })).Single();
    }

    [Theory]
    [InlineData("/admin/jobs")]
    [InlineData("/admin/jobs/job")]
    [InlineData("/admin/jobs/job/chores.Dust")]
    [InlineData("/admin/jobs/dead")]
    [InlineData("/admin/jobs/nodes")]
    public async Task Only_those_who_may_see_them(string url)
    {
        Assert.Equal(HttpStatusCode.Forbidden, (await world.Client(world.Cast.Member).GetAsync(url)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await world.Client(world.Cast.Admin).GetAsync(url)).StatusCode);
        await using var listener = await world.Listen(world.Cast.Member, "jobs:all");
        Assert.Equal(HttpStatusCode.Forbidden, listener.Status);
    }

    private static FormUrlEncodedContent Form(IEnumerable<(string, string)> fields) => new(fields.Select(f => KeyValuePair.Create(f.Item1, f.Item2)));

    private static async Task<IEnumerable<KeyValuePair<string, string>>> WithToken(Visitor visitor, params (string, string)[] fields)
    {
        var token = (await visitor.Get("/admin/jobs/job")).QuerySelector("#jobs-list input[name^=__]")!;
        return [KeyValuePair.Create(token.GetAttribute("name")!, token.GetAttribute("value")!), .. fields.Select(f => KeyValuePair.Create(f.Item1, f.Item2))];
    }
}
