using Crucible.Api;
using Crucible.Experiments.Data;
using Microsoft.AspNetCore.Routing;

namespace Crucible.Experiments.Api;

/// <summary><c>/api/v1/projects</c>.</summary>
internal static class ProjectOperations
{
    private const string Group = "Projects";
    private static readonly Dictionary<string, string> Id = new() { ["id"] = "3" };

    public static void Map(IEndpointRouteBuilder app)
    {
        app.Api("GET", "projects", List, new(Group, "List projects")
        {
            Detail = "By name.", Paged = true, Numbered = false, Answers = typeof(ApiProject), Shows = ApiProject.Sample, Filters = [new("archived", "true for archived ones; false without it.", "false")],
        });
        app.Api("POST", "projects", Create, new(Group, "Make a project") { Detail = "In your home team.", Status = 201, Takes = typeof(NewProjectBody), Example = NewProjectBody.Sample, Answers = typeof(ApiProject), Shows = ApiProject.Sample, Refusals = [403, 409] });
        app.Api("GET", "projects/{id}", Get, new(Group, "Read a project") { Path = Id, Answers = typeof(ApiProject), Shows = ApiProject.Sample });
        app.Api("PATCH", "projects/{id}", Change, new(Group, "Change a project") { Detail = "What is not sent stays.", Path = Id, Takes = typeof(ProjectChangeBody), Example = ProjectChangeBody.Sample, Answers = typeof(ApiProject), Shows = ApiProject.Sample, Refusals = [403, 409, 412] });
    }

    private static async Task<ApiError?> List(ApiCall call)
    {
        if (call.Filter("archived") is not (null or "true" or "false"))
            return ApiError.Invalid("filter[archived]", "must be true or false.");
        var found = await call.Get<ProjectStore>().Page(call.Filter("archived") == "true", call.Page.After is [{ } after] ? after : null, call.Page.Size + 1, call.Actor, call.Cancel);
        var page = found.Take(call.Page.Size).Select(p => p.Project).ToList();
        return await call.List<ApiProject>([.. page.Select(Wire)], found.Count > page.Count ? [ProjectStore.After(page[^1])] : null);
    }

    private static async Task<ApiError?> Create(ApiCall call)
    {
        var (body, refusal) = await call.Read<NewProjectBody>();
        if (refusal is not null)
            return refusal;
        var (id, no) = await call.Get<ProjectStore>().Create(body!.Value.Name, body.Value.Description ?? "", call.Actor, call.Cancel);
        return id is { } made
            ? await call.Made($"{ApiEndpoints.Root}/projects/{made}", Wire((await call.Get<ProjectStore>().Find(made, call.Actor, call.Cancel))!))
            : Refusals.Of(no!, "name");
    }

    private static async Task<ApiError?> Get(ApiCall call)
    {
        var (project, refusal) = await Find(call);
        return refusal ?? await call.Item(Wire(project!));
    }

    private static async Task<ApiError?> Change(ApiCall call)
    {
        var (project, refusal) = await Find(call);
        if (refusal is not null)
            return refusal;
        if (!call.Actor.MayWrite(project!.TeamId))
            return ApiError.Forbidden("You may read this project, but not change it.");
        var (body, wrong) = await call.Read<ProjectChangeBody>();
        if ((wrong ?? call.Stale(Wire(project))) is { } refused)
            return refused;
        return await call.Get<ProjectStore>().Change(project.ProjectId, body!.Value.Name, body.Value.Description, body.Value.Archived, call.Actor, call.Cancel) is { } no ? Refusals.Of(no, "name") : await Get(call);
    }

    private static async Task<(Project? Project, ApiError? Refusal)> Find(ApiCall call)
    {
        var found = Cursors.Whole(call.Route("id")) is { } id ? await call.Get<ProjectStore>().Find(id, call.Actor, call.Cancel) : null;
        return found is null ? (null, ApiError.NotFound("There is no such project.")) : (found, null);
    }

    private static ApiProject Wire(Project p) => new() { Id = p.ProjectId, Name = p.Name, Description = p.Description, TeamId = p.TeamId, OwnerId = p.OwnerId, Archived = p.Archived, CreatedAt = ApiJson.Time(p.CreatedMs) };
}
