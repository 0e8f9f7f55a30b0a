using System.Text.Json;

namespace Crucible.Experiments.Api.Tests;

/// <summary>The model registry, as clients use it.</summary>
public sealed class RegistryTests(World world) : IClassFixture<World>
{
    private readonly Tracker _mira = new(world.Client(world.Cast.Member));
    private readonly Tracker _vito = new(world.Client(world.Cast.Viewer));
    private readonly Tracker _stan = new(world.Client(world.Cast.Stranger));

    private async Task<string> NewModel(string? name = null)
    {
        name ??= Tracker.Unique("model");
        (await _mira.Post("registered-models/create", new { name })).Ok();
        return name;
    }

    private async Task<string> NewVersion(string name, string source = "runs:/a/model", string? run = null) =>
        (await _mira.Post("model-versions/create", new { name, source, run_id = run })).Word("model_version.version");

    [Theory]
    [InlineData("/api/2.0/mlflow/")]
    [InlineData("/ajax-api/2.0/mlflow/")]
    public async Task A_model_and_its_versions_are_answered_in_the_protocols_shape(string api)
    {
        var name = Tracker.Unique("ranker");
        var run = await _mira.NewRun(await _mira.NewExperiment());
        var made = await _mira.Post($"{api}registered-models/create", new { name, description = "Ranks.", tags = new[] { new { key = "task", value = "rank" } } });
        var at = made.At("registered_model.creation_timestamp").GetInt64();
        made.Is($$"""{"registered_model": {"name": "{{name}}", "creation_timestamp": {{at}}, "last_updated_timestamp": {{at}}, "description": "Ranks.", "tags": [{"key": "task", "value": "rank"}]} }""");
        var version = await _mira.Post($"{api}model-versions/create", new { name, source = $"mlflow-artifacts:/1/{run}/artifacts/model", run_id = run, description = "first", tags = new[] { new { key = "t", value = "v" } } });
        var registered = version.At("model_version.creation_timestamp").GetInt64();
        string Expected(string more) => $$"""
            {"name": "{{name}}", "version": "1", "creation_timestamp": {{registered}}, "last_updated_timestamp": {{registered}}, "user_id": "{{world.Cast.Member.Name}}", "current_stage": "None",
              "description": "first", "source": "mlflow-artifacts:/1/{{run}}/artifacts/model", "run_id": "{{run}}", "status": "READY", "tags": [{"key": "t", "value": "v"}]{{more}} }
            """;
        version.Is($$"""{"model_version": {{Expected("")}} }""");
        (await _mira.Post($"{api}registered-models/alias", new { name, alias = "champion", version = "1" })).Is("{}");
        (await _mira.Get($"{api}registered-models/alias?name={name}&alias=champion")).Is($$"""{"model_version": {{Expected(", \"aliases\": [\"champion\"]")}} }""");
        (await _mira.Get($"{api}model-versions/get?name={name}&version=1")).Is($$"""{"model_version": {{Expected(", \"aliases\": [\"champion\"]")}} }""");
        (await _mira.Get($"{api}model-versions/get-download-uri?name={name}&version=1")).Is($$"""{"artifact_uri": "mlflow-artifacts:/1/{{run}}/artifacts/model"}""");
        (await _mira.Get($"{api}model-versions/search?filter=run_id%3D'{run}'")).Is($$"""{"model_versions": [{{Expected(", \"aliases\": [\"champion\"]")}}] }""");
        var whole = (await _mira.Get($"{api}registered-models/get?name={name}")).At("registered_model");
        Assert.Equal("1", whole.GetProperty("latest_versions")[0].GetProperty("version").GetString());
        Assert.Equal("""[{"alias":"champion","version":"1"}]""", whole.GetProperty("aliases").GetRawText());
    }

    [Fact]
    public async Task A_number_is_never_used_again_and_versions_made_at_once_all_get_one()
    {
        var name = await NewModel();
        var numbers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => NewVersion(name)));
        Assert.Equal(Enumerable.Range(1, 8).Select(n => $"{n}"), numbers.OrderBy(int.Parse));
        (await _mira.Send("DELETE", "model-versions/delete", new { name, version = "8" })).Is("{}");
        (await _mira.Get($"model-versions/get?name={name}&version=8")).Missing("version=8");
        Assert.Equal("9", await NewVersion(name));
    }

    [Fact]
    public async Task An_alias_moves_goes_with_its_version_and_cannot_be_what_already_means_one()
    {
        var name = await NewModel();
        await NewVersion(name);
        await NewVersion(name);
        (await _mira.Post("registered-models/alias", new { name, alias = "live", version = 1 })).Ok();
        (await _mira.Post("registered-models/alias", new { name, alias = "live", version = "2" })).Ok();
        Assert.Equal("2", (await _mira.Get($"registered-models/alias?name={name}&alias=live")).Word("model_version.version"));
        Assert.Equal("2", (await _mira.Get($"registered-models/alias?name={name}&alias=latest")).Word("model_version.version"));
        (await _mira.Send("DELETE", "model-versions/delete", new { name, version = "2" })).Ok();
        (await _mira.Get($"registered-models/alias?name={name}&alias=live")).Invalid("live");
        foreach (var alias in (string[])["latest", "Latest", "v7", "a b", "a/b", ""])
            (await _mira.Post("registered-models/alias", new { name, alias, version = "1" })).Invalid("alias");
        (await _mira.Post("registered-models/alias", new { name, alias = "live", version = "99" })).Missing("version=99");
        (await _mira.Send("DELETE", "registered-models/alias", new { name, alias = "never-there" })).Ok();
    }

    [Fact]
    public async Task A_source_models_is_followed_to_the_files_and_the_run()
    {
        var experiment = await _mira.NewExperiment();
        var run = await _mira.NewRun(experiment);
        var logged = (await _mira.Post("logged-models", new { experiment_id = experiment, name = "m", source_run_id = run })).Word("model.info.model_id");
        var name = await NewModel();
        var first = await _mira.Post("model-versions/create", new { name, source = $"models:/{logged}", model_id = logged });
        Assert.Equal(run, first.Word("model_version.run_id"));
        Assert.Equal($"models:/{logged}", first.Word("model_version.source"));
        Assert.Equal(logged, first.Word("model_version.model_id"));
        Assert.Equal($"mlflow-artifacts:/{experiment}/models/{logged}/artifacts", (await _mira.Get($"model-versions/get-download-uri?name={name}&version=1")).Word("artifact_uri"));
        var copy = await NewModel();
        await NewVersion(copy, $"models:/{name}/1");
        Assert.Equal($"mlflow-artifacts:/{experiment}/models/{logged}/artifacts", (await _mira.Get($"model-versions/get-download-uri?name={copy}&version=1")).Word("artifact_uri"));
        (await _mira.Post("model-versions/create", new { name, source = "models:/m-00000000000000000000000000000000" })).Invalid("source");
        (await _mira.Post("model-versions/create", new { name, source = $"models:/{name}@nobody" })).Invalid("source");
    }

    [Fact]
    public async Task Stages_move_and_archive_those_before()
    {
        var name = await NewModel();
        await NewVersion(name);
        await NewVersion(name);
        Assert.Equal("Production", (await _mira.Post("model-versions/transition-stage", new { name, version = "1", stage = "production" })).Word("model_version.current_stage"));
        (await _mira.Post("model-versions/transition-stage", new { name, version = "2", stage = "Production", archive_existing_versions = true })).Ok();
        Assert.Equal("Archived", (await _mira.Get($"model-versions/get?name={name}&version=1")).Word("model_version.current_stage"));
        Assert.Equal("2", (await _mira.Post("registered-models/get-latest-versions", new { name, stages = new[] { "Production" } })).At("model_versions")[0].GetProperty("version").GetString());
        (await _mira.Post("model-versions/transition-stage", new { name, version = "1", stage = "Somewhere" })).Invalid("stage");
        (await _mira.Post("model-versions/transition-stage", new { name, version = "1", stage = "Archived", archive_existing_versions = true })).Invalid("archived");
        (await _mira.Post("registered-models/get-latest-versions", new { name, stages = new[] { "Nowhere" } })).Invalid("stages[0]");
    }

    [Fact]
    public async Task Searches_filter_sort_and_page()
    {
        var common = Tracker.Unique("s");
        string[] names = [.. Enumerable.Range(0, 5).Select(n => $"{common}-{n}")];
        foreach (var name in names)
            await NewModel(name);
        (await _mira.Post("registered-models/set-tag", new { name = names[3], key = "task", value = "rank" })).Ok();
        (await _mira.Post("registered-models/create", new { name = common + "-prompt", tags = new[] { new { key = "mlflow.prompt.is_prompt", value = "true" } } })).Ok();
        async Task<(string[] Names, string? Token)> Search(string query)
        {
            var answer = await _mira.Get($"registered-models/search?{query}");
            var found = answer.Json.TryGetProperty("registered_models", out var list) ? list.EnumerateArray().Select(m => m.GetProperty("name").GetString()!).ToArray() : [];
            return (found, answer.Json.TryGetProperty("next_page_token", out var token) ? token.GetString() : null);
        }
        var like = $"filter={Tracker.Q($"name LIKE '{common}%'")}";
        Assert.Equal(names, (await Search(like)).Names);
        Assert.Equal(names.Reverse(), (await Search($"{like}&order_by=name%20DESC")).Names);
        Assert.Equal([names[3]], (await Search($"filter={Tracker.Q($"name LIKE '{common}%' AND tags.task = 'rank'")}")).Names);
        Assert.Equal([common + "-prompt"], (await Search($"filter={Tracker.Q($"name LIKE '{common}%' AND tags.`mlflow.prompt.is_prompt` = 'true'")}")).Names);
        Assert.Equal(names, (await Search($"filter={Tracker.Q($"name LIKE '{common}%' AND tags.`mlflow.prompt.is_prompt` != 'true'")}")).Names);
        var page = await Search($"{like}&max_results=3");
        Assert.Equal(names[..3], page.Names);
        Assert.Equal(names[3..], (await Search($"{like}&max_results=3&page_token={page.Token}")).Names);
        (await _mira.Get("registered-models/search?filter=colour%3D'red'")).Invalid("colour");
        (await _mira.Get("registered-models/search?max_results=1001")).Invalid("max_results");
        await NewVersion(names[0]);
        await NewVersion(names[0], "s3://elsewhere/model");
        var versions = await _mira.Get($"model-versions/search?filter={Tracker.Q($"name = '{names[0]}' AND version_number > 1")}");
        Assert.Equal("s3://elsewhere/model", versions.At("model_versions")[0].GetProperty("source").GetString());
    }

    [Fact]
    public async Task What_is_wrong_is_said_and_nothing_is_kept()
    {
        var name = await NewModel();
        (await _mira.Post("registered-models/create", new { name })).Refused(400, "RESOURCE_ALREADY_EXISTS");
        foreach (var odd in (string[])["", "a/b", "a:b", new string('n', 257), "a\0b"])
            (await _mira.Post("registered-models/create", new { name = odd })).Invalid("name");
        (await _mira.Get("registered-models/get?name=nobody-knows-it")).Missing("nobody-knows-it");
        (await _mira.Post("model-versions/create", new { name = "nobody-knows-it", source = "x" })).Missing("nobody-knows-it");
        (await _mira.Post("model-versions/create", new { name, source = "" })).Invalid("source");
        (await _mira.Get($"model-versions/get?name={name}&version=first")).Invalid("version");
        (await _mira.Send("PATCH", "registered-models/update", new { name, description = new string('d', 5001) })).Invalid("description");
        var other = await NewModel();
        (await _mira.Post("registered-models/rename", new { name, new_name = other })).Refused(400, "RESOURCE_ALREADY_EXISTS");
        (await _mira.Post("registered-models/rename", new { name, new_name = name + "-renamed" })).Ok();
        (await _mira.Get($"registered-models/get?name={name}")).Missing(name);
        (await _mira.Send("DELETE", "registered-models/delete", new { name = name + "-renamed" })).Ok();
        (await _mira.Get($"registered-models/get?name={name}-renamed")).Missing(name);
    }

    [Fact]
    public async Task Another_team_sees_nothing_and_a_viewer_changes_nothing()
    {
        var name = await NewModel();
        await NewVersion(name);
        (await _stan.Get($"registered-models/get?name={name}")).Missing(name);
        (await _stan.Get($"model-versions/get?name={name}&version=1")).Missing(name);
        (await _stan.Post("model-versions/create", new { name, source = "x" })).Missing(name);
        Assert.False((await _stan.Get($"registered-models/search?filter={Tracker.Q($"name = '{name}'")}")).Json.TryGetProperty("registered_models", out _));
        (await _stan.Post("registered-models/create", new { name })).Refused(400, "RESOURCE_ALREADY_EXISTS");
        Assert.Equal(name, (await _vito.Get($"registered-models/get?name={name}")).Word("registered_model.name"));
        (await _vito.Post("registered-models/alias", new { name, alias = "a", version = "1" })).Refused(403, "PERMISSION_DENIED");
        (await _vito.Send("DELETE", "registered-models/delete", new { name })).Refused(403, "PERMISSION_DENIED");
        (await _vito.Post("registered-models/create", new { name = name + "2" })).Refused(403, "PERMISSION_DENIED");
    }
}
