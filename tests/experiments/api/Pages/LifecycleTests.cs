using System.Globalization;
using System.Net;
using System.Text.Json;
using Npgsql;

namespace Crucible.Experiments.Api.Tests.Pages;

/// <summary>Experiments as people work with them: how they stand, what they hold, projects, the trash.</summary>
public sealed class LifecycleTests(World world) : IClassFixture<World>
{
    private readonly Tracker _mira = new(world.Client(world.Cast.Member));

    private static long Id(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private static (string, string)[] Form(params (string, string)[] fields) => fields;

    private async Task<string> Make(Visitor mira, params (string, string)[] fields)
    {
        var made = await mira.Press("/experiments/new", "form.new-experiment", [("name", Tracker.Unique("made")), .. fields]);
        Assert.Equal(HttpStatusCode.OK, made.Status);
        return made.Address.Split('/')[2];
    }

    private static async Task<string> State(Visitor visitor, string id) => (await visitor.Get($"/experiments/{id}/overview")).Words($"#experiment-head-{id} .experiment-state");

    private static async Task<Shown> Post(Visitor visitor, string path, params (string, string)[] fields) => await visitor.Send(path, [await visitor.FormToken(), .. fields]);

    private async Task<string?> StatusTag(string id) =>
        (await _mira.Get($"experiments/get?experiment_id={id}")).Json.Pairs("experiment.tags").GetValueOrDefault("crucible.status");

    private async Task<long> Count(string sql, params object[] values)
    {
        await using var connection = new NpgsqlConnection(world.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task A_pending_experiment_is_started_paused_resumed_ended_and_archived_and_clients_read_it()
    {
        var mira = await world.Visit(world.Cast.Member);
        var id = await Make(mira);
        Assert.Equal(("Pending", "pending"), (await State(mira, id), await StatusTag(id)));
        // Made as pending: its runs do not start it, and none is refused.
        var run = await _mira.NewRun(id);
        Assert.Equal("pending", await StatusTag(id));
        foreach (var (verb, shown, tag) in ((string, string, string)[])[("start", "Running", "running"), ("pause", "Paused", "paused"), ("resume", "Running", "running"),
            ("complete", "Completed", "completed"), ("archive", "Completed archived", "archived"), ("unarchive", "Completed", "completed"), ("resume", "Running", "running"), ("fail", "Failed", "failed")])
        {
            Assert.Equal(HttpStatusCode.OK, (await Post(mira, $"/experiments/{id}/overview?handler=Verb", ("verb", verb))).Status);
            Assert.Equal((verb, shown, tag), (verb, await State(mira, id), await StatusTag(id)));
            (await _mira.Post("runs/log-metric", new { run_id = run, key = "a", value = 1, timestamp = 1 })).Is("{}");
        }
        // A refusal changes nothing and says why.
        var refused = await Post(mira, $"/experiments/{id}/overview?handler=Verb", ("verb", "pause"));
        Assert.Contains("It is not running: it is failed.", refused.Html, StringComparison.Ordinal);
        Assert.Equal("failed", await StatusTag(id));
        Assert.Equal(HttpStatusCode.BadRequest, (await Post(mira, $"/experiments/{id}/overview?handler=Verb", ("verb", "explode"))).Status);
        // What a client says about it is not taken over.
        (await _mira.Post("experiments/set-experiment-tag", new { experiment_id = id, key = "crucible.status", value = "running" })).Is("{}");
        Assert.Equal("failed", await StatusTag(id));
    }

    [Fact]
    public async Task A_clients_experiment_runs_from_its_first_run_on()
    {
        var id = await _mira.NewExperiment();
        var mira = await world.Visit(world.Cast.Member);
        Assert.Equal("Pending", await State(mira, id));
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => _mira.NewRun(id)));
        Assert.Equal(("Running", "running"), (await State(mira, id), await StatusTag(id)));
        Assert.Equal(1, await Count("select count(*) from experiments.activity where experiment_id = $1 and action = 'experiment.start'", Id(id)));
    }

    [Fact]
    public async Task What_happens_to_it_is_pushed_to_its_pages()
    {
        var mira = await world.Visit(world.Cast.Member);
        var id = await Make(mira);
        await using var listener = await world.Listen(world.Cast.Viewer, $"experiment:{id}");
        await Post(mira, $"/experiments/{id}/overview?handler=Verb", ("verb", "start"));
        var heard = new HashSet<string>();
        while (!heard.IsSupersetOf([$"experiment-head-{id}", $"experiment-acts-{id}", $"experiment-overview-{id}", $"experiment-activity-{id}"]))
            if ((await listener.Next()) is { Event: "refresh" } message)
                heard.Add(message.Data);
        Assert.Contains("Pause", (await mira.Get($"/experiments/{id}/overview?part=acts")).Words($"#experiment-acts-{id}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_form_refuses_at_its_fields_and_keeps_what_was_typed()
    {
        var mira = await world.Visit(world.Cast.Member);
        var name = Tracker.Unique("form");
        await _mira.NewExperiment(name);
        foreach (var (field, value, at) in ((string, string, string)[])[("name", "", "name"), ("name", name, "name"), ("name", new('n', 501), "name"),
            ("configuration", "a: [1", "configuration"), ("configuration", "[1]", "configuration"), ("tags", "<b>=1", "tags"), ("hypothesis", new('h', 20_001), "hypothesis")])
        {
            var refused = await mira.Press("/experiments/new", "form.new-experiment", [("name", field == "name" ? value : Tracker.Unique("x")), .. field == "name" ? Form() : [(field, value)]]);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
            Assert.True(refused.Text($"#experiment-{at}-note[role=alert]").Length > 10, $"{field} {value}");
        }
        var kept = await mira.Press("/experiments/new", "form.new-experiment", ("name", ""), ("hypothesis", "<script>alert(1)</script>"), ("tags", "team=vision"));
        Assert.Equal("<script>alert(1)</script>", kept.Page.QuerySelector("#experiment-hypothesis")!.TextContent.Trim());
        Assert.Contains("team=vision", kept.Text("#experiment-tags-field .tag"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await (await world.Visit(world.Cast.Viewer)).Ask("/experiments/new")).Status);
    }

    [Fact]
    public async Task A_configuration_has_versions_that_are_compared_until_it_starts()
    {
        var mira = await world.Visit(world.Cast.Member);
        var id = await Make(mira, ("configuration", "models: [a, b]\nsize: 500"));
        var path = $"/experiments/{id}/configuration";
        Task<Shown> Save(string text, string seen) => Post(mira, path + "?handler=Save", ("text", text), ("seen", seen));
        Assert.Equal(HttpStatusCode.OK, (await Save("models: [a, c]\nsize: 500 # more", "1")).Status);
        Assert.Equal(HttpStatusCode.OK, (await Save("models: [a, c]\nsize: 500 # more", "2")).Status);   // the same again is no version
        // Somebody else saved since: theirs stays, and what was typed is not lost.
        var stale = await Save("models: []", "1");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, stale.Status);
        Assert.Equal("models: []", stale.Page.QuerySelector("textarea[name=text]")!.TextContent.Trim());
        var broken = await Save("models: [", "2");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, broken.Status);
        Assert.Equal(2, await Count("select count(*) from experiments.config where experiment_id = $1", Id(id)));

        var page = await mira.Ask(path);
        Assert.Contains("# more", page.Text(".panel .code"), StringComparison.Ordinal);
        Assert.Equal(["Version 2", "Version 1"], page.Page.QuerySelectorAll(".versions li > a:first-child").Select(a => a.TextContent));
        Assert.Contains("Mira", page.Text(".versions"), StringComparison.Ordinal);
        var diff = await mira.Ask(path + "?version=2&against=1");
        Assert.Contains("c]", string.Join(' ', diff.Page.QuerySelectorAll("ins mark").Select(m => m.TextContent)), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await mira.Ask(path + "?version=9")).Status);

        await Post(mira, $"/experiments/{id}/overview?handler=Verb", ("verb", "start"));
        var late = await Save("models: [z]", "2");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, late.Status);
        Assert.Contains("clone", late.Text(".notice"), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("models: [z]", late.Text(".panel .code"), StringComparison.Ordinal);
        Assert.False((await mira.Ask(path + "?edit=configuration")).Has("textarea[name=text]"));
        Assert.Equal("500", JsonDocument.Parse(await Document(id)).RootElement.GetProperty("size").GetRawText());
    }

    private async Task<string> Document(string id)
    {
        await using var connection = new NpgsqlConnection(world.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("select document::text from experiments.config where experiment_id = $1 order by version desc limit 1", connection) { Parameters = { new() { Value = Id(id) } } };
        return (string)(await command.ExecuteScalarAsync())!;
    }

    [Fact]
    public async Task A_clone_has_the_configuration_tags_and_hypothesis_and_no_runs()
    {
        var mira = await world.Visit(world.Cast.Member);
        var id = await Make(mira, ("configuration", "size: 7"), ("hypothesis", "It *works*"), ("tags", "team=vision"), ("start", "true"));
        await _mira.NewRun(id);
        var name = Tracker.Unique("clone");
        var clone = await mira.Press($"/experiments/{id}/overview?edit=clone", "form[action$='handler=Clone']", ("name", name));
        var other = clone.Address.Split('/')[2];
        Assert.NotEqual(id, other);
        Assert.Equal(name, clone.Text("h1"));
        Assert.Equal("works", clone.Text("#experiment-hypothesis-panel em"));
        Assert.Contains("team", clone.Text(".about .tags"), StringComparison.Ordinal);
        Assert.Equal("Pending", await State(mira, other));
        Assert.Contains("size: 7", (await mira.Ask($"/experiments/{other}/configuration")).Text(".panel .code"), StringComparison.Ordinal);
        Assert.Equal(0, await Count("select count(*) from experiments.run where experiment_id = $1", Id(other)));
        var taken = await mira.Press($"/experiments/{id}/overview?edit=clone", "form[action$='handler=Clone']", ("name", name));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, taken.Status);
        Assert.Contains("exists", taken.Text("#experiment-clone-note"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Owner_baseline_hypothesis_and_tags_are_changed_on_the_overview()
    {
        var mira = await world.Visit(world.Cast.Member);
        var id = await Make(mira);
        var (good, base_) = (await _mira.NewRun(id, "good"), await _mira.NewRun(id, "base"));
        await _mira.Log(good, "val/acc", [new(1, 1, .75)]);
        await _mira.Log(base_, "val/acc", [new(1, 1, .5)]);
        var path = $"/experiments/{id}/overview";
        await Post(mira, path + "?handler=Hypothesis", ("text", "**bold** <script>x</script>"));
        await Post(mira, path + "?handler=Baseline", ("run", base_));
        await Post(mira, path + "?handler=Tag", ("key", "team"), ("value", "vision"));
        var page = await mira.Ask(path);
        Assert.Equal("bold", page.Text("#experiment-hypothesis-panel strong"));
        Assert.False(page.Has("#experiment-hypothesis-panel script"));
        Assert.Contains("+50%", page.Text(".overview .change[data-good]"), StringComparison.Ordinal);
        Assert.Contains("Baseline base", page.Text($"#experiment-head-{id}"), StringComparison.Ordinal);
        var strange = await _mira.NewRun();
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await Post(mira, path + "?handler=Baseline", ("run", strange))).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await Post(mira, path + "?handler=Owner", ("owner", $"{world.Cast.Stranger.PersonId}"))).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await Post(mira, path + "?handler=Owner", ("owner", $"{world.Cast.Viewer.PersonId}"))).Status);
        Assert.Equal(HttpStatusCode.OK, (await Post(mira, path + "?handler=Owner", ("owner", $"{world.Cast.Admin.PersonId}"))).Status);
        // Given away: it is the admin's now.
        Assert.Equal(HttpStatusCode.Forbidden, (await Post(mira, path + "?handler=Owner", ("owner", $"{world.Cast.Member.PersonId}"))).Status);
        await Post(mira, path + "?handler=RemoveTag", ("key", "team"));
        var activity = (await mira.Ask($"/experiments/{id}/activity")).Text($"#experiment-activity-{id}");
        foreach (var said in (string[])["wrote the hypothesis", "chose the baseline", "baseline: base", "team: vision", "Mira → Admin", "removed a tag"])
            Assert.Contains(said, activity, StringComparison.Ordinal);
        Assert.Single((await mira.Ask($"/experiments/{id}/activity?q=action:experiment.owner%20by:mira")).Page.QuerySelectorAll(".timeline li"));
        Assert.Contains("Nothing matches", (await mira.Ask($"/experiments/{id}/activity?q=by:nobody")).Text($"#experiment-activity-{id}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Projects_are_made_hold_experiments_and_are_archived()
    {
        var mira = await world.Visit(world.Cast.Member);
        var name = Tracker.Unique("P");
        var (one, two) = (await _mira.NewExperiment(), await _mira.NewExperiment());
        Assert.Equal(HttpStatusCode.OK, (await Post(mira, "/experiments/projects?handler=Create", ("name", name), ("description", "*why*"))).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await Post(mira, "/experiments/projects?handler=Create", ("name", name.ToUpperInvariant()))).Status);
        var project = await Count("select project_id from experiments.project where name = $1", name);
        await Post(mira, "/experiments?handler=Move", ("ids", one), ("ids", two), ("project", $"{project}"));
        Assert.Equal(new[] { one, two }.Order(), (await mira.Ask($"/experiments?q=project:{name}")).Page.QuerySelectorAll("tr[data-row]").Select(r => r.Id!.Split('-')[^1]).Order());
        Assert.Equal("2", (await mira.Ask("/experiments/projects")).Text($"#project-{project} td[data-num]"));
        // A project of another team takes none of ours, and is not there for us.
        var stan = await world.Visit(world.Cast.Stranger);
        await Post(stan, "/experiments/projects?handler=Create", ("name", name));
        var theirs = await Count("select project_id from experiments.project where name = $1 and project_id <> $2", name, project);
        await Post(mira, "/experiments?handler=Move", ("ids", one), ("project", $"{theirs}"));
        Assert.Equal(project, await Count("select project_id from experiments.experiment where experiment_id = $1", Id(one)));
        Assert.Equal(HttpStatusCode.NotFound, (await Post(mira, "/experiments/projects?handler=Change", ("id", $"{theirs}"), ("name", "x"))).Status);
        Assert.False((await mira.Ask("/experiments/projects")).Has($"#project-{theirs}"));
        Assert.Equal(HttpStatusCode.Forbidden, (await Post(await world.Visit(world.Cast.Viewer), "/experiments/projects?handler=Archive", ("id", $"{project}"), ("archived", "true"))).Status);
        await Post(mira, "/experiments/projects?handler=Archive", ("id", $"{project}"), ("archived", "true"));
        Assert.False((await mira.Ask("/experiments/projects")).Has($"#project-{project}"));
        Assert.True((await mira.Ask("/experiments/projects?view=archived")).Has($"#project-{project}"));
        await Post(mira, "/experiments?handler=Move", ("ids", one), ("project", ""));
        Assert.Equal(0, await Count("select count(*) from experiments.experiment where experiment_id = $1 and project_id is not null", Id(one)));
    }

    [Fact]
    public async Task Many_are_tagged_archived_deleted_and_restored_together()
    {
        var mira = await world.Visit(world.Cast.Member);
        var mark = Tracker.Unique("bulk");
        var ids = new[] { await _mira.NewExperiment(mark + " a"), await _mira.NewExperiment(mark + " b") };
        (string, string)[] both = [("ids", ids[0]), ("ids", ids[1])];
        async Task<int> Rows(string query) => (await mira.Ask($"/experiments?q={mark}{query}")).Page.QuerySelectorAll("tr[data-row]").Length;
        await Post(mira, "/experiments?handler=Tag", [.. both, ("key", "team"), ("value", "vision")]);
        Assert.Equal((2, 2, 0), (await Rows("%20tag:team"), await Rows("%20tag:team=vision"), await Rows("%20tag:team=audio")));
        await Post(mira, "/experiments?handler=Archive", [.. both, ("to", "archive")]);
        Assert.Equal((0, 2), (await Rows(""), await Rows("&view=archived")));
        await Post(mira, "/experiments?handler=Archive", [.. both, ("to", "unarchive")]);
        await Post(mira, "/experiments?handler=Delete", [.. both, ("at", "/experiments?q=" + mark)]);
        Assert.Equal((0, 2), (await Rows(""), await Rows("&view=deleted")));
        await Post(mira, "/experiments?handler=Restore", both);
        Assert.Equal((2, 0), (await Rows(""), await Rows("&view=deleted")));
        Assert.Equal((2, 0, 2, 0, 2), (await Rows("%20status:pending"), await Rows("%20status:running"), await Rows("%20owner:mira"), await Rows("%20created:%3C1d"), await Rows("%20runs:0")));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await mira.Ask("/experiments?q=status:sleeping")).Status);
        // What is another team's is not there for a stranger, and stays.
        Assert.Equal(HttpStatusCode.NotFound, (await Post(await world.Visit(world.Cast.Stranger), "/experiments?handler=Delete", both)).Status);
        Assert.Equal(2, await Rows(""));
        // Nobody is led elsewhere by a form.
        Assert.Equal("/experiments", (await Post(mira, "/experiments?handler=Tag", [.. both, ("key", "x"), ("at", "//elsewhere.example")])).Address);
    }

    [Fact]
    public async Task Pages_of_the_list_follow_each_other_by_key()
    {
        var mira = await world.Visit(world.Cast.Member);
        var mark = Tracker.Unique("page");
        for (var i = 0; i < 27; i++)
            await _mira.NewExperiment($"{mark} {i:00}");
        foreach (var sort in (string[])["name", "made", "activity"])
        {
            var first = await mira.Ask($"/experiments?q={mark}&sort={sort}");
            var second = await mira.Ask(first.Page.QuerySelector("#experiments-pager a[rel=next]")!.GetAttribute("href")!);
            var names = new[] { first, second }.SelectMany(p => p.Page.QuerySelectorAll("tr[data-row] .name a")).Select(a => a.TextContent).ToList();
            Assert.Equal((27, 27), (names.Count, names.Distinct().Count()));
            Assert.False(second.Has("#experiments-pager a[rel=next]"));
        }
        Assert.Equal(27, (await mira.Ask($"/experiments?q={mark}&size=50")).Page.QuerySelectorAll("tr[data-row]").Length);
    }

    [Fact]
    public async Task Restoring_under_a_taken_name_asks_for_another()
    {
        var mira = await world.Visit(world.Cast.Member);
        var name = Tracker.Unique("again");
        var id = await _mira.NewExperiment(name);
        (await _mira.Post("experiments/delete", new { experiment_id = id })).Is("{}");
        await _mira.NewExperiment(name);
        var asked = await mira.Press($"/experiments/{id}", "#experiment-more button[formaction$='handler=Restore']");
        Assert.Contains("edit=restore", asked.Address, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await mira.Press(asked.Address, "form[action$='handler=RestoreAs']", ("name", name))).Status);
        var other = name + " (first)";
        Assert.Equal(HttpStatusCode.OK, (await mira.Press(asked.Address, "form[action$='handler=RestoreAs']", ("name", other))).Status);
        Assert.Equal(id, (await _mira.Get($"experiments/get-by-name?experiment_name={Tracker.Q(other)}")).Word("experiment.experiment_id"));
    }

    [Fact]
    public async Task What_is_deleted_for_good_leaves_nothing_behind()
    {
        var mira = await world.Visit(world.Cast.Member);
        var name = Tracker.Unique("gone");
        var id = await _mira.NewExperiment(name);
        var run = await _mira.NewRun(id);
        var other = await _mira.NewRun();
        await _mira.Log(run, "loss", Enumerable.Range(0, 3000).Select(i => new Point(i, i, i)));
        await _mira.Log(other, "loss", [new(1, 1, 1)]);
        (await _mira.Post("runs/log-parameter", new { run_id = run, key = "lr", value = "1" })).Is("{}");
        (await _mira.Send("PUT", $"{Tracker.Proxy}/{id}/{run}/artifacts/a.txt", Tracker.Json("x"u8.ToArray(), "text/plain"))).Ok();
        await Post(mira, $"/experiments/{id}/comments?run={run}&handler=Add", ("text", "said"));
        // A run that was moved elsewhere keeps its files where they are.
        var moved = await _mira.NewRun(id);
        (await _mira.Send("PUT", $"{Tracker.Proxy}/{id}/{moved}/artifacts/kept.txt", Tracker.Json("kept"u8.ToArray(), "text/plain"))).Ok();
        (await _mira.Post("runs/update", new { run_id = moved, status = "FINISHED" })).Ok();
        await Post(mira, $"/experiments/{id}?handler=Runs", ("act", "move"), ("ids", moved), ("target", await _mira.NewExperiment()));
        var series = await Count("select series_id from experiments.series where run_id = $1", Guid.Parse(run));
        var files = Path.Combine(world.DataOf(0), "files", "artifacts", id);

        Assert.True(Directory.Exists(files));

        // Not while it is active, not without its name, not by somebody else.
        await Post(mira, $"/experiments/{id}/overview?handler=Purge", ("confirm", name));
        (await _mira.Post("experiments/delete", new { experiment_id = id })).Is("{}");
        await Post(mira, $"/experiments/{id}/overview?handler=Purge", ("confirm", "another"));
        Assert.Equal(HttpStatusCode.NotFound, (await Post(await world.Visit(world.Cast.Stranger), $"/experiments/{id}/overview?handler=Purge", ("confirm", name))).Status);
        Assert.Equal("deleted", (await _mira.Get($"experiments/get?experiment_id={id}")).Word("experiment.lifecycle_stage"));

        await Post(mira, $"/experiments/{id}/overview?handler=Purge", ("confirm", name));
        (await _mira.Get($"experiments/get?experiment_id={id}")).Missing();
        (await _mira.Post("experiments/restore", new { experiment_id = id })).Missing();
        await Until.True(async () => await Count("select count(*) from experiments.experiment where experiment_id = $1", Id(id)) == 0, "the experiment is gone");
        await Until.True(async () => await Count("select count(*) from experiments.leftover where run_id = $1", Guid.Parse(run)) == 0, "what its run left is swept up");
        foreach (var table in (string[])["run", "param", "tag", "series", "comment", "activity", "config"])
            Assert.Equal((table, 0), (table, await Count($"select count(*) from experiments.{table} where experiment_id = $1", Id(id))));
        Assert.Equal(0, await Count("select (select count(*) from experiments.point where series_id = $1) + (select count(*) from experiments.bucket where series_id = $1)", series));
        Assert.Equal(["kept.txt"], Directory.EnumerateFiles(files, "*", SearchOption.AllDirectories).Select(Path.GetFileName));
        Assert.Equal("kept", (await (await world.Visit(world.Cast.Viewer)).Ask($"/get-artifact?run_id={moved}&path=kept.txt")).Html);
        Assert.Single(await _mira.History(other, "loss"));
        Assert.Equal(1, await Count("select count(*) from crucible.audit where action = 'experiments.experiment.purge' and subject = $1", $"experiment:{id}"));
    }

    [Fact]
    public async Task Results_mark_the_best_and_group_with_mean_and_spread_and_are_files()
    {
        var mira = await world.Visit(world.Cast.Member);
        var id = await _mira.NewExperiment();
        foreach (var (name, lr, loss) in ((string, string, double)[])[("a", "0.1", 1), ("b", "0.1", 3), ("c", "0.2", 5)])
        {
            var run = await _mira.NewRun(id, name);
            await _mira.Log(run, "loss", [new(1, 1, loss)]);
            (await _mira.Post("runs/log-parameter", new { run_id = run, key = "lr", value = lr })).Is("{}");
        }
        var path = $"/experiments/{id}/results";
        var page = await mira.Ask(path);
        Assert.Equal(["a", "b", "c"], page.Page.QuerySelectorAll("tr[data-row] .name a").Select(a => a.TextContent));
        Assert.StartsWith("1", page.Text("data.best"), StringComparison.Ordinal);
        var grouped = (await mira.Ask(path + "?group=lr")).Text(".results tbody");
        Assert.Contains("±", grouped, StringComparison.Ordinal);
        using var csv = await mira.Http.GetAsync(path + "?group=lr&format=csv");
        Assert.Equal("attachment", csv.Content.Headers.ContentDisposition?.DispositionType);
        Assert.Contains("0.1,2,2,1.4142135623730951", await csv.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        foreach (var format in (string[])["json", "md", "tex"])
            Assert.Contains("loss", await mira.Http.GetStringAsync($"{path}?format={format}"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await mira.Ask(path + "?format=exe")).Status);
        Assert.Equal(HttpStatusCode.OK, (await mira.Ask(path + "?metrics=none&group=none&sort=none")).Status);
    }

    [Fact]
    public async Task To_another_team_none_of_it_exists_and_a_viewer_changes_nothing()
    {
        var mira = await world.Visit(world.Cast.Member);
        var id = await Make(mira);
        var (stan, vito) = (await world.Visit(world.Cast.Stranger), await world.Visit(world.Cast.Viewer));
        foreach (var page in (string[])["overview", "results", "configuration", "activity", "comments", "overview?part=acts", "overview?part=writers", "activity?part=options&key=by", "comments?part=people"])
        {
            Assert.Equal((page, HttpStatusCode.NotFound), (page, (await stan.Ask($"/experiments/{id}/{page}")).Status));
            Assert.Equal((page, HttpStatusCode.OK), (page, (await vito.Ask($"/experiments/{id}/{page}")).Status));
        }
        foreach (var (handler, fields) in ((string, (string, string)[])[])[("overview?handler=Verb", [("verb", "start")]), ("overview?handler=Hypothesis", [("text", "x")]), ("overview?handler=Tag", [("key", "")]),
            ("overview?handler=Owner", []), ("overview?handler=Project", []), ("overview?handler=Baseline", []), ("overview?handler=RemoveTag", [("key", "crucible.status")]), ("overview?handler=Purge", [("confirm", "x")]),
            ("overview?handler=RestoreAs", []), ("configuration?handler=Save", [("text", "[")]), ("comments?handler=Add", [("text", "")])])
        {
            Assert.Equal((handler, HttpStatusCode.NotFound), (handler, (await Post(stan, $"/experiments/{id}/{handler}", fields)).Status));
            Assert.Equal((handler, HttpStatusCode.Forbidden), (handler, (await Post(vito, $"/experiments/{id}/{handler}", fields)).Status));
        }
        Assert.Equal("Pending", await State(mira, id));
    }
}
