using System.Net;
using Crucible.Data;
using Crucible.Host.Audit;
using Crucible.People;
using Crucible.Testing;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Crucible.Host.Tests.Admin;

/// <summary>The audit log: written with the write, read by those who may, changed by nobody.</summary>
public sealed class AuditTests(World world) : IClassFixture<World>
{
    private Actor Actor(string name) => Crucible.People.Actor.System(name);

    [Fact]
    public async Task A_line_is_written_with_its_write_or_not_at_all()
    {
        await using (var lost = await Db.Write(Actor("rolls back"), default))
        {
            lost.Audit("demo.lose", "demo:1", "One");
        }
        await Note("keeps", "demo.keep", "demo:1", new { Role = "viewer", Name = "a" }, new { Role = "admin", Name = "a" });
        Assert.Empty(await Lines("by:\"rolls back\""));
        var line = Assert.Single(await Lines("by:keeps"));
        Assert.Equal(("demo.keep", "demo:1", "system"), (line.Action, line.Subject, line.Via));
        Assert.Equal([new("role", "viewer", "admin")], ValueChange.Between(line.Before, line.After));
    }

    [Fact]
    public async Task It_says_from_where_a_browser_and_a_token_came()
    {
        var visitor = await world.Visit(world.Cast.Admin);
        using var sent = await visitor.Submit("/admin/plugins", "tr#plugin-experiments form", ("id", "experiments"));
        using var back = await visitor.Submit("/admin/plugins", "tr#plugin-experiments form", ("id", "experiments"));
        var page = await visitor.Get("/admin/audit?q=on:plugin:experiments");
        var rows = page.QuerySelectorAll("#audit tbody tr").Select(r => r.TextContent).ToList();
        Assert.Equal(2, rows.Count);
        Assert.Contains("plugin.enable", rows[0]);
        Assert.Contains("plugin.disable", rows[1]);
        Assert.All(rows, r => Assert.Matches(@"admin.*browser.*127\.0\.0\.1", r.ReplaceLineEndings(" ")));
    }

    [Fact]
    public async Task The_application_cannot_change_or_remove_a_line()
    {
        await Note("keeper", "demo.keep", "demo:2");
        await using var connection = await Db.Open(default);
        foreach (var attempt in new[] { "update crucible.audit set actor = 'x'", "delete from crucible.audit", "truncate crucible.audit" })
            Assert.Contains("append-only", (await Assert.ThrowsAsync<PostgresException>(() => connection.ExecuteAsync(attempt))).MessageText);
        Assert.Single(await Lines("by:keeper"));
    }

    [Fact]
    public async Task Retention_takes_old_lines_and_never_those_of_the_last_thirty_days()
    {
        await using var connection = await Db.Open(default);
        await connection.ExecuteAsync("insert into crucible.audit (at, actor, via, action, subject, title) select now() - n * interval '10 days', 'aged', 'system', 'demo.age', 'demo:' || n, 'x' from generate_series(1, 9) n");
        Assert.Equal(4, await Audit.Forget(TimeProvider.System.GetUtcNow().AddDays(-55), default));
        Assert.Equal(3, await Audit.Forget(TimeProvider.System.GetUtcNow(), default));
        Assert.Equal(["demo:1", "demo:2"], (await Lines("by:aged")).Select(l => l.Subject).Order());
    }

    [Theory]
    [InlineData("by:FINN", 3)]
    [InlineData("by:finn action:demo.find", 3)]
    [InlineData("by:finn action:demo", 3)]
    [InlineData("by:finn action:dem", 0)]
    [InlineData("by:finn on:thing", 2)]
    [InlineData("by:finn on:thing:a_1", 1)]
    [InlineData("by:finn -on:thing", 1)]
    [InlineData("by:finn via:browser", 0)]
    [InlineData("by:finn via:system,token", 3)]
    [InlineData("by:finn after:2h", 3)]
    [InlineData("by:finn before:2h", 0)]
    [InlineData("by:finn from:203.0.113.9", 0)]
    [InlineData("by:finn -from:203.0.113.9", 3)]
    [InlineData("by:finn \"50%\"", 1)]
    [InlineData("by:finn %", 1)]
    public async Task A_filter_finds_what_it_says(string filter, int count)
    {
        if ((await Lines("by:finn")).Count == 0)
        {
            await Note("Finn", "demo.find", "thing:a_1");
            await Note("Finn", "demo.find", "thing:ab1");
            await Note("Finn", "demo.find", "other:1", title: "half, 50%");
        }
        Assert.Equal(count, (await Lines(filter)).Count);
    }

    [Fact]
    public async Task Pages_follow_each_other_without_a_gap()
    {
        for (var i = 0; i < 120; i++)
            await Note("paging", "demo.page", $"page:{i}");
        var visitor = await world.Visit(world.Cast.Admin);
        var seen = new List<string>();
        var next = "/admin/audit?q=by:paging";
        while (next is not null)
        {
            var page = await visitor.Get(next);
            seen.AddRange(page.QuerySelectorAll("#audit tbody tr td:nth-child(3) a").Select(a => a.GetAttribute("title")!));
            next = page.QuerySelector("#audit-pager a[rel=next]")?.GetAttribute("href");
        }
        Assert.Equal(Enumerable.Range(0, 120).Reverse().Select(i => $"page:{i}"), seen);
    }

    [Fact]
    public async Task A_wrong_filter_says_what_is_wrong_and_shows_no_lines()
    {
        var page = await (await world.Visit(world.Cast.Admin)).Get("/admin/audit?q=buy:mira");
        Assert.Contains("by:", page.QuerySelector("[role=alert]")!.TextContent);
        Assert.Empty(page.QuerySelectorAll("#audit tbody tr"));
    }

    [Fact]
    public async Task An_export_holds_every_line_with_formulas_made_harmless_and_is_noted()
    {
        for (var i = 0; i < 3; i++)
            await Note("exporter", "demo.export", $"row:{i}", new { Name = "a,\"b\"" }, title: "=HYPERLINK(1)");
        var visitor = await world.Visit(world.Cast.Admin);
        var csv = (await visitor.Http.GetStringAsync("/admin/audit?q=by:exporter&handler=Export&format=csv")).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(4, csv.Length);
        Assert.All(csv[1..], l => Assert.Contains(",'=HYPERLINK(1),", l));
        var lines = (await visitor.Http.GetStringAsync("/admin/audit?q=by:exporter&handler=Export&format=jsonl")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, lines.Length);
        Assert.Equal(["csv", "jsonl"], (await Lines("action:audit.export by:admin")).Select(l => l.Title).Order());
    }

    [Fact]
    public async Task An_open_page_hears_of_new_lines()
    {
        await using var listener = await world.Listen(world.Cast.Admin, "audit:all");
        await Note("news", "demo.tell", "demo:9");
        Assert.Contains("audit-news", (await listener.Next()).Data);
        var visitor = await world.Visit(world.Cast.Admin);
        Assert.Contains("new line", (await visitor.Get("/admin/audit?handler=News&since=0&q=by:news")).Body!.TextContent);
    }

    [Fact]
    public async Task Only_those_who_may_read_it_read_it()
    {
        foreach (var player in new[] { world.Cast.Member, world.Cast.Viewer })
        {
            var visitor = await world.Visit(player);
            foreach (var path in new[] { "/admin/audit", "/admin/audit?handler=Export&format=csv", "/admin/audit?handler=News&since=0", "/admin/system" })
            {
                using var response = await visitor.Http.GetAsync(path);
                Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
            }
            await using var listener = await world.Listen(player, "audit:all");
            Assert.Equal(HttpStatusCode.Forbidden, listener.Status);
        }
    }

    private Database Db => world.Services.GetRequiredService<Database>();

    private AuditStore Audit => world.Services.GetRequiredService<AuditStore>();

    private async Task Note(string by, string action, string subject, object? before = null, object? after = null, string title = "x")
    {
        await using var write = await Db.Write(Actor(by), default);
        write.Audit(action, subject, title, before, after);
        await write.Commit(default);
    }

    private Task<IReadOnlyList<AuditLine>> Lines(string filter) => Audit.Page(AuditFilter.Read(filter, null, TimeProvider.System.GetUtcNow()), default);
}
