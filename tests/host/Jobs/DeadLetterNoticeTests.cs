using AngleSharp.Dom;
using Crucible.Host.Jobs;
using Crucible.Host.Tests.Notices;
using Crucible.People;
using Crucible.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Host.Tests.Jobs;

/// <summary>Who hears of runs that were given up.</summary>
public sealed class DeadLetterNoticeTests(JobWorld world) : IClassFixture<JobWorld>
{
    [Fact]
    public async Task Those_who_look_after_jobs_find_it_behind_the_bell_and_what_was_cancelled_is_no_news()
    {
        var (holder, member) = (await world.Newcomer("gert", Role.Member, world.Cast.Blue), await world.Newcomer("hans", Role.Member, world.Cast.Blue));
        var admin = await world.Visit(world.Cast.Admin);
        (await admin.Submit($"/admin/people/{holder.PersonId}", "#person-give", ("permission", "crucible.jobs"))).Dispose();

        var waiting = await world.Run("chores.Wait");
        await world.Until(waiting, RunState.Running);
        await world.Services.GetRequiredService<RunActStore>().Cancel([waiting], Actor.System("tests"), default);
        await world.Until(waiting, RunState.Cancelled);
        await world.Until(await world.Run("chores.Drop"), RunState.Dead);
        await world.Until(await world.Run("chores.Drop"), RunState.Dead);

        foreach (var player in new[] { world.Cast.Admin, holder })
        {
            var notice = Assert.Single(await Given(player));
            Assert.Contains("Drop failed for good", notice.TextContent);
            Assert.Contains("2×", notice.TextContent);
            Assert.Contains("disk full sentinel", notice.TextContent);
            await (await world.Visit(player)).Get("/admin/jobs/job/chores.Drop");
        }
        Assert.Empty(await Given(member));
        Assert.Equal(0, (await world.Rows<long>("select count(*) from crucible.notice where kind = 'crucible.job-given-up' and read_at is null")).Single());
    }

    private async Task<IReadOnlyList<IElement>> Given(Player player) =>
        [.. (await (await world.Visit(player)).Get("/account/notices?show=unread")).QuerySelectorAll("#notices li").Where(l => l.TextContent.Contains("for good", StringComparison.Ordinal))];
}

/// <summary>The same for what a dead host ran.</summary>
public sealed class LostRunNoticeTests(JobWorld world) : IClassFixture<JobWorld>
{
    [Fact]
    public async Task A_last_attempt_that_died_with_its_host_is_told_too()
    {
        var id = Guid.CreateVersion7();
        await world.Execute("insert into crucible.job_run (id, job, asked_by, state, attempt, node, node_id, started_at) values (@id, 'chores.Drop', 'tests', 'running', 3, 'ghost', -1, now())", new { id });
        await world.Until(id, RunState.Dead);
        var notice = Assert.Single(await world.Rows<string>("select title || ': ' || text from crucible.notice where kind = 'crucible.job-given-up' and person_id = @PersonId", world.Cast.Admin));
        Assert.Equal("Drop failed for good: The host ghost stopped answering while it ran this.", notice);
    }
}
