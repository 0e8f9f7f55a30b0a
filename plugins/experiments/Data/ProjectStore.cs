using Crucible.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Live;
using Crucible.People;
using Dapper;
using Npgsql;

namespace Crucible.Experiments.Data;

/// <summary>A project: what several experiments are about.</summary>
/// <param name="ProjectId">Its id.</param>
/// <param name="TeamId">Whose it is; its experiments are of the same team.</param>
/// <param name="Name">Unique in its team, without regard to case.</param>
/// <param name="Description">Markdown.</param>
/// <param name="OwnerId">Who made it.</param>
/// <param name="Archived">It is offered no more.</param>
/// <param name="CreatedMs">Milliseconds of the Unix epoch.</param>
public sealed record Project(long ProjectId, Guid TeamId, string Name, string Description, Guid? OwnerId, bool Archived, long CreatedMs)
{
    internal const string Columns = "p.project_id, p.team_id, p.name, p.description, p.owner_id, p.archived, p.created_ms";
}

/// <summary>A row of the list of projects.</summary>
/// <param name="Project">The project.</param>
/// <param name="Team">Name of its team.</param>
/// <param name="Experiments">Its experiments that are neither deleted nor archived.</param>
/// <param name="Running">Runs at work in all of them.</param>
public sealed record ProjectLine(Project Project, string Team, long Experiments, long Running);

internal sealed record ProjectCounts(string Team, long Experiments, long Running);

/// <summary>Projects. Verbs answer null when done, else why not.</summary>
public sealed class ProjectStore(Database database, TimeProvider time)
{
    /// <summary>Characters of a name.</summary>
    public const int LongestName = 200;

    /// <summary>Characters of a description.</summary>
    public const int LongestDescription = 5000;

    /// <summary>Projects by name, some after one, archived ones or the others.</summary>
    public async Task<IReadOnlyList<ProjectLine>> Page(bool archived, string? after, int most, Actor actor, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<Project, ProjectCounts, ProjectLine>(new($"""
            select {Project.Columns}, t.name as team, e.experiments, r.running from experiments.project p join crucible.team t on t.id = p.team_id
            cross join lateral (select count(*) as experiments from experiments.experiment e where e.project_id = p.project_id and e.lifecycle = 'active' and not e.archived) e
            cross join lateral (select count(*) as running from experiments.experiment e join experiments.run r using (experiment_id)
                where e.project_id = p.project_id and e.lifecycle = 'active' and r.status = 'running' and r.lifecycle = 'active' and r.heard_at > now() - e.lost_after) r
            where {Visible.To("p")} and p.archived = @archived and (@after::text is null or (lower(p.name), p.project_id) > (@name, @id))
            order by lower(p.name), p.project_id limit @most
            """, new { actor.SeesAll, actor.ReadTeams, archived, after, name = Key(after).Name, id = Key(after).Id, most }, cancellationToken: cancel),
            (project, counts) => new(project, counts.Team, counts.Experiments, counts.Running), splitOn: "team")).AsList();
    }

    /// <summary>Projects to choose from: not archived, of these teams, by a part of their name.</summary>
    public async Task<IReadOnlyList<Project>> Offer(Guid[]? teams, string text, int most, Actor actor, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<Project>(new($"""
            select {Project.Columns} from experiments.project p
            where {Visible.To("p")} and not p.archived and (@teams::uuid[] is null or p.team_id = any(@teams)) and p.name ilike @pattern order by lower(p.name), p.project_id limit @most
            """, new { actor.SeesAll, actor.ReadTeams, teams, pattern = Like.Within(text), most }, cancellationToken: cancel))).AsList();
    }

    /// <summary>The project; null when there is none that this actor may see.</summary>
    public async Task<Project?> Find(long projectId, Actor actor, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.QuerySingleOrDefaultAsync<Project>(new($"select {Project.Columns} from experiments.project p where p.project_id = @projectId and {Visible.To("p")}",
            new { projectId, actor.SeesAll, actor.ReadTeams }, cancellationToken: cancel));
    }

    /// <summary>Makes a project in the actor's home team.</summary>
    public async Task<(long? Id, ProtocolError? Refusal)> Create(string name, string description, Actor actor, CancellationToken cancel)
    {
        if (!actor.MayWrite(actor.HomeTeam))
            return (null, new(ErrorCode.PermissionDenied, "You may read projects, but not make any."));
        if (Check(ref name, ref description) is { } wrong)
            return (null, wrong);
        await using var write = await database.Write(actor, cancel);
        var id = await write.Connection.QuerySingleOrDefaultAsync<long?>(new("""
            insert into experiments.project (team_id, name, description, owner_id, created_ms) values (@HomeTeam, @name, @description, @PersonId, @now)
            on conflict (team_id, lower(name)) do nothing returning project_id
            """, new { actor.HomeTeam, name, description, actor.PersonId, now = time.GetUtcNow().ToUnixTimeMilliseconds() }, cancellationToken: cancel));
        if (id is null)
            return (null, Taken(name));
        Tell(write, actor.HomeTeam, id.Value, "project.create", name, null, new { Name = name });
        await write.Commit(cancel);
        return (id, null);
    }

    /// <summary>Changes name, description, or whether it is archived; null leaves it.</summary>
    public async Task<ProtocolError?> Change(long projectId, string? name, string? description, bool? archived, Actor actor, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        var before = await write.Connection.QuerySingleOrDefaultAsync<Project>(new($"select {Project.Columns} from experiments.project p where project_id = @projectId for no key update",
            new { projectId }, cancellationToken: cancel));
        if (before is null || !actor.MayRead(before.TeamId))
            return new(ErrorCode.ResourceDoesNotExist, $"No project with id={projectId} exists");
        if (!actor.MayWrite(before.TeamId))
            return new(ErrorCode.PermissionDenied, "You may read this project, but not change it.");
        var after = before with { Name = name ?? before.Name, Description = description ?? before.Description, Archived = archived ?? before.Archived };
        var (nextName, nextDescription) = (after.Name, after.Description);
        if (Check(ref nextName, ref nextDescription) is { } wrong)
            return wrong;
        try
        {
            await write.Connection.ExecuteAsync(new("update experiments.project set name = @nextName, description = @nextDescription, archived = @Archived where project_id = @projectId",
                new { projectId, nextName, nextDescription, after.Archived }, cancellationToken: cancel));
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return Taken(nextName);
        }
        Tell(write, before.TeamId, projectId, "project.change", nextName, new { before.Name, before.Archived }, new { Name = nextName, after.Archived });
        await write.Commit(cancel);
        return null;
    }

    /// <summary>What stands in an address as the place after a project.</summary>
    public static string After(Project project) => $"{project.ProjectId}:{project.Name.ToLowerInvariant()}";

    private static (string? Name, long Id) Key(string? after) =>
        after?.Split(':', 2) is [var id, var name] && long.TryParse(id, out var number) ? (name, number) : (after is null ? null : "", 0);

    private static ProtocolError? Check(ref string name, ref string description)
    {
        (name, description) = (Wording.Whole(name.Trim()), Wording.Whole(description.ReplaceLineEndings("\n").Trim()));
        if (name.Length == 0 || Wording.Length(name) > LongestName)
            return ProtocolError.Invalid($"Give it a name of at most {LongestName} characters.");
        if ((name + description).Contains('\0'))
            return ProtocolError.Invalid("A project cannot hold the character U+0000.");
        return Wording.Length(description) > LongestDescription ? ProtocolError.Invalid($"A description has at most {LongestDescription:N0} characters.") : null;
    }

    private static ProtocolError Taken(string name) => new(ErrorCode.ResourceAlreadyExists, $"Your team has a project named {name}. Choose another name.");

    private static void Tell(WriteScope write, Guid team, long projectId, string action, string title, object? before, object? after)
    {
        write.Audit($"experiments.{action}", $"project:{projectId}", title, before, after);
        write.Tell("experiments", Topics.Team(team), new ProjectChanged(projectId));
    }
}
