using System.Text.Json.Nodes;
using Crucible.Api;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Microsoft.AspNetCore.Routing;

namespace Crucible.Experiments.Api;

/// <summary><c>/api/v1/experiments/{id}/…</c>: how an experiment stands, its clones, its configuration.</summary>
internal static class ExperimentLifeOperations
{
    private const string Group = "Experiments";
    private static readonly Dictionary<string, string> Id = new() { ["id"] = "12" };

    private static readonly (ExperimentVerb Verb, string Summary)[] Verbs =
    [
        (ExperimentVerb.Start, "Start an experiment that is pending"), (ExperimentVerb.Pause, "Let a running experiment rest"), (ExperimentVerb.Resume, "Let an experiment go on after a pause or an end"),
        (ExperimentVerb.Complete, "End an experiment well"), (ExperimentVerb.Fail, "End an experiment badly"), (ExperimentVerb.Cancel, "Give an experiment up"),
        (ExperimentVerb.Archive, "Move an experiment to the archive"), (ExperimentVerb.Unarchive, "Take an experiment out of the archive"),
    ];

    public static void Map(IEndpointRouteBuilder app)
    {
        foreach (var (verb, summary) in Verbs)
            app.Api("POST", $"experiments/{{id}}/{verb.Word()}", call => Apply(call, verb), new(Group, summary) { Path = Id, Answers = typeof(ApiExperiment), Shows = ApiExperiment.Sample, Refusals = [403, 409] });
        app.Api("POST", "experiments/{id}/clone", Clone, new(Group, "Clone an experiment")
        {
            Detail = "A pending experiment with the configuration, hypothesis, project and tags of this one, and none of its runs.",
            Path = Id, Status = 201, Takes = typeof(CloneBody), Example = CloneBody.Sample, Answers = typeof(ApiExperiment), Shows = ApiExperiment.Sample with { Status = "pending", StartedAt = null }, Refusals = [403, 409],
        });
        app.Api("GET", "experiments/{id}/config", GetConfig, new(Group, "Read the configuration of an experiment")
        {
            Path = Id, Answers = typeof(ApiConfig), Shows = ApiConfig.Sample, Query = [new("version", "Which version, from 1; the newest without it.", "1")],
        });
        app.Api("PUT", "experiments/{id}/config", PutConfig, new(Group, "Save a configuration")
        {
            Detail = "A new version, while the experiment is pending. What says the same as the newest one saves nothing.",
            Path = Id, Takes = typeof(ConfigBody), Example = ConfigBody.Sample, Answers = typeof(ApiConfig), Shows = ApiConfig.Sample, Refusals = [403, 409],
        });
    }

    private static async Task<ApiError?> Apply(ApiCall call, ExperimentVerb verb)
    {
        var (experiment, refusal) = await call.Experiment();
        if (refusal is not null)
            return refusal;
        return await call.Get<ExperimentLifeStore>().Apply(experiment!.ExperimentId, verb, call.Actor, call.Cancel) is { } no ? Refusals.Of(no) : await Answer(call, experiment.ExperimentId);
    }

    private static async Task<ApiError?> Clone(ApiCall call)
    {
        var (experiment, refusal) = await call.Experiment();
        if (refusal is not null)
            return refusal;
        var (body, wrong) = await call.Read<CloneBody>();
        if (wrong is not null)
            return wrong;
        var store = call.Get<ExperimentStore>();
        var (id, no) = await store.Clone(experiment!.ExperimentId, body!.Value.Name, call.Actor, call.Cancel);
        return id is { } made
            ? await call.Made($"{ApiEndpoints.Root}/experiments/{made}", await ExperimentOperations.Wire(call, (await store.Find(made, call.Actor, call.Cancel))!))
            : Refusals.Of(no!, "name");
    }

    private static async Task<ApiError?> GetConfig(ApiCall call)
    {
        var (experiment, refusal) = await call.Experiment();
        if (refusal is not null)
            return refusal;
        var version = experiment!.ConfigVersion;
        if (call.Query("version") is { } text && (!int.TryParse(text, out version) || version < 1))
            return ApiError.Invalid("version", "must be a whole number from 1.");
        return await Config(call, experiment.ExperimentId, version);
    }

    private static async Task<ApiError?> PutConfig(ApiCall call)
    {
        var (experiment, refusal) = await call.Experiment();
        if (refusal is not null)
            return refusal;
        if (!call.Actor.MayWrite(experiment!.TeamId))
            return ApiError.Forbidden("You may read this experiment, but not change it.");
        var (body, wrong) = await call.Read<ConfigBody>();
        if (wrong is not null)
            return wrong;
        if (Configuration.Read(body!.Value.Config.ToJsonString(), out var configuration) is { } why)
            return ApiError.Invalid("config", why);
        if (await call.Get<ConfigStore>().Save(experiment.ExperimentId, configuration, body.Value.Version, call.Actor, call.Cancel) is { } no)
            return Refusals.Of(no, "config");
        return await Config(call, experiment.ExperimentId, (await call.Get<ExperimentStore>().Find(experiment.ExperimentId, call.Actor, call.Cancel))!.ConfigVersion);
    }

    private static async Task<ApiError?> Config(ApiCall call, long experimentId, int version) => await call.Get<ConfigStore>().Find(experimentId, version, call.Cancel) is { } found
        ? await call.Item(new ApiConfig { Version = found.Version, Config = JsonNode.Parse(found.Document)!.AsObject(), Format = found.Format, SavedAt = DateTime.SpecifyKind(found.At, DateTimeKind.Utc), SavedBy = found.Actor })
        : ApiError.NotFound(version == 0 ? "This experiment has no configuration yet." : $"There is no version {version} of its configuration.");

    private static async Task<ApiError?> Answer(ApiCall call, long experimentId) =>
        await call.Item(await ExperimentOperations.Wire(call, (await call.Get<ExperimentStore>().Find(experimentId, call.Actor, call.Cancel))!));
}
