using Crucible.Experiments.Domain.Protocol;

namespace Crucible.Experiments.Data;

/// <summary>A row of <c>experiments.registered_model</c>.</summary>
/// <param name="ModelId">Its id.</param>
/// <param name="Name">Its name, unique over all teams.</param>
/// <param name="TeamId">Whose it is.</param>
/// <param name="OwnerId">Who made it.</param>
/// <param name="Description">What it is for, in Markdown.</param>
/// <param name="BaseModel">What it was trained from.</param>
/// <param name="Adapter">Settings of its adapter, a JSON object.</param>
/// <param name="CreatedMs">Unix milliseconds.</param>
/// <param name="UpdatedMs">Unix milliseconds.</param>
public sealed record RegisteredModel(long ModelId, string Name, Guid TeamId, Guid? OwnerId, string? Description, string? BaseModel, string? Adapter, long CreatedMs, long UpdatedMs)
{
    internal const string Columns = "m.model_id, m.name, m.team_id, m.owner_id, m.description, m.base_model, m.adapter::text as adapter, m.created_ms, m.updated_ms";
}

/// <summary>A row of <c>experiments.model_version</c>, with the name of its model.</summary>
/// <param name="ModelId">Its registered model.</param>
/// <param name="Name">The name of that.</param>
/// <param name="Version">Its number, from 1.</param>
/// <param name="Source">Where it was registered from, as the client said.</param>
/// <param name="Location">Where its files are.</param>
/// <param name="RunId">The run that made it, as the client said; it may be one of another server.</param>
/// <param name="RunLink">A link to that.</param>
/// <param name="LoggedModelId">The logged model that it was registered from.</param>
/// <param name="Description">What is special about it, in Markdown.</param>
/// <param name="UserId">Who registered it.</param>
/// <param name="OwnerId">The person, when known.</param>
/// <param name="Stage">None, Staging, Production or Archived.</param>
/// <param name="CreatedMs">Unix milliseconds.</param>
/// <param name="UpdatedMs">Unix milliseconds.</param>
public sealed record ModelVersion(long ModelId, string Name, int Version, string Source, string Location, string? RunId, string? RunLink, string? LoggedModelId,
    string? Description, string UserId, Guid? OwnerId, string Stage, long CreatedMs, long UpdatedMs)
{
    internal const string Columns = """
        v.model_id, m.name, v.version, v.source, v.location, v.run_id, v.run_link, v.logged_model_id, v.description, v.user_id, v.owner_id, v.stage, v.created_ms, v.updated_ms
        """;
}

/// <summary>What hangs on registered models: tags, aliases, and the newest version of each stage.</summary>
public sealed record RegisteredModelParts(ILookup<long, Entry> Tags, ILookup<long, (string Alias, int Version)> Aliases, ILookup<long, ModelVersion> Latest);

/// <summary>What hangs on versions: tags and aliases.</summary>
public sealed record ModelVersionParts(ILookup<(long ModelId, int Version), Entry> Tags, ILookup<(long ModelId, int Version), string> Aliases);

/// <summary>What a new version is given.</summary>
public sealed record NewModelVersion(string Source, string? RunId, string? RunLink, string? LoggedModelId, string? Description, IReadOnlyList<Entry> Tags);
