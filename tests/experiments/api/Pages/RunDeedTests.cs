using System.Net;
using Npgsql;

namespace Crucible.Experiments.Api.Tests.Pages;

/// <summary>What people do to a run by hand, and how it is taken back.</summary>
public sealed class RunDeedTests(World world) : IClassFixture<World>
{
    private readonly Tracker _mira = new(world.Client(world.Cast.Member));

    private async Task<(string Path, string Run, Visitor Mira)> New()
    {
        var run = await _mira.NewRun();
        return ($"/experiments/runs/{run}", run, await world.Visit(world.Cast.Member));
    }

    private async Task<string> Status(string run) => (await _mira.Run(run)).At("info.status").GetString()!;

    private async Task<string[]> Activity(string run)
    {
        await using var connection = new NpgsqlConnection(world.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("select coalesce(array_agg(action order by id), '{}') from experiments.activity where run_id = $1 and action like 'run.%'", connection) { Parameters = { new() { Value = Guid.Parse(run) } } };
        return (string[])(await command.ExecuteScalarAsync())!;
    }

    [Fact]
    public async Task An_ended_run_goes_on_and_the_toast_takes_it_back()
    {
        var (path, run, mira) = await New();
        (await _mira.Post("runs/update", new { run_id = run, status = "FAILED", end_time = 1_700_000_009_000 })).Ok();
        var page = await mira.Press(path, "button[formaction$='handler=Continue']:not([tabindex])");
        Assert.Equal(("running", "RUNNING"), (page.Page.QuerySelector($"#run-head-{run}")!.GetAttribute("data-run-status"), await Status(run)));
        Assert.Null((await _mira.Run(run)).Find("info.end_time"));
        var undo = page.Page.QuerySelector("#toasts form")!.GetAttribute("action")!;
        await mira.Send(undo, await mira.FormToken());
        Assert.Equal(("FAILED", 1_700_000_009_000), (await Status(run), (await _mira.Run(run)).At("info.end_time").GetInt64()));
        Assert.Equal(["run.continue", "run.end"], await Activity(run));
        Assert.Equal(HttpStatusCode.BadRequest, (await mira.Send($"{path}?handler=Back&to=lost", await mira.FormToken())).Status);
    }

    [Fact]
    public async Task It_is_archived_and_brought_back_while_others_look()
    {
        var (path, run, mira) = await New();
        await using var listener = await world.Listen(world.Cast.Viewer, $"run:{run}");
        var page = await mira.Press(path, "#run-more button[formaction$='handler=Archive']");
        Assert.Contains("This run is archived", page.Text($"#run-head-{run}"), StringComparison.Ordinal);
        Assert.Contains("This run is archived", (await listener.Next("")).Data, StringComparison.Ordinal);
        await mira.Press(path, "#run-more button[formaction$='handler=Unarchive']");
        Assert.DoesNotContain("archived", (await mira.Get(path)).Words($"#run-head-{run}"), StringComparison.Ordinal);
        // It was still written to: archiving hides, it does not close.
        (await _mira.Post("runs/log-metric", new { run_id = run, key = "m", value = 1, timestamp = 1 })).Is("{}");
        Assert.Equal(["run.archive", "run.unarchive"], await Activity(run));
    }

    [Fact]
    public async Task Every_act_leaves_its_line()
    {
        var (path, run, mira) = await New();
        await mira.Press(path, "#run-mark button[value=completed]");
        await mira.Press(path + "?edit=name", "form[action$='handler=Rename']", ("name", "other"));
        await mira.Press(path, "form[action$='handler=Tag']", ("key", "team"), ("value", "vision"));
        await mira.Press(path, $"#run-tags-{run} button[value=team]");
        await mira.Press(path + "?edit=note", "form[action*='handler=Note']", ("text", "seen"));
        await mira.Press(path, "#run-more button[formaction$='handler=Delete']");
        await mira.Press(path, "#run-more button[formaction$='handler=Restore']");
        Assert.Equal(["run.end", "run.rename", "run.tag", "run.untag", "run.note", "run.delete", "run.restore"], await Activity(run));
    }

    [Theory]
    [InlineData("Continue")]
    [InlineData("Archive")]
    [InlineData("Unarchive")]
    [InlineData("Back&to=failed")]
    public async Task Who_may_only_read_does_none_of_it(string handler)
    {
        var (path, run, _) = await New();
        var (vito, stan) = (await world.Visit(world.Cast.Viewer), await world.Visit(world.Cast.Stranger));
        Assert.Null((await vito.Get(path)).QuerySelector("#run-act, #run-more"));
        Assert.Equal(HttpStatusCode.Forbidden, (await vito.Send($"{path}?handler={handler}", await vito.FormToken())).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await stan.Send($"{path}?handler={handler}", await stan.FormToken())).Status);
        Assert.Equal("RUNNING", await Status(run));
        Assert.Empty(await Activity(run));
    }

    [Fact]
    public async Task A_note_that_somebody_else_changed_meanwhile_is_not_lost()
    {
        var (path, run, mira) = await New();
        (await _mira.Post("runs/set-tag", new { run_id = run, key = "mlflow.note.content", value = "first" })).Is("{}");
        var version = (await mira.Get(path + "?edit=note")).QuerySelector("#note input[name=version]")!.GetAttribute("value")!;
        await using var listener = await world.Listen(world.Cast.Member, $"run:{run}");
        (await _mira.Post("runs/set-tag", new { run_id = run, key = "mlflow.note.content", value = "theirs <i>x</i>" })).Is("{}");
        Assert.Contains($"run-note-{run}", (await listener.Next("note-changed")).Data, StringComparison.Ordinal);
        // What is pushed names nothing of the editor.
        var editor = (await mira.Get(path + "?edit=note")).QuerySelector("#note")!;
        Assert.True(editor.HasAttribute("hx-morph-skip"));
        Assert.Null(editor.QuerySelector($"#run-note-{run}"));

        (string, string)[] form = [("text", "mine"), ("version", version), await mira.FormToken()];
        var page = await mira.Send($"{path}?handler=Note", form);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, page.Status);
        Assert.Equal("mine", page.Page.QuerySelector("#note-text")!.TextContent);
        Assert.Contains("theirs <i>x</i>", page.Text("#note .theirs"), StringComparison.Ordinal);
        Assert.Contains("Somebody else", page.Text("#note-text-note[role=alert]"), StringComparison.Ordinal);
        Assert.Equal("theirs <i>x</i>", (await _mira.Run(run)).At("data").Pairs("tags")["mlflow.note.content"]);
        // Seen, and saved over it.
        form[1] = ("version", page.Page.QuerySelector("#note input[name=version]")!.GetAttribute("value")!);
        Assert.Equal(HttpStatusCode.OK, (await mira.Send($"{path}?handler=Note", form)).Status);
        Assert.Equal("mine", (await _mira.Run(run)).At("data").Pairs("tags")["mlflow.note.content"]);
    }

    [Fact]
    public async Task The_tag_that_is_the_name_obeys_the_limit_of_names()
    {
        var run = await _mira.NewRun(await _mira.NewExperiment(), "short");
        var tooLong = new string('n', 251);
        (await _mira.Post("runs/set-tag", new { run_id = run, key = "mlflow.runName", value = tooLong })).Invalid("250");
        (await _mira.Post("runs/log-batch", new { run_id = run, tags = new[] { new { key = "mlflow.runName", value = tooLong } } })).Invalid("250");
        (await _mira.Post("runs/create", new { experiment_id = "0", tags = new[] { new { key = "mlflow.runName", value = tooLong } } })).Invalid("250");
        Assert.Equal("short", (await _mira.Run(run)).At("info.run_name").GetString());
        var name = string.Concat(Enumerable.Repeat("🦊", 250));
        (await _mira.Post("runs/set-tag", new { run_id = run, key = "mlflow.runName", value = name })).Is("{}");
        Assert.Equal(name, (await _mira.Run(run)).At("info.run_name").GetString());
    }
}
