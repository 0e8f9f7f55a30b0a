using System.Net;
using AngleSharp.Html.Dom;
using Crucible.Data;
using Crucible.Host.Jobs;
using Crucible.Host.Notices;
using Crucible.Host.Retention;
using Crucible.Host.Tests.Mail;
using Crucible.Jobs;
using Crucible.Notices;
using Crucible.People;
using Crucible.Testing;
using Dapper;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Host.Tests.Notices;

/// <summary>The bell, the list behind it, and what rings it.</summary>
public sealed class NoticeTests(World world) : IClassFixture<World>
{
    private const string Kind = "crucible.access";

    [Fact]
    public async Task A_notice_rings_the_bell_of_every_open_page_of_that_person_alone()
    {
        var (player, other) = (await Someone("anna"), await Someone("ben"));
        await using var listener = await world.Listen(player, $"person:{player.PersonId}", $"person:{player.PersonId}={await Seq(player)}");
        await Notify(player, new(Kind, "Something happened", "/experiments") { Text = "And why", Status = "failed" });
        Assert.Equal("bell", (await listener.Next("refresh")).Data);

        var visitor = await world.Visit(player);
        var bell = await visitor.Get("/account/notices/bell");
        Assert.Equal("1", bell.QuerySelector(".unread")!.TextContent);
        Assert.Contains("Something happened", bell.QuerySelector("a.new")!.TextContent);
        Assert.NotNull((await visitor.Get("/account")).QuerySelector(".topbar .bell .unread"));
        Assert.Null((await (await world.Visit(other)).Get("/account")).QuerySelector(".bell .unread"));
        await using var eavesdropper = await world.Listen(other, $"person:{player.PersonId}");
        Assert.NotEqual(HttpStatusCode.OK, eavesdropper.Status);
    }

    [Fact]
    public async Task Opening_what_a_notice_speaks_of_reads_it()
    {
        var player = await Someone("carl");
        await Notify(player, new(Kind, "One", "/experiments?view=deleted"));
        await Notify(player, new(Kind, "Two", "/account#account-sessions"));
        var visitor = await world.Visit(player);
        await visitor.Get("/experiments");
        Assert.Equal(2, await Unread(player));
        await visitor.Get("/experiments?view=deleted");
        Assert.Equal(1, await Unread(player));
        Assert.Null((await visitor.Get("/account")).QuerySelector(".bell .unread"));
    }

    [Fact]
    public async Task They_are_marked_read_one_by_one_or_all_at_once()
    {
        var player = await Someone("dora");
        foreach (var title in new[] { "One", "Two", "Three" })
            await Notify(player, new(Kind, title, "/nowhere"));
        var visitor = await world.Visit(player);
        using (var one = await visitor.Submit("/account/notices", "#notices li form"))
            Assert.Equal("/account/notices", one.RequestMessage!.RequestUri!.AbsolutePath);
        Assert.Equal(2, await Unread(player));
        Assert.Equal(2, (await visitor.Get("/account/notices?show=unread")).QuerySelectorAll("#notices li").Length);
        (await visitor.Submit("/account/notices", ".bell form")).Dispose();
        Assert.Equal(0, await Unread(player));
        Assert.Contains("Nothing new", (await visitor.Get("/account/notices?show=unread")).QuerySelector("#notices")!.TextContent);
    }

    [Fact]
    public async Task Nobody_reads_the_notices_of_another()
    {
        var (player, other) = (await Someone("emil"), await Someone("fred"));
        await Notify(player, new(Kind, "Private matter", "/nowhere"));
        var id = await Sql<long>($"select id from crucible.notice where person_id = '{player.PersonId}'");
        var visitor = await world.Visit(other);
        Assert.DoesNotContain("Private matter", (await visitor.Get("/account/notices")).Body!.TextContent);
        (await visitor.Http.PostAsync("/account/notices/read", new FormUrlEncodedContent([new("id", $"{id}"), new("__RequestVerificationToken", await Token(visitor))]))).Dispose();
        Assert.Equal(1, await Unread(player));
        using var program = await world.Client(player).GetAsync("/account/notices");
        Assert.Equal(HttpStatusCode.Forbidden, program.StatusCode);
        using var without = await visitor.Http.PostAsync("/account/notices/read", new FormUrlEncodedContent([]));
        Assert.Equal(HttpStatusCode.BadRequest, without.StatusCode);
    }

    [Fact]
    public async Task The_list_is_paged_by_key()
    {
        var player = await Someone("gina");
        await using (var connection = await world.Services.GetRequiredService<Database>().Open(default))
            await connection.ExecuteAsync($"insert into crucible.notice (person_id, kind, title, url, at) select '{player.PersonId}', 'crucible.access', 'N' || n, '/x', now() from generate_series(1, 120) n");
        var visitor = await world.Visit(player);
        var (seen, path) = (new List<string>(), "/account/notices");
        for (var pages = 0; path is not null; pages++)
        {
            Assert.True(pages < 4);
            var page = await visitor.Get(path);
            seen.AddRange(page.QuerySelectorAll("#notices li a").Select(a => a.TextContent));
            path = (page.QuerySelector("#notices-pager a[rel=next]") as IHtmlAnchorElement)?.GetAttribute("href");
        }
        Assert.Equal(Enumerable.Range(1, 120).Reverse().Select(n => $"N{n}"), seen);
    }

    [Fact]
    public async Task The_same_thing_again_counts_instead_of_piling_up()
    {
        var player = await Someone("hugo");
        for (var i = 0; i < 3; i++)
            await Notify(player, new(Kind, $"Try {i}", "/x") { Key = "thing" });
        Assert.Equal(("Try 2", 3), await Sql<(string, int)>($"select title, times from crucible.notice where person_id = '{player.PersonId}'"));
        (await (await world.Visit(player)).Submit("/account/notices", ".bell form")).Dispose();
        await Notify(player, new(Kind, "Try 3", "/x") { Key = "thing" });
        await Notify(player, new(Kind, "Once more", "/x") { Key = "thing", Once = true });
        Assert.Equal(2, await Sql<long>($"select count(*) from crucible.notice where person_id = '{player.PersonId}'"));
    }

    [Fact]
    public async Task A_rollback_is_silence()
    {
        var player = await Someone("ilse");
        await using (var write = await world.Services.GetRequiredService<Database>().Write(Actor.System("test"), default))
            await world.Services.GetRequiredService<INotices>().Notify(write, player.PersonId, new(Kind, "Never", "/x"), default);
        Assert.Equal(0, await Unread(player));
    }

    [Fact]
    public async Task What_is_switched_off_stays_away_and_what_guards_the_account_cannot_be()
    {
        var player = await Someone("jana");
        var visitor = await world.Visit(player);
        using (var saved = await visitor.Http.PostAsync("/account/notices/settings?handler=Choices", new FormUrlEncodedContent([new("__RequestVerificationToken", await Token(visitor))])))
            Assert.Contains("Saved.", await saved.Content.ReadAsStringAsync());
        await Notify(player, new(Kind, "Not wanted", "/x"));
        await Notify(player, new("crucible.credentials", "Has to be seen", "/x"));
        Assert.Equal(["Has to be seen"], await Titles(player));
        var page = await visitor.Get("/account/notices/settings");
        Assert.Null(page.QuerySelector("input[value='crucible.job-given-up']"));
        Assert.False(((IHtmlInputElement)page.QuerySelector("input[name=Bell][value='crucible.access']")!).IsChecked);
    }

    [Fact]
    public async Task Those_who_may_by_role_or_by_name_and_nobody_else_hear_what_concerns_a_permission()
    {
        var holder = await Someone("ulf");
        var admin = await world.Visit(world.Cast.Admin);
        (await admin.Submit($"/admin/people/{holder.PersonId}", "#person-give", ("permission", "crucible.jobs"))).Dispose();
        await using (var write = await world.Services.GetRequiredService<Database>().Write(Actor.System("test"), default))
        {
            await world.Services.GetRequiredService<INotices>().NotifyHolders(write, "crucible.jobs", new("crucible.job-given-up", "A job of theirs", "/admin/jobs"), default);
            await write.Commit(default);
        }
        Assert.Contains("A job of theirs", await Titles(world.Cast.Admin));
        Assert.Contains("A job of theirs", await Titles(holder));
        Assert.DoesNotContain("A job of theirs", await Titles(world.Cast.Member));
    }

    [Fact]
    public async Task A_sign_in_from_elsewhere_is_told_and_the_first_is_not()
    {
        var player = await Someone("karl");
        await world.Visit(player);
        await world.Visit(player);
        Assert.Empty(await Titles(player));
        var elsewhere = await world.Visit(null);
        elsewhere.Http.DefaultRequestHeaders.UserAgent.ParseAdd("Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0");
        using var signedIn = await elsewhere.Submit("/account/sign-in", "form", ("Name", player.Name), ("Password", Player.Password));
        Assert.Equal(["New sign-in: Firefox on Linux"], await Titles(player));
    }

    [Fact]
    public async Task What_an_admin_does_to_an_account_its_owner_hears_and_the_own_deeds_only_where_they_guard_it()
    {
        var player = await Someone("lars");
        var visitor = await world.Visit(player);
        (await visitor.Submit("/account", "#account-secret form", ("Current", Player.Password), ("Next", "another quiet lake tonight"))).Dispose();
        (await visitor.Submit("/account", "#account-profile form", ("DisplayName", "Lars the Second"))).Dispose();
        var admin = await world.Visit(world.Cast.Admin);
        var page = $"/admin/people/{player.PersonId}";
        (await admin.Submit(page, "#person-role", ("Role", "viewer"))).Dispose();
        (await admin.Submit(page, "#person-join", ("team", world.Cast.Red.ToString()))).Dispose();
        (await admin.Submit(page, "#person-give", ("permission", "crucible.audit"))).Dispose();
        (await admin.Submit(page, "#person-grants td form")).Dispose();
        (await admin.Submit(page, "#person-make-link")).Dispose();
        await Sql<int>($"update crucible.person set two_factor_key = 'x' where id = '{player.PersonId}' returning 1");
        (await admin.Submit(page, "#person-reset-two-factor")).Dispose();
        await Until(async () => (await Titles(player)).Contains("Two-factor sign-in was reset"));
        Assert.Equal(
        [
            "A link was made that sets your password", "A permission was taken from you", "Two-factor sign-in was reset", "You were given a permission",
            "Your password was changed", "Your role was changed", "Your teams were changed",
        ], (await Titles(player)).Order(StringComparer.Ordinal));

        // To herself the admin may do the same; of that only what guards the account is told.
        (await admin.Submit($"/admin/people/{world.Cast.Admin.PersonId}", "#person-join", ("team", world.Cast.Red.ToString()))).Dispose();
        await Past();
        Assert.DoesNotContain("Your teams were changed", await Titles(world.Cast.Admin));
    }

    [Fact]
    public async Task News_of_a_release_that_did_not_say_what_was_done_are_passed_over()
    {
        await Sql<long>("""
            with bumped as (update crucible.topic set seq = seq + 1 where topic = 'audit:all' returning seq)
            insert into crucible.change (topic, seq, kind, change, actor, at) select 'audit:all', seq, 'crucible.AuditWritten', '{}', 'before', now() from bumped returning seq
            """);
        await Past();
    }

    [Fact]
    public async Task A_token_that_ends_within_a_week_is_told_once()
    {
        var player = await Someone("mona");
        await world.Token(player, "read", TimeSpan.FromDays(3));
        await world.Token(player, "read", TimeSpan.FromDays(30));
        for (var i = 0; i < 2; i++)
        {
            await Run<WarnOfExpiringTokens>();
            (await (await world.Visit(player)).Get("/account/tokens")).Dispose();
        }
        Assert.Contains("ends on", Assert.Single(await Titles(player)));
    }

    [Fact]
    public async Task The_owner_of_a_run_hears_that_it_failed_and_that_it_fell_silent()
    {
        var player = await world.Newcomer("nora", Role.Member, world.Cast.Red);
        var maker = new RunMaker(world.Client(player));
        await maker.Ended("Nora's", "FAILED", DateTimeOffset.UnixEpoch.AddDays(20000));
        await maker.Ended("Nora's", "FINISHED", DateTimeOffset.UnixEpoch.AddDays(20000));
        await Until(async () => (await Titles(player)).Count > 0);
        Assert.Equal(["a run failed"], await Titles(player));

        var silent = await maker.Begun("Nora's", "quiet-one");
        await Sql<int>($"update experiments.run set heard_at = now() - interval '4 hours' where run_id = '{silent}' returning 1");
        var job = world.Services.GetRequiredService<Crucible.Host.Plugins.PluginCatalogue>().Running.SelectMany(o => o.Jobs).First(j => j.Name == "TellLostRuns").Job;
        for (var i = 0; i < 2; i++)
            await Run(job);
        Assert.Equal(["a run failed", "quiet-one fell silent"], (await Titles(player)).Order());
    }

    [Fact]
    public async Task After_ninety_days_they_are_forgotten()
    {
        var player = await Someone("olga");
        await Notify(player, new(Kind, "Old", "/x"));
        await Notify(player, new(Kind, "New", "/x"));
        await Sql<int>($"update crucible.notice set at = now() - interval '91 days' where person_id = '{player.PersonId}' and title = 'Old' returning 1");
        await Run<ForgetOldData>();
        Assert.Equal(["New"], await Titles(player));
    }

    [Fact]
    public async Task An_undeclared_kind_is_a_fault_of_who_wrote_it() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => Notify(world.Cast.Member, new("crucible.nonsense", "x", "/x")));

    private Task<Player> Someone(string name) => world.Newcomer(name, Role.Member, world.Cast.Blue);

    private async Task Notify(Player player, Notice notice)
    {
        await using var write = await world.Services.GetRequiredService<Database>().Write(Actor.System("test"), default);
        await world.Services.GetRequiredService<INotices>().Notify(write, player.PersonId, notice, default);
        await write.Commit(default);
    }

    // The reactions come in the order of commits: once this one is told, what was before it was looked at.
    private Task Past() => Someone($"last-{Guid.NewGuid():N}");

    private Task Run<TJob>() => Run(typeof(TJob));

    private async Task Run(Type job)
    {
        await using var scope = world.Services.CreateAsyncScope();
        await ((IBackgroundJob)scope.ServiceProvider.GetRequiredService(job)).Run(new(Guid.NewGuid(), 1, new Dictionary<string, string>(), new Silent()), default);
    }

    private Task<long> Unread(Player player) => Sql<long>($"select count(*) from crucible.notice where person_id = '{player.PersonId}' and read_at is null");

    private Task<long> Seq(Player player) => Sql<long>($"select coalesce((select seq from crucible.topic where topic = 'person:{player.PersonId}'), 0)");

    private async Task<List<string>> Titles(Player player)
    {
        await using var connection = await world.Services.GetRequiredService<Database>().Open(default);
        return (await connection.QueryAsync<string>($"select title from crucible.notice where person_id = '{player.PersonId}' order by id")).AsList();
    }

    private static async Task<string> Token(Visitor visitor) => (await visitor.Get("/account")).QuerySelector("meta[name=csrf]")!.GetAttribute("content")!;

    private async Task<T> Sql<T>(string sql)
    {
        await using var connection = await world.Services.GetRequiredService<Database>().Open(default);
        return (await connection.QuerySingleAsync<T>(sql))!;
    }

    private static async Task Until(Func<Task<bool>> done)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!await done())
            await Task.Delay(20, patience.Token);
    }

    private sealed class Silent : IJobReport
    {
        public void Progress(double done, double total, string? what) { }

        public void Log(string text, string level) { }
    }
}

/// <summary>Plugins that do not start, told to those who look after them.</summary>
public sealed class PluginNoticeTests(Crucible.Host.Tests.Plugins.DropIn world) : IClassFixture<Crucible.Host.Tests.Plugins.DropIn>
{
    [Fact]
    public async Task An_admin_hears_of_each_plugin_that_did_not_start()
    {
        var failed = world.Services.GetRequiredService<Crucible.Host.Plugins.PluginCatalogue>().Plugins.Count(p => p.State == Crucible.Host.Plugins.PluginState.Failed);
        Assert.True(failed > 0);
        await using var connection = await world.Services.GetRequiredService<Database>().Open(default);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (await connection.QuerySingleAsync<long>($"select count(*) from crucible.notice where kind = 'crucible.plugin-failed' and person_id = '{world.Cast.Admin.PersonId}'") < failed)
            await Task.Delay(20, patience.Token);
        Assert.Equal(0, await connection.QuerySingleAsync<long>($"select count(*) from crucible.notice where person_id = '{world.Cast.Member.PersonId}'"));
    }
}
