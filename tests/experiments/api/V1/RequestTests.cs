using System.Text.Json;

namespace Crucible.Experiments.Api.Tests.V1;

[Collection(nameof(ApiWorld))]
public sealed class RequestTests(ApiWorld world)
{
    private ApiClient Mira => new(world.Client(world.Cast.Member));

    [Fact]
    public async Task An_experiment_is_made_read_changed_tagged_deleted_and_restored()
    {
        var mira = Mira;
        var name = Tracker.Unique("whole");
        var made = (await mira.Post("experiments", new { name, note = "# Why", hypothesis = "less", tags = new { task = "x" }, lost_after_seconds = 90, config = new { models = new[] { "a" } }, pending = true })).Is(201);
        var experiment = made.Json.GetProperty("data");
        var at = made.Headers["Location"];
        Assert.Equal((name, "# Why", "less", "x", 90, "pending", 1), (experiment.Text("name"), experiment.Text("note"), experiment.Text("hypothesis"), experiment.GetProperty("tags").Text("task"),
            experiment.GetProperty("lost_after_seconds").GetInt32(), experiment.Text("status"), experiment.GetProperty("config_version").GetInt32()));
        Assert.EndsWith("Z", experiment.Text("created_at"));
        Assert.Equal("a", (await mira.Get($"{at}/config")).Data.GetProperty("config").GetProperty("models")[0].GetString());
        (await mira.Post("experiments", new { name })).Refused(409, "conflict", "name");
        var changed = (await mira.Send("PATCH", at, new { note = "other" })).Data;
        Assert.Equal(("other", "less", name), (changed.Text("note"), changed.Text("hypothesis"), changed.Text("name")));
        (await mira.Send("PATCH", at, """{"name": null}""")).Refused(422, "validation_error", "name");
        Assert.Equal("v", (await mira.Send("PUT", $"{at}/tags/a/b", new { value = "v" })).Data.Text("value"));
        Assert.Equal("v", (await mira.Get(at)).Data.GetProperty("tags").Text("a/b"));
        (await mira.Send("DELETE", $"{at}/tags/a%2Fb", null)).Is(204);
        (await mira.Send("DELETE", $"{at}/tags/a/b", null)).Refused(404, "not_found");
        (await mira.Post($"{at}/pause")).Refused(409, "conflict");
        Assert.Equal("running", (await mira.Post($"{at}/start")).Data.Text("status"));
        Assert.True((await mira.Post($"{at}/pause")).Data.GetProperty("paused").GetBoolean());
        (await mira.Send("PUT", $"{at}/config", new { config = new { b = 1 } })).Refused(409, "conflict");
        Assert.Equal("completed", (await mira.Post($"{at}/complete")).Data.Text("status"));
        var clone = (await mira.Post($"{at}/clone", new { name = name + "2" })).Is(201).Json.GetProperty("data");
        Assert.Equal(("pending", "less"), (clone.Text("status"), clone.Text("hypothesis")));
        (await mira.Send("DELETE", at, null)).Is(204);
        Assert.True((await mira.Get(at)).Data.GetProperty("deleted").GetBoolean());
        Assert.False((await mira.Post($"{at}/restore")).Data.GetProperty("deleted").GetBoolean());
    }

    [Fact]
    public async Task A_run_is_made_ended_continued_and_nested()
    {
        var mira = Mira;
        var experiment = await mira.NewExperiment();
        var parent = await mira.NewRun(experiment, "parent");
        var made = (await mira.Post("runs", new { experiment_id = experiment, name = "child", parent_run_id = parent, @params = new { lr = "0.1" }, tags = new { k = "v" }, started_at = "2026-01-31T12:00:00+02:00" })).Is(201);
        var run = made.Json.GetProperty("data");
        Assert.Equal(("child", "running", parent, "0.1", "v", "2026-01-31T10:00:00Z"), (run.Text("name"), run.Text("status"), run.Text("parent_run_id"), run.GetProperty("params").Text("lr"), run.GetProperty("tags").Text("k"), run.Text("started_at")));
        var at = made.Headers["Location"];
        var ended = (await mira.Send("PATCH", at, new { status = "completed", name = "done" })).Data;
        Assert.Equal(("completed", "done"), (ended.Text("status"), ended.Text("name")));
        Assert.NotEqual(JsonValueKind.Null, ended.GetProperty("ended_at").ValueKind);
        var going = (await mira.Post($"{at}/continue")).Data;
        Assert.Equal(("running", JsonValueKind.Null), (going.Text("status"), going.GetProperty("ended_at").ValueKind));
        Assert.Equal([run.Text("id")], (await mira.Get($"runs?filter[parent_run_id]={parent}")).Data.EnumerateArray().Select(r => r.Text("id")));
        (await mira.Post("runs", new { experiment_id = 999_999_999 })).Refused(404, "not_found");
    }

    [Fact]
    public async Task Everything_wrong_with_a_body_is_named_at_once()
    {
        var mira = Mira;
        var refused = (await mira.Post("experiments", """{"name": 7, "colour": 1, "lost_after_seconds": "x", "tags": {"a": 1}}""")).Refused(422, "validation_error");
        Assert.Equal(["colour", "lost_after_seconds", "name", "tags"], refused.Json.GetProperty("error").GetProperty("details").EnumerateObject().Select(d => d.Name));
        (await mira.Post("experiments", """{"note": "x"}""")).Refused(422, "validation_error", "name");
        (await mira.Post("experiments", """{"name": "", "lost_after_seconds": 5}""")).Refused(422, "validation_error", "name").Refused(422, "validation_error", "lost_after_seconds");
        (await mira.Post("experiments", """{"name": "a", "name": "b"}""")).Refused(422, "validation_error", "name");
        foreach (var body in (string[])["{", "[]", "7", "null", "{\"name\": \"a\"} x", new string('[', 100)])
            (await mira.Post("experiments", body)).Refused(422, "validation_error", "body");
        (await mira.Post("experiments", "{\"name\": \"a\\u0000b\"}")).Refused(422, "validation_error", "name");
        (await mira.Post("experiments", new { name = new string('x', 2_000_000) })).Refused(413, "validation_error");
        using var form = await mira.Http.PostAsync("/api/v1/experiments", new FormUrlEncodedContent([new("name", "x")]));
        Assert.Equal(422, (int)form.StatusCode);
        (await mira.Send("PATCH", $"runs/{await mira.NewRun(await mira.NewExperiment())}", """{"status": "lost"}""")).Refused(422, "validation_error", "status");
    }

    [Fact]
    public async Task Refusals_of_the_host_have_the_same_form()
    {
        (await new ApiClient(world.Client(null)).Get("experiments")).Refused(401, "unauthorized");
        (await Mira.Get("nothing")).Refused(404, "not_found");
        (await Mira.Send("DELETE", "experiments", null)).Refused(404, "not_found");
        (await Mira.Get("experiments/9999999999999999999")).Refused(404, "not_found");
        (await new ApiClient(world.Client(world.Cast.Viewer)).Post("experiments", new { name = Tracker.Unique("v") })).Refused(403, "forbidden");
        var browser = await world.Visit(world.Cast.Member);
        browser.Http.DefaultRequestHeaders.Accept.Clear();
        var visitor = new ApiClient(browser.Http);
        (await visitor.Get("experiments")).Is(200);
        (await visitor.Post("experiments", new { name = Tracker.Unique("c") })).Refused(400, "validation_error");
        var token = await browser.FormTokenOf();
        (await visitor.Post("experiments", new { name = Tracker.Unique("c") }, ("RequestVerificationToken", token))).Is(201);
    }

    [Fact]
    public async Task A_repeated_request_is_carried_out_once()
    {
        var (mira, key, name) = (Mira, Guid.NewGuid().ToString(), Tracker.Unique("once"));
        var first = (await mira.Post("experiments", new { name }, ("Idempotency-Key", key))).Is(201);
        var second = (await mira.Post("experiments", new { name }, ("Idempotency-Key", key))).Is(201);
        Assert.Equal((first.Text, first.Headers["Location"], first.ETag), (second.Text, second.Headers["Location"], second.ETag));
        Assert.Equal("true", second.Headers["Idempotent-Replayed"]);
        (await mira.Post("experiments", new { name = name + "x" }, ("Idempotency-Key", key))).Refused(422, "validation_error", "Idempotency-Key");
        (await mira.Post("runs", new { name }, ("Idempotency-Key", key))).Refused(422, "validation_error", "Idempotency-Key");
        // Somebody else's key is another one.
        (await new ApiClient(world.Client(world.Cast.Stranger)).Post("experiments", new { name }, ("Idempotency-Key", key))).Refused(409, "conflict");
        // What was refused may come again, mended, under its key.
        var mended = Guid.NewGuid().ToString();
        (await mira.Post("experiments", new { name }, ("Idempotency-Key", mended))).Refused(409, "conflict");
        (await mira.Post("experiments", new { name = Tracker.Unique("mended") }, ("Idempotency-Key", mended))).Is(201);
        (await mira.Post("experiments", new { name }, ("Idempotency-Key", ""))).Refused(422, "validation_error", "Idempotency-Key");
    }

    [Fact]
    public async Task Of_twins_at_the_same_time_one_is_carried_out()
    {
        var (mira, key) = (Mira, Guid.NewGuid().ToString());
        var experiment = await mira.NewExperiment();
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => mira.Post("runs", new { experiment_id = experiment, name = "twin" }, ("Idempotency-Key", key))));
        Assert.All(answers, a => Assert.True(a.Status is 201 or 409, a.Text));
        Assert.Single(answers.Where(a => a.Status == 201).Select(a => a.Text).Distinct());
        Assert.Equal(1, (await mira.Get($"experiments/{experiment}/runs")).Json.GetProperty("meta").GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task An_entity_tag_spares_an_answer_and_guards_a_change()
    {
        var mira = Mira;
        var at = $"experiments/{await mira.NewExperiment()}";
        var tag = (await mira.Get(at)).Is(200).ETag;
        var known = (await mira.Get(at, ("If-None-Match", tag))).Is(304);
        Assert.Equal(("", tag), (known.Text, known.ETag));
        (await mira.Get(at, ("If-None-Match", "\"other\", W/" + tag))).Is(304);
        (await mira.Send("PATCH", at, new { note = "a" }, ("If-Match", tag))).Is(200);
        (await mira.Send("PATCH", at, new { note = "b" }, ("If-Match", tag))).Refused(412, "precondition_failed");
        (await mira.Send("DELETE", at, null, ("If-Match", tag))).Refused(412, "precondition_failed");
        (await mira.Get(at, ("If-None-Match", tag))).Is(200);
        var list = (await mira.Get("experiments?filter[name]=no-such-name")).ETag;
        (await mira.Get("experiments?filter[name]=no-such-name", ("If-None-Match", list))).Is(304);
    }

    [Fact]
    public async Task Of_those_who_change_the_same_state_one_wins()
    {
        var mira = Mira;
        var at = $"experiments/{await mira.NewExperiment()}";
        var tag = (await mira.Get(at)).ETag;
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => mira.Send("PATCH", at, new { note = $"writer {i}" }, ("If-Match", tag))));
        var winner = Assert.Single(answers, a => a.Status == 200);
        Assert.All(answers.Where(a => a.Status != 200), a => a.Refused(412, "precondition_failed"));
        Assert.Equal(winner.Data.Text("note"), (await mira.Get(at)).Data.Text("note"));
    }

    [Fact]
    public async Task Projects_hold_experiments()
    {
        var mira = Mira;
        var name = Tracker.Unique("p");
        var project = (await mira.Post("projects", new { name, description = "d" })).Is(201).Json.GetProperty("data").GetProperty("id").GetInt64();
        (await mira.Post("projects", new { name = name.ToUpperInvariant() })).Refused(409, "conflict", "name");
        var experiment = await mira.NewExperiment();
        Assert.Equal(project, (await mira.Send("PATCH", $"experiments/{experiment}", new { project_id = project })).Data.GetProperty("project_id").GetInt64());
        Assert.Equal([experiment], (await mira.Get($"experiments?filter[project_id]={project}")).Data.EnumerateArray().Select(e => e.GetProperty("id").GetInt64()));
        Assert.Equal(JsonValueKind.Null, (await mira.Send("PATCH", $"experiments/{experiment}", """{"project_id": null}""")).Data.GetProperty("project_id").ValueKind);
        (await mira.Send("PATCH", $"projects/{project}", new { archived = true })).Is(200);
        Assert.Contains(project, (await mira.Walk("projects?filter[archived]=true", 2)).Select(p => p.GetProperty("id").GetInt64()));
        (await mira.Get("projects?cursor=eyJ9")).Refused(422, "validation_error", "cursor");
    }
}

internal static class FormTokens
{
    /// <summary>The antiforgery token that a script of a page would send.</summary>
    public static async Task<string> FormTokenOf(this Visitor visitor)
    {
        var page = await visitor.Get("/account");
        return ((AngleSharp.Html.Dom.IHtmlInputElement)page.QuerySelector("input[name=__RequestVerificationToken]")!).Value;
    }
}

/// <summary>A world with low limits.</summary>
public sealed class NarrowWorld : World
{
    protected override IEnumerable<string> Settings => ["Crucible:Api:ReadsPerMinute=5", "Crucible:Api:WritesPerMinute=2"];
}

public sealed class LimitTests(NarrowWorld world) : IClassFixture<NarrowWorld>
{
    [Fact]
    public async Task Every_answer_says_what_is_left_and_one_too_many_is_told_when_to_come_back()
    {
        var mira = new ApiClient(world.Client(world.Cast.Member));
        // The minute of the clock may turn between two calls; then the count begins anew, once.
        Reply? refused = null;
        for (var i = 0; i < 12 && refused is null; i++)
        {
            var answer = await mira.Get("experiments");
            Assert.Equal("5", answer.Headers["X-RateLimit-Limit"]);
            Assert.InRange(int.Parse(answer.Headers["X-RateLimit-Remaining"]), 0, 4);
            Assert.Equal(0, long.Parse(answer.Headers["X-RateLimit-Reset"]) % 60);
            if (answer.Status != 200)
                refused = answer;
        }
        refused!.Refused(429, "rate_limited");
        Assert.InRange(int.Parse(refused.Headers["Retry-After"]), 1, 60);
        // Another credential, and another kind of call, are counted for themselves.
        (await new ApiClient(world.Client(world.Cast.Viewer)).Get("experiments")).Is(200);
        Assert.Equal("2", (await mira.Post("experiments", new { name = Tracker.Unique("w") })).Is(201).Headers["X-RateLimit-Limit"]);
        (await mira.Get("/api/2.0/mlflow/experiments/get?experiment_id=0")).Is(200);
    }
}
