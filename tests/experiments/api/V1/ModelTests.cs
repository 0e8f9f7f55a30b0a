namespace Crucible.Experiments.Api.Tests.V1;

/// <summary>Registered models by /api/v1, beside the protocol that clients speak.</summary>
[Collection(nameof(ApiWorld))]
public sealed class ModelTests(ApiWorld world)
{
    private ApiClient Mira => new(world.Client(world.Cast.Member));

    [Fact]
    public async Task A_model_gets_versions_and_aliases_that_clients_load_by()
    {
        var name = Tracker.Unique("m");
        var run = await Mira.NewRun(0, "r");
        var made = (await Mira.Post("models", new { name, description = "First", base_model = "bert", adapter = new { rank = 8 }, tags = new { task = "rank" } })).Is(201);
        var path = made.Headers["Location"];
        Assert.Equal(("bert", 8, "rank"), (made.Json.At("data.base_model").GetString(), made.Json.At("data.adapter.rank").GetInt32(), made.Json.At("data.tags.task").GetString()));
        foreach (var version in (int[])[1, 2])
            Assert.Equal(version, (await Mira.Post($"{path}/versions", new { source = $"mlflow-artifacts:/0/{run}/artifacts/model", run_id = run })).Is(201).Json.At("data.version").GetInt32());
        (await Mira.Send("PUT", $"{path}/aliases/champion", new { version = 1 })).Is(200);
        Assert.Equal(1, (await Mira.Get($"{path}/versions/champion")).Data.At("version").GetInt32());
        Assert.Equal(2, (await Mira.Get($"{path}/versions/latest")).Data.At("version").GetInt32());
        Assert.Equal("1", (await new Tracker(Mira.Http).Get($"registered-models/alias?name={name}&alias=champion")).Json.At("model_version.version").GetString());
        var first = (await Mira.Get($"{path}/versions?per_page=1&cursor=")).Is(200).Json;
        Assert.Equal(2, first.At("data[0].version").GetInt32());
        Assert.Equal(1, (await Mira.Get($"{path}/versions?per_page=1&cursor={first.At("meta.next_cursor").GetString()}")).Is(200).Json.At("data[0].version").GetInt32());
        (await Mira.Send("PATCH", path, new { name = $"{name}-b", adapter = (object?)null })).Is(200);
        var changed = (await Mira.Get(path)).Data;
        Assert.Equal(($"{name}-b", "bert", 0, 1), (changed.At("name").GetString(), changed.At("base_model").GetString(), changed.At("adapter").EnumerateObject().Count(), changed.At("aliases.champion").GetInt32()));
        Assert.Contains(name, (await Mira.Get($"models?filter[name]={name}")).Is(200).Text, StringComparison.Ordinal);
        (await Mira.Send("DELETE", $"{path}/versions/2", null)).Is(204);
        (await Mira.Get($"{path}/versions/2")).Refused(404, "not_found");
        (await Mira.Send("DELETE", path, null)).Is(204);
        (await Mira.Get(path)).Refused(404, "not_found");
    }

    [Fact]
    public async Task What_cannot_be_is_refused_at_its_field()
    {
        var name = Tracker.Unique("m");
        var path = (await Mira.Post("models", new { name })).Is(201).Headers["Location"];
        (await Mira.Post("models", new { name })).Refused(409, "conflict", "name");
        (await Mira.Post("models", new { name = "a/b" })).Refused(422, "validation_error", "name");
        (await Mira.Send("PUT", $"{path}/aliases/champion", new { version = 7 })).Refused(422, "validation_error", "version");
        (await Mira.Send("PUT", $"{path}/aliases/latest", new { version = 1 })).Refused(422, "validation_error", "alias");
        (await Mira.Post($"{path}/versions", new { source = "models:/nothing-like-it/1" })).Refused(422, "validation_error", "source");
        (await Mira.Send("PATCH", path, new { name = (string?)null })).Refused(422, "validation_error", "name");
        (await Mira.Send("PATCH", path, new { description = "x" }, ("If-Match", "\"old\""))).Refused(412, "precondition_failed");
        var (vito, stan) = (new ApiClient(world.Client(world.Cast.Viewer)), new ApiClient(world.Client(world.Cast.Stranger)));
        (await vito.Get(path)).Is(200);
        (await vito.Send("PATCH", path, new { description = "x" })).Refused(403, "forbidden");
        (await vito.Send("DELETE", path, null)).Refused(403, "forbidden");
        (await stan.Get(path)).Refused(404, "not_found");
        (await stan.Send("DELETE", path, null)).Refused(404, "not_found");
    }

    [Fact]
    public async Task A_run_is_archived_and_comes_back()
    {
        var run = await Mira.NewRun(0, "r");
        Assert.True((await Mira.Post($"runs/{run}/archive")).Data.GetProperty("archived").GetBoolean());
        Assert.False((await Mira.Post($"runs/{run}/unarchive")).Data.GetProperty("archived").GetBoolean());
        (await new ApiClient(world.Client(world.Cast.Viewer)).Post($"runs/{run}/archive")).Refused(403, "forbidden");
    }
}
