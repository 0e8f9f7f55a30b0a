using System.Text.Json;
using System.Text.RegularExpressions;
using Crucible.Data;
using Crucible.Testing;
using Dapper;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Host.Tests.Security;

/// <summary>
/// The ids that a line of <see cref="RouteTable"/> names in braces, made for that line alone: an experiment of Mira's in team
/// red with a run, a model, a file, tags, and some of it deleted; <see cref="PeopleThings"/> has the others.
/// </summary>
internal sealed partial record Things(IReadOnlyDictionary<string, string> Words)
{
    private const string Api = "/api/2.0/mlflow/";

    public string Fill(string template) => Word().Replace(template, m =>
        m.Groups[1].Value == "new" ? "new-" + Guid.NewGuid().ToString("N")
        : Words.TryGetValue(m.Groups[1].Value, out var value) ? value : m.Value);

    /// <summary>Makes what this template names.</summary>
    /// <param name="world">Where.</param>
    /// <param name="mira">A program that may write in team red.</param>
    /// <param name="oneself">Whose <c>{token}</c>, <c>{session}</c>, <c>{notice}</c> and so on it is.</param>
    /// <param name="template">Text with words in braces.</param>
    public static async Task<Things> For(Everything world, Seat mira, Player oneself, string template)
    {
        var words = new Dictionary<string, string> { ["password"] = Uri.EscapeDataString(Player.Password) };
        if (Object().IsMatch(template))
            await MakeExperiment(mira, words);
        if (template.Contains("{goneRun}", StringComparison.Ordinal))
            await Ask(mira, "runs/delete", new { run_id = words["goneRun"] = await MakeRun(mira, words["experiment"]) });
        if (template.Contains("{goneExperiment}", StringComparison.Ordinal))
            await Ask(mira, "experiments/delete", new { experiment_id = words["goneExperiment"] = Text(await Ask(mira, "experiments/create", new { name = "gone " + Guid.NewGuid() }), "experiment_id") });
        if (template.Contains("{archivedRun}", StringComparison.Ordinal))
            Assert.Equal(302, (await mira.Submit($"/experiments/runs/{words["archivedRun"] = await MakeRun(mira, words["experiment"])}?handler=Archive", null)).Status);
        if (template.Contains("{pendingExperiment}", StringComparison.Ordinal))
            words["pendingExperiment"] = await MakeStanding(mira);
        if (template.Contains("{pausedExperiment}", StringComparison.Ordinal))
            words["pausedExperiment"] = await MakeStanding(mira, "start", "pause");
        if (template.Contains("{archivedExperiment}", StringComparison.Ordinal))
            words["archivedExperiment"] = await MakeStanding(mira, "archive");
        if (template.Contains("{project}", StringComparison.Ordinal))
            words["project"] = await Make(mira, "projects", new { name = $"project {Guid.NewGuid()}" });
        if (template.Contains("{export}", StringComparison.Ordinal))
            await MakeExport(world, words);
        if (template.Contains("{registered", StringComparison.Ordinal))
            await MakeRegistered(world, mira, words);
        if (Alert().IsMatch(template))
            await MakeAlerts(world, words);
        await PeopleThings.Make(world, oneself, template, words);
        return new(words);
    }

    /// <summary>Whether a line is about something that one person has.</summary>
    public static bool IsOwned(string template) => Own().IsMatch(template);

    /// <summary>A further set of all of them.</summary>
    public static async Task<Things> Make(Everything world) =>
        await For(world, await world.Token(world.Cast.Member, "write"), world.Cast.Member, "{experiment}");

    private static async Task MakeExperiment(Seat mira, Dictionary<string, string> words)
    {
        var name = words["name"] = "things " + Guid.NewGuid();
        var experiment = words["experiment"] = Text(await Ask(mira, "experiments/create", new { name, tags = new[] { new { key = "tag", value = "v" } } }), "experiment_id");
        var run = words["run"] = await MakeRun(mira, experiment);
        words["name"] = Uri.EscapeDataString(name);
        words["folder"] = $"{experiment}/{run}/artifacts";
        words["model"] = Text(await Ask(mira, "logged-models", new { experiment_id = experiment, name = "m", source_run_id = run, tags = new[] { new { key = "tag", value = "v" } } }), "model", "info", "model_id");
        var kept = await mira.Send("PUT", $"/api/2.0/mlflow-artifacts/artifacts/{words["folder"]}/a.txt", new ByteArrayContent([1]));
        Assert.True(kept.Status == 200, kept.ToString());
    }

    // A registered model with a tag, a version with a tag, and an alias for it.
    private static async Task MakeRegistered(Everything world, Seat mira, Dictionary<string, string> words)
    {
        var name = words["registered"] = $"model-{Guid.NewGuid()}";
        object[] tags = [new { key = "tag", value = "v" }];
        await Ask(mira, "registered-models/create", new { name, tags });
        await Ask(mira, "model-versions/create", new { name, source = "s3://somewhere", tags });
        await Ask(mira, "registered-models/alias", new { name, alias = "live", version = "1" });
        await using var connection = await world.Services.GetRequiredService<Database>().Open(default);
        words["registeredId"] = (await connection.QuerySingleAsync<long>("select model_id from experiments.registered_model where name = @name", new { name })).ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    // An experiment with a configuration that waits, and then what is done with it.
    private static async Task<string> MakeStanding(Seat mira, params string[] verbs)
    {
        var id = await Make(mira, "experiments", new { name = $"standing {Guid.NewGuid()}", pending = true, config = new { a = 1 } });
        foreach (var verb in verbs)
            Assert.Equal(200, (await mira.Send("POST", $"/api/v1/experiments/{id}/{verb}", null)).Status);
        return id;
    }

    // The id of what was made.
    private static async Task<string> Make(Seat mira, string path, object body)
    {
        var reply = await mira.Send("POST", $"/api/v1/{path}", Seat.Json(JsonSerializer.Serialize(body)));
        Assert.True(reply.Status == 201, reply.ToString());
        return JsonDocument.Parse(reply.Body).RootElement.GetProperty("data").GetProperty("id").ToString();
    }

    // Who may only read may export, and so cancel: it is the viewer's, and no job is there to write it.
    private static async Task MakeExport(Everything world, Dictionary<string, string> words)
    {
        await using var connection = await world.Services.GetRequiredService<Database>().Open(default);
        words["export"] = await connection.QuerySingleAsync<string>("""
            insert into experiments.export (export_id, experiment_id, person_id, asked_by, format, include, filter, gzip) values (gen_random_uuid(), @id, @PersonId, 'Vito', 'csv', '{runs}', '', false) returning export_id::text
            """, new { id = long.Parse(words["experiment"], System.Globalization.CultureInfo.InvariantCulture), world.Cast.Viewer.PersonId });
    }

    // A webhook that is switched off: what is done to it is tried here, and nothing leaves the house.
    private static async Task MakeAlerts(Everything world, Dictionary<string, string> words)
    {
        await using var connection = await world.Services.GetRequiredService<Database>().Open(default);
        (words["rule"], words["hook"], words["delivery"]) = await connection.QuerySingleAsync<(string, string, string)>("""
            with rule as (insert into experiments.alert_rule (experiment_id, kind, people, push, mail, hooks) values (@id, 'lost', 'owner', false, false, false) returning rule_id),
                hook as (insert into experiments.webhook (hook_id, team_id, experiment_id, name, url, secret, events, enabled)
                    select gen_random_uuid(), team_id, experiment_id, 'hook', 'https://hooks.example.org/x', 'sealed', '{}', false from experiments.experiment where experiment_id = @id returning hook_id),
                sent as (insert into experiments.webhook_delivery (delivery_id, hook_id, event, body, state) select gen_random_uuid(), hook_id, 'test', '{}', 'given up' from hook returning delivery_id)
            select rule_id::text, hook_id::text, delivery_id::text from rule, hook, sent
            """, new { id = long.Parse(words["experiment"], System.Globalization.CultureInfo.InvariantCulture) });
    }

    public static async Task<string> MakeRun(Seat mira, string experiment)
    {
        var run = Text(await Ask(mira, "runs/create", new { experiment_id = experiment, run_name = "run", start_time = 1, tags = new[] { new { key = "tag", value = "v" } } }), "run", "info", "run_id");
        await Ask(mira, "runs/log-metric", new { run_id = run, key = "m", value = 0.5, timestamp = 0, step = 0 });
        return run;
    }

    public static async Task<JsonElement> Ask(Seat mira, string call, object body)
    {
        var reply = await mira.Send("POST", Api + call, Seat.Json(JsonSerializer.Serialize(body)));
        Assert.True(reply.Status == 200, reply.ToString());
        return JsonDocument.Parse(reply.Body).RootElement;
    }

    private static string Text(JsonElement answer, params string[] path)
    {
        foreach (var name in path)
            answer = answer.GetProperty(name);
        return answer.GetString()!;
    }

    [GeneratedRegex(@"\{([a-zA-Z]+)\}")]
    private static partial Regex Word();

    [GeneratedRegex(@"\{(experiment|run|model|folder|name|goneRun|archivedRun|export)\}")]
    private static partial Regex Object();

    [GeneratedRegex(@"\{(rule|hook|delivery)\}")]
    private static partial Regex Alert();

    [GeneratedRegex(@"\{(token|session|subject|notice|proof)\}")]
    private static partial Regex Own();
}
