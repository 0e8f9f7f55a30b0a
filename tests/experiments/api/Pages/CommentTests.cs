using System.Net;
using Npgsql;

namespace Crucible.Experiments.Api.Tests.Pages;

/// <summary>What people say about experiments, runs, points and cells.</summary>
public sealed class CommentTests(World world) : IClassFixture<World>
{
    private readonly Tracker _mira = new(world.Client(world.Cast.Member));

    private static async Task<Shown> Post(Visitor visitor, string path, params (string, string)[] fields) => await visitor.Send(path, [await visitor.FormToken(), .. fields]);

    private async Task<long> Mentions(Player player, string url)
    {
        await using var connection = new NpgsqlConnection(world.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("select count(*) from crucible.notice where person_id = $1 and kind = 'experiments.mention' and url like $2 || '%'", connection) { Parameters = { new() { Value = player.PersonId }, new() { Value = url } } };
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task<string> Newest(Visitor visitor, string path) => (await visitor.Get(path)).QuerySelector(".comment-list li")!.Id!.Split('-')[^1];

    [Fact]
    public async Task A_comment_is_said_changed_resolved_and_taken_back()
    {
        var (mira, admin) = (await world.Visit(world.Cast.Member), await world.Visit(world.Cast.Admin));
        var path = $"/experiments/{await _mira.NewExperiment()}/comments";
        await Post(mira, path + "?handler=Add", ("text", "**bold** <script>alert(1)</script> [x](javascript:alert(1)) <img src=x onerror=alert(1)>"));
        var page = await mira.Ask(path);
        Assert.Equal("bold", page.Text(".comment-list strong"));
        Assert.Empty(page.Page.QuerySelectorAll(".comment-list :is(script, img, [onerror], a[href^=javascript])"));
        var id = await Newest(mira, path);
        // Its author changes it, nobody else does.
        Assert.Equal(HttpStatusCode.Forbidden, (await Post(admin, path + "?handler=Edit", ("comment", id), ("text", "mine"))).Status);
        await Post(mira, path + "?handler=Edit", ("comment", id), ("text", "better"));
        page = await mira.Ask(path);
        Assert.Contains("better", page.Text(".comment-list .prose"), StringComparison.Ordinal);
        Assert.Contains("edited", page.Text(".comment-list li header"), StringComparison.Ordinal);
        foreach (var wrong in (string[])["", " \n ", new('x', 10_001)])
        {
            var refused = await Post(mira, path + "?handler=Add", ("text", wrong));
            Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
            Assert.True(refused.Text(".say .error").Length > 10);
        }
        await Post(admin, path + "?handler=Resolve", ("comment", id), ("resolved", "true"));
        Assert.Equal((0, 1), ((await mira.Ask(path)).Page.QuerySelectorAll(".comment-list li").Length, (await mira.Ask(path + "?resolved=1")).Page.QuerySelectorAll(".comment-list li[data-resolved]").Length));
        await Post(mira, path + "?handler=Resolve", ("comment", id), ("resolved", "false"));
        await Post(mira, path + "?handler=Delete", ("comment", id));
        Assert.Empty((await mira.Ask(path + "?resolved=1")).Page.QuerySelectorAll(".comment-list li"));
        Assert.Equal(HttpStatusCode.NotFound, (await Post(mira, path + "?handler=Delete", ("comment", id))).Status);
        // What was deleted is gone from the Activity too; that it was said stays.
        var activity = (await mira.Ask(path.Replace("/comments", "/activity", StringComparison.Ordinal))).Text(".activity");
        Assert.Contains("deleted a comment", activity, StringComparison.Ordinal);
        Assert.DoesNotContain("better", activity, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_is_named_is_told_if_they_may_see_it()
    {
        var mira = await world.Visit(world.Cast.Member);
        var path = $"/experiments/{await _mira.NewExperiment()}/comments";
        await Post(mira, path + "?handler=Add", ("text", "@VITO look, and @stan, @mira, @nobody, vito@example.org"));
        Assert.Equal((1, 0, 0), (await Mentions(world.Cast.Viewer, path), await Mentions(world.Cast.Stranger, path), await Mentions(world.Cast.Member, path)));
        // A change tells only who is new in it.
        await Post(mira, path + "?handler=Edit", ("comment", await Newest(mira, path)), ("text", "@vito and @admin"));
        Assert.Equal((1, 1), (await Mentions(world.Cast.Viewer, path), await Mentions(world.Cast.Admin, path)));
        var offered = (await mira.Ask(path + "?part=people&q=")).Page.QuerySelectorAll("[role=option]").Select(o => o.GetAttribute("data-value")).ToList();
        Assert.Contains("vito", offered);
        Assert.DoesNotContain("stan", offered);
    }

    [Fact]
    public async Task A_run_a_point_and_a_cell_have_comments_of_their_own_and_the_experiment_shows_all()
    {
        var mira = await world.Visit(world.Cast.Member);
        var id = await _mira.NewExperiment();
        var run = await _mira.NewRun(id, "talked about");
        var path = $"/experiments/{id}/comments";
        await Post(mira, path + "?handler=Add", ("text", "whole experiment"));
        await Post(mira, $"{path}?run={run}&handler=Add", ("text", "whole run"));
        await Post(mira, $"{path}?run={run}&handler=Add", ("text", "a point"), ("about", "metric:val/loss@1200"));
        await Post(mira, $"{path}?run={run}&place={Tracker.Q("cell:params.lr")}&handler=Add", ("text", "a cell"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await Post(mira, $"{path}?run={run}&handler=Add", ("text", "x"), ("about", "anything"))).Status);
        async Task<int> Said(string query) => (await mira.Ask(path + query)).Page.QuerySelectorAll(".comment-list li").Length;
        Assert.Equal((4, 3, 1, 1, 0), (await Said(""), await Said($"?run={run}"), await Said($"?run={run}&place={Tracker.Q("metric:val/loss@1200")}"), await Said($"?run={run}&place=cell:params.lr"), await Said($"?run={run}&place=cell:params.x")));
        Assert.Contains("val/loss at step 1,200", (await mira.Ask($"{path}?run={run}")).Text(".comment-list"), StringComparison.Ordinal);
        Assert.Contains("4 comments", (await mira.Ask($"/experiments/{id}")).Text($"#experiment-head-{id}"), StringComparison.Ordinal);
        var foreign = await _mira.NewRun();
        foreach (var wrong in (string[])[$"?run={foreign}", "?run=x", $"?run={run}&place=x"])
            Assert.Equal(HttpStatusCode.NotFound, (await mira.Ask(path + wrong)).Status);
    }

    [Fact]
    public async Task Who_looks_hears_of_it_at_once()
    {
        var mira = await world.Visit(world.Cast.Member);
        var id = await _mira.NewExperiment();
        var run = await _mira.NewRun(id);
        await using var listener = await world.Listen(world.Cast.Viewer, $"run:{run}");
        await Post(mira, $"/experiments/{id}/comments?run={run}&handler=Add", ("text", "now"));
        Assert.Equal($"comments-{id}-{run}", (await listener.Next("refresh")).Data);
        var vito = await world.Visit(world.Cast.Viewer);
        var list = await vito.Ask($"/experiments/{id}/comments?run={run}&part=list");
        Assert.Contains("now", list.Text(".comment-list .prose"), StringComparison.Ordinal);
        Assert.False(list.Has("button, form"));
        Assert.Equal(HttpStatusCode.Forbidden, (await Post(vito, $"/experiments/{id}/comments?run={run}&handler=Add", ("text", "me too"))).Status);
    }
}
