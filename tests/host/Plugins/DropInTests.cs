using System.Net;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Host.Tests.Plugins;

public sealed class DropInTests(DropIn world) : IClassFixture<DropIn>
{
    [Fact]
    public async Task Its_page_and_fragment_are_served_in_the_frame()
    {
        var visitor = await world.Visit(world.Cast.Member);
        var page = await visitor.Get("/sample");
        Assert.NotNull(page.QuerySelector("#sample-note"));
        Assert.Equal("/sample", page.QuerySelector("nav.rail a[aria-current=page]")?.GetAttribute("href"));
    }

    [Fact]
    public async Task It_runs_with_its_own_version_of_a_package_the_host_has_too()
    {
        var visitor = await world.Visit(world.Cast.Member);
        var theirs = (await visitor.Get("/sample")).QuerySelector("#sample-markdig")!.TextContent;
        var ours = typeof(Markdig.Markdown).Assembly.GetName().Version!.ToString();
        Assert.StartsWith("1.4.", theirs);
        Assert.NotEqual(ours, theirs);
    }

    [Fact]
    public async Task Its_asset_is_served_and_kept_for_ever_under_its_hash()
    {
        var visitor = await world.Visit(world.Cast.Member);
        var href = (await visitor.Get("/sample")).QuerySelectorAll("link[rel=stylesheet]").Select(l => l.GetAttribute("href")!).Single(h => h.Contains("/sample/"));
        using var response = await visitor.Http.GetAsync(href);
        Assert.Contains(".sample-note", await response.Content.ReadAsStringAsync());
        Assert.True(response.Headers.CacheControl!.MaxAge > TimeSpan.FromDays(300));
    }

    [Fact]
    public async Task A_write_through_its_form_reaches_listeners_of_its_topic()
    {
        await using var listener = await world.Listen(world.Cast.Viewer, "note:shared");
        var visitor = await world.Visit(world.Cast.Member);
        using var response = await visitor.Submit("/sample", "main form", ("text", "written by Mira"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var news = await listener.Next();
        Assert.Equal("", news.Event);
        Assert.Contains("hx-target=\"#sample-note\"", news.Data);
        Assert.Contains("written by Mira", news.Data);
    }

    [Fact]
    public async Task Its_job_runs_once_asked_for()
    {
        await using var listener = await world.Listen(world.Cast.Member, "note:shared");
        using var asked = await world.Client(world.Cast.Member).PostAsync("/sample/api/stamp", null);
        Assert.Equal(HttpStatusCode.Accepted, asked.StatusCode);
        Assert.Contains("stamped for mira", (await listener.Next("")).Data);
    }

    [Fact]
    public async Task Its_reaction_handles_each_change_once_although_two_hosts_run()
    {
        await world.AddHost();
        var member = await world.Visit(world.Cast.Member);
        for (var length = 101; length <= 110; length++)
            (await member.Submit("/sample", "main form", ("text", new string('x', length)))).Dispose();
        await using var connection = await world.Services.GetRequiredService<Crucible.Data.Database>().Open(default);
        await using var command = new Npgsql.NpgsqlCommand("select coalesce(array_agg(length order by length), '{}') from sample.heard where length between 101 and 110", connection);
        int[] heard;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        do
        {
            patience.Token.ThrowIfCancellationRequested();
            heard = (int[])(await command.ExecuteScalarAsync(patience.Token))!;
        }
        while (heard.Length < 10);
        Assert.Equal(Enumerable.Range(101, 10), heard);
    }

    [Fact]
    public async Task Its_permission_holds_for_its_page_and_its_endpoint()
    {
        using var viewer = world.Client(world.Cast.Viewer);
        Assert.Equal(HttpStatusCode.Forbidden, (await viewer.GetAsync("/sample")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await viewer.PostAsync("/sample/api/stamp", null)).StatusCode);
        using var nobody = world.Client(null);
        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.PostAsync("/sample/api/stamp", null)).StatusCode);
    }

    [Theory]
    [InlineData("brokenconfigure", "the flux capacitor is not configured")]
    [InlineData("brokenmigration", "0001_broken.sql failed")]
    [InlineData("brokensdk", "It needs SDK [7.0,8.0)")]
    [InlineData("brokenmissing", "It requires the plugin 'nowhere'")]
    public async Task A_broken_one_is_a_row_with_its_reason(string id, string reason)
    {
        var visitor = await world.Visit(world.Cast.Admin);
        var row = (await visitor.Get("/admin/plugins")).QuerySelector($"#plugin-{id}")!;
        Assert.Contains("Failed", row.TextContent);
        Assert.Contains(reason, row.NextElementSibling!.TextContent);
    }

    [Fact]
    public async Task A_migration_that_fails_leaves_nothing_half_made()
    {
        var database = world.Services.GetRequiredService<Crucible.Data.Database>();
        await using var connection = await database.Open(default);
        await using var command = new Npgsql.NpgsqlCommand("select count(*) from information_schema.tables where table_schema = 'brokenmigration'", connection);
        Assert.Equal(0L, await command.ExecuteScalarAsync());
    }

    [Fact]
    public async Task The_host_is_ready_beside_broken_plugins()
    {
        using var response = await world.Client(null).GetAsync("/healthz/ready");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("\"plugins\":\"degraded\"", await response.Content.ReadAsStringAsync());
    }
}

/// <summary>Switching changes a world, so it has one of its own.</summary>
public sealed class SwitchTests(DropIn world) : IClassFixture<DropIn>
{
    [Fact]
    public async Task Disabling_takes_effect_at_once_on_every_host_and_enabling_brings_it_back()
    {
        var second = await world.AddHost();
        var admin = await world.Visit(world.Cast.Admin);
        await using var listener = await world.Listen(world.Cast.Admin, "plugins:all", url: second);

        using (await admin.Submit("/admin/plugins", "#plugin-sample form"))
            Assert.Equal("plugins", (await listener.Next("refresh")).Data);
        Assert.Equal(HttpStatusCode.NotFound, (await world.Client(world.Cast.Member).GetAsync("/sample")).StatusCode);
        await Eventually(async () => (await world.Client(world.Cast.Member, second).GetAsync("/sample")).StatusCode == HttpStatusCode.NotFound);
        await using (var refused = await world.Listen(world.Cast.Member, "note:shared"))
            Assert.Equal(HttpStatusCode.Forbidden, refused.Status);

        using (await admin.Submit("/admin/plugins", "#plugin-sample form"))
            Assert.Equal(HttpStatusCode.OK, (await world.Client(world.Cast.Member).GetAsync("/sample")).StatusCode);
    }

    [Fact]
    public async Task Only_an_admin_sees_and_switches()
    {
        var member = world.Client(world.Cast.Member);
        Assert.Equal(HttpStatusCode.Forbidden, (await member.GetAsync("/admin/plugins")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await member.PostAsync("/admin/plugins?handler=Disable", new FormUrlEncodedContent([new("id", "sample")]))).StatusCode);
    }

    private static async Task Eventually(Func<Task<bool>> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (!await holds())
            patience.Token.ThrowIfCancellationRequested();
    }
}
