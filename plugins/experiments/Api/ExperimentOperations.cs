using System.Globalization;
using Crucible.Api;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Fragments;
using Microsoft.AspNetCore.Routing;

namespace Crucible.Experiments.Api;

/// <summary><c>/api/v1/experiments</c>.</summary>
internal static class ExperimentOperations
{
    private const string Group = "Experiments";
    private static readonly Dictionary<string, string> Id = new() { ["id"] = "12" };

    public static void Map(IEndpointRouteBuilder app)
    {
        app.Api("GET", "experiments", List, new(Group, "List experiments")
        {
            Paged = true, Answers = typeof(ApiExperiment), Shows = ApiExperiment.Sample, Sorts = ["created_at", "updated_at", "name", "id"], Sort = "-created_at",
            Filters = [new("name", "Part of the name, in any case.", "sentiment"), new("status", "pending, running, completed, failed or cancelled.", "running"), new("project_id", "The project it is in.", "3"), new("archived", "true for the archive, false for the others; both without it.", "false"), new("owner_id", "The person who made it.", "00000000-0000-0000-0000-000000000007"), new("deleted", "true for the trash; false without it.", "false")],
        });
        app.Api("POST", "experiments", Create, new(Group, "Make an experiment") { Status = 201, Takes = typeof(NewExperimentBody), Example = NewExperimentBody.Sample, Answers = typeof(ApiExperiment), Shows = ApiExperiment.Sample, Refusals = [403, 409] });
        app.Api("GET", "experiments/{id}", Get, new(Group, "Read an experiment") { Path = Id, Answers = typeof(ApiExperiment), Shows = ApiExperiment.Sample });
        app.Api("PATCH", "experiments/{id}", Change, new(Group, "Change an experiment")
        {
            Detail = "What is not sent stays. Fields are changed one after the other; what the checks of all of them refuse changes nothing.",
            Path = Id, Takes = typeof(ExperimentChange), Example = ExperimentChange.Sample, Answers = typeof(ApiExperiment), Shows = ApiExperiment.Sample, Refusals = [403, 409, 412],
        });
        app.Api("DELETE", "experiments/{id}", Delete, new(Group, "Move an experiment and its runs to the trash") { Detail = "For its owner and admins.", Path = Id, Status = 204, Refusals = [403, 412] });
        app.Api("POST", "experiments/{id}/restore", Restore, new(Group, "Bring an experiment back from the trash") { Detail = "With all its runs. For its owner and admins.", Path = Id, Answers = typeof(ApiExperiment), Shows = ApiExperiment.Sample, Refusals = [403, 409] });
        app.Api("PUT", "experiments/{id}/tags/{**key}", PutTag, new(Group, "Set a tag of an experiment") { Path = new Dictionary<string, string> { ["id"] = "12", ["key"] = "task" }, Takes = typeof(TagValue), Example = TagValue.Sample, Answers = typeof(ApiEntry), Shows = ApiEntry.Sample, Refusals = [403] });
        app.Api("DELETE", "experiments/{id}/tags/{**key}", RemoveTag, new(Group, "Remove a tag of an experiment") { Path = new Dictionary<string, string> { ["id"] = "12", ["key"] = "task" }, Status = 204, Refusals = [403] });
    }

    private static async Task<ApiError?> List(ApiCall call)
    {
        var owner = Guid.Empty;
        if (call.Filter("owner_id") is { } person && !Guid.TryParse(person, out owner))
            return ApiError.Invalid("filter[owner_id]", "must be an id.");
        foreach (var field in (string[])["deleted", "archived"])
            if (call.Filter(field) is not (null or "true" or "false"))
                return ApiError.Invalid($"filter[{field}]", "must be true or false.");
        if (call.Filter("status") is { } status && ExperimentStatusWords.FromWord(status) is null)
            return ApiError.Invalid("filter[status]", "must be pending, running, completed, failed or cancelled.");
        if (call.Filter("project_id") is { } project && Cursors.Whole(project) is null)
            return ApiError.Invalid("filter[project_id]", "must be the id of a project.");
        var filter = new ExperimentPageFilter { Name = call.Filter("name"), Owner = owner == Guid.Empty ? null : owner, Deleted = call.Filter("deleted") == "true", Status = call.Filter("status"), Project = call.Filter("project_id") is { } number ? Cursors.Whole(number) : null, Archived = call.Filter("archived") is { } archived ? archived == "true" : null, Sort = call.Sort.By, Descending = call.Sort.Descending };
        var store = call.Get<ExperimentPageStore>();
        if (!call.Page.ByCursor)
            return await call.List(await Wire(call, await store.Page(filter, call.Page.Size, call.Page.Skip, null, call.Actor, call.Cancel)), await store.Count(filter, call.Actor, call.Cancel));
        if (call.Read(filter.Sort != "name", Cursors.Whole, out ListKey<long>? after) is { } broken)
            return broken;
        var found = await store.Page(filter, call.Page.Size + 1, 0, after, call.Actor, call.Cancel);
        var page = found.Take(call.Page.Size).ToList();
        return await call.List(await Wire(call, page), found.Count > page.Count ? Key(page[^1], filter.Sort) : null);
    }

    private static string[] Key(Experiment last, string sort) => [sort switch
    {
        "name" => last.Name,
        "updated_at" => Number(last.UpdatedMs),
        "id" => Number(last.ExperimentId),
        _ => Number(last.CreatedMs),
    }, Number(last.CreatedMs), Number(last.ExperimentId)];

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static async Task<ApiError?> Create(ApiCall call)
    {
        var (body, refusal) = await call.Read<NewExperimentBody>();
        if (refusal is not null)
            return refusal;
        var (name, tags) = (body!.Value.Name, new List<Entry>());
        if (Limits.CheckExperimentName(name) is { } wrong)
            return Refusals.Of(wrong, "name");
        if (ApiOperations.Entries(body.Value.Tags, "tags", (key, value) => (value, Limits.CheckExperimentTag(key, value, out _)), out tags) is { } badTag)
            return badTag;
        if (body.Value.Note is { } note)
            tags.Add(new(RunTagNames.Note, note));
        Configuration? configuration = null;
        if (body.Value.Config is { } config && Configuration.Read(config.ToJsonString(), out configuration) is { } badConfig)
            return ApiError.Invalid("config", badConfig);
        var home = call.Actor.HomeTeam;
        if (body.Value.ProjectId is { } project && (await call.Get<ProjectStore>().Find(project, call.Actor, call.Cancel))?.TeamId != home)
            return ApiError.Invalid("project_id", "is no project of your home team.");
        var store = call.Get<ExperimentStore>();
        var made = new NewExperiment(name, home) { Tags = [.. tags.DistinctBy(t => t.Key)], Hypothesis = body.Value.Hypothesis ?? "", ProjectId = body.Value.ProjectId, Configuration = configuration, Waits = body.Value.Pending ?? false };
        var (experimentId, no) = await store.Create(made, call.Actor, call.Cancel);
        if (experimentId is not { } id)
            return Refusals.Of(no!, "name");
        if (body.Value.LostAfterSeconds is { } seconds && await store.SetLostAfter(id, TimeSpan.FromSeconds(seconds), call.Actor, call.Cancel) is { } refused)
            return Refusals.Of(refused, "lost_after_seconds");
        return await call.Made($"{ApiEndpoints.Root}/experiments/{id}", await Wire(call, (await store.Find(id, call.Actor, call.Cancel))!));
    }

    private static async Task<ApiError?> Get(ApiCall call)
    {
        var (experiment, refusal) = await call.Experiment();
        return refusal ?? await call.Item(await Wire(call, experiment!));
    }

    private static async Task<ApiError?> Change(ApiCall call)
    {
        var (experiment, refusal) = await call.Experiment();
        if (refusal is not null)
            return refusal;
        if (!call.Actor.MayWrite(experiment!.TeamId))
            return ApiError.Forbidden("You may read this experiment, but not change it.");
        var (body, wrong) = await call.Read<ExperimentChange>();
        if ((wrong ?? call.Stale(await Wire(call, experiment))) is { } refused)
            return refused;
        foreach (var field in (string[])["name", "lost_after_seconds"])
            if (body!.Has(field) && (field == "name" ? body.Value.Name is null : body.Value.LostAfterSeconds is null))
                return ApiError.Invalid(field, "cannot be null. Leave it out to keep what it is.");
        Guid? baseline = RunId.TryRead(body!.Value.BaselineRunId, out var run) ? run : null;
        if (body.Value.BaselineRunId is not null && baseline is null)
            return ApiError.Invalid("baseline_run_id", "must be 32 hex digits.");
        var (change, store, id) = (body.Value, call.Get<ExperimentStore>(), experiment.ExperimentId);
        if (change.Name is { } name && (Limits.CheckExperimentName(name) ?? await store.Rename(id, name, call.Actor, call.Cancel)) is { } badName)
            return Refusals.Of(badName, "name");
        if (body.Has("note") && await store.SetTags(id, [new(RunTagNames.Note, change.Note ?? "")], call.Actor, call.Cancel) is { } badNote)
            return Refusals.Of(badNote, "note");
        var fields = call.Get<ExperimentFieldStore>();
        if (body.Has("hypothesis") && await fields.SetHypothesis(id, change.Hypothesis ?? "", call.Actor, call.Cancel) is { } badHypothesis)
            return Refusals.Of(badHypothesis, "hypothesis");
        if (body.Has("project_id") && await fields.SetProject(id, change.ProjectId, call.Actor, call.Cancel) is { } badProject)
            return Refusals.Of(badProject, "project_id");
        if (body.Has("baseline_run_id") && await fields.SetBaseline(id, baseline, call.Actor, call.Cancel) is { } badRun)
            return Refusals.Of(badRun, "baseline_run_id");
        if (change.LostAfterSeconds is { } seconds && await store.SetLostAfter(id, TimeSpan.FromSeconds(seconds), call.Actor, call.Cancel) is { } badTime)
            return Refusals.Of(badTime, "lost_after_seconds");
        return await call.Item(await Wire(call, (await store.Find(id, call.Actor, call.Cancel))!));
    }

    private static async Task<ApiError?> Delete(ApiCall call)
    {
        var (experiment, refusal) = await call.Experiment();
        if ((refusal ?? call.Stale(await Wire(call, experiment!))) is { } refused)
            return refused;
        return await call.Get<ExperimentStore>().Delete(experiment!.ExperimentId, call.Actor, call.Cancel) is { } no ? Refusals.Of(no) : await call.Nothing();
    }

    private static async Task<ApiError?> Restore(ApiCall call)
    {
        var (experiment, refusal) = await call.Experiment();
        if (refusal is not null)
            return refusal;
        if (!experiment!.Deleted)
            return ApiError.Conflict("This experiment is not in the trash.");
        return await call.Get<ExperimentStore>().Restore(experiment.ExperimentId, null, call.Actor, call.Cancel) is { } no ? Refusals.Of(no) : await Get(call);
    }

    private static async Task<ApiError?> PutTag(ApiCall call)
    {
        var (experiment, refusal) = await call.Experiment();
        if (refusal is not null)
            return refusal;
        if (!call.Actor.MayWrite(experiment!.TeamId))
            return ApiError.Forbidden("You may read this experiment, but not change it.");
        var (body, wrong) = await call.Read<TagValue>();
        if (wrong is not null)
            return wrong;
        var key = call.Route("key");
        if (Limits.CheckKey(key) is { } badKey)
            return Refusals.Of(badKey, "key");
        if (Limits.CheckExperimentTag(key, body!.Value.Value, out var value) is { } badValue)
            return Refusals.Of(badValue, "value");
        return await call.Get<ExperimentStore>().SetTags(experiment.ExperimentId, [new(key, value)], call.Actor, call.Cancel) is { } no ? Refusals.Of(no) : await call.Item(new ApiEntry { Key = key, Value = value });
    }

    private static async Task<ApiError?> RemoveTag(ApiCall call)
    {
        var (experiment, refusal) = await call.Experiment();
        if (refusal is not null)
            return refusal;
        return await call.Get<ExperimentStore>().RemoveTag(experiment!.ExperimentId, call.Route("key"), call.Actor, call.Cancel) is { } no ? Refusals.Of(no, "key") : await call.Nothing();
    }

    internal static async Task<ApiExperiment> Wire(ApiCall call, Experiment experiment) => (await Wire(call, [experiment]))[0];

    private static async Task<IReadOnlyList<ApiExperiment>> Wire(ApiCall call, IReadOnlyList<Experiment> experiments)
    {
        var tags = await call.Get<ExperimentStore>().Tags([.. experiments.Select(e => e.ExperimentId)], call.Cancel);
        return [.. experiments.Select(e => new ApiExperiment
        {
            Id = e.ExperimentId,
            Name = e.Name,
            Note = tags[e.ExperimentId].FirstOrDefault(t => t.Key == RunTagNames.Note).Value ?? "",
            Tags = tags[e.ExperimentId].Where(t => t.Key != RunTagNames.Note).ToDictionary(t => t.Key, t => t.Value),
            TeamId = e.TeamId,
            OwnerId = e.OwnerId,
            Deleted = e.Deleted,
            Status = e.StatusWord,
            Paused = e.Paused,
            Archived = e.Archived,
            StartedAt = ApiJson.Time(e.StartedMs),
            EndedAt = ApiJson.Time(e.EndedMs),
            ProjectId = e.ProjectId,
            Hypothesis = e.Hypothesis,
            BaselineRunId = e.BaselineRunId?.ToString("N"),
            ConfigVersion = e.ConfigVersion,
            LostAfterSeconds = (long)e.LostAfter.TotalSeconds,
            ArtifactLocation = e.ArtifactLocation,
            CreatedAt = ApiJson.Time(e.CreatedMs),
            UpdatedAt = ApiJson.Time(e.UpdatedMs),
        })];
    }
}
