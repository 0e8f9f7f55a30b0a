using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using Crucible.Experiments.Domain.Registry;

namespace Crucible.Experiments.Api;

internal sealed record ApiModel
{
    public static readonly ApiModel Sample = new()
    {
        Id = 7, Name = "sentiment-student", Description = "The student that we ship.", BaseModel = "bert-base", Adapter = new() { ["kind"] = "lora", ["rank"] = 8 }, LatestVersion = 1,
        Tags = new Dictionary<string, string> { ["task"] = "sentiment" }, Aliases = new Dictionary<string, int> { ["champion"] = 1 }, TeamId = new("00000000-0000-0000-0000-000000000001"),
        CreatedAt = ApiExperiment.Moment, UpdatedAt = ApiExperiment.Moment,
    };

    [Description("Its id.")]
    public long Id { get; init; }

    [Description("Unique over all teams; clients load it as models:/name@alias.")]
    public string Name { get; init; } = "";

    [Description("What it is for, Markdown.")]
    public string Description { get; init; } = "";

    [Description("What it was trained from.")]
    public string? BaseModel { get; init; }

    [Description("Settings of its adapter; empty when there are none.")]
    public JsonObject Adapter { get; init; } = [];

    [Description("The newest version that is here; null while it has none.")]
    public int? LatestVersion { get; init; }

    [Description("Its tags by key.")]
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    [Description("Which version each alias stands for.")]
    public IReadOnlyDictionary<string, int> Aliases { get; init; } = new Dictionary<string, int>();

    [Description("The team it belongs to.")]
    public Guid TeamId { get; init; }

    [Description("The person who made it.")]
    public Guid? OwnerId { get; init; }

    [Description("RFC 3339, UTC.")]
    public DateTime? CreatedAt { get; init; }

    [Description("When anything about it was last new; RFC 3339, UTC.")]
    public DateTime? UpdatedAt { get; init; }
}

internal sealed record NewModelBody
{
    public static readonly NewModelBody Sample = new() { Name = "sentiment-student-2", Description = "Half of its size.", BaseModel = "bert-base", Adapter = new() { ["kind"] = "lora", ["rank"] = 8 }, Tags = new Dictionary<string, string> { ["task"] = "sentiment" } };

    [StringLength(RegistryLimits.Name, MinimumLength = 1), Description("Unique over all teams, 1 to 256 characters, no slash and no colon.")]
    public required string Name { get; init; }

    [StringLength(RegistryLimits.Description), Description("Markdown, at most 5,000 characters.")]
    public string? Description { get; init; }

    [StringLength(RegistryLimits.Source), Description("What it is trained from, at most 2,048 characters.")]
    public string? BaseModel { get; init; }

    [Description("Settings of its adapter, an object of at most 20,000 characters.")]
    public JsonObject? Adapter { get; init; }

    [Description("Tags by key; values of at most 100,000 characters.")]
    public IReadOnlyDictionary<string, string>? Tags { get; init; }
}

internal sealed record ModelChange
{
    public static readonly ModelChange Sample = new() { Description = "Shipped in May.", BaseModel = "bert-base" };

    [StringLength(RegistryLimits.Name, MinimumLength = 1), Description("Another name; versions, aliases and tags go with it.")]
    public string? Name { get; init; }

    [StringLength(RegistryLimits.Description), Description("Another description, Markdown.")]
    public string? Description { get; init; }

    [StringLength(RegistryLimits.Source), Description("What it was trained from; null for nothing.")]
    public string? BaseModel { get; init; }

    [Description("Settings of its adapter; null for none.")]
    public JsonObject? Adapter { get; init; }
}

internal sealed record ApiModelVersion
{
    public static readonly ApiModelVersion Sample = new()
    {
        Version = 1, Source = $"mlflow-artifacts:/12/{ApiRun.SampleId}/artifacts/model", Location = $"mlflow-artifacts:/12/{ApiRun.SampleId}/artifacts/model", RunId = ApiRun.SampleId,
        Description = "First that beats the teacher.", User = "mira", Stage = "None", Aliases = ["champion"], CreatedAt = ApiExperiment.Moment, UpdatedAt = ApiExperiment.Moment,
    };

    [Description("Its number, from 1; never used twice.")]
    public int Version { get; init; }

    [Description("Where it was registered from, as it was said.")]
    public string Source { get; init; } = "";

    [Description("Where its files are.")]
    public string Location { get; init; } = "";

    [Description("The run that made it; it may be one of another server.")]
    public string? RunId { get; init; }

    [Description("A link to that run.")]
    public string? RunLink { get; init; }

    [Description("The logged model that it was registered from.")]
    public string? LoggedModelId { get; init; }

    [Description("What is special about it, Markdown.")]
    public string Description { get; init; } = "";

    [Description("Who registered it.")]
    public string User { get; init; } = "";

    [Description("None, Staging, Production or Archived, as older clients set it; newer ones use aliases.")]
    public string Stage { get; init; } = "";

    [Description("Its aliases.")]
    public IReadOnlyList<string> Aliases { get; init; } = [];

    [Description("Its tags by key.")]
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    [Description("RFC 3339, UTC.")]
    public DateTime? CreatedAt { get; init; }

    [Description("RFC 3339, UTC.")]
    public DateTime? UpdatedAt { get; init; }
}

internal sealed record NewModelVersionBody
{
    public static readonly NewModelVersionBody Sample = new() { Source = $"mlflow-artifacts:/12/{ApiRun.SampleId}/artifacts/model", RunId = ApiRun.SampleId, Description = "Twice as fast.", Tags = new Dictionary<string, string> { ["checked"] = "yes" } };

    [StringLength(RegistryLimits.Source, MinimumLength = 1), Description("Where its files are; models:/… is followed to them.")]
    public required string Source { get; init; }

    [StringLength(RegistryLimits.Source), Description("The run that made it.")]
    public string? RunId { get; init; }

    [StringLength(RegistryLimits.Description), Description("Markdown, at most 5,000 characters.")]
    public string? Description { get; init; }

    [Description("Tags by key.")]
    public IReadOnlyDictionary<string, string>? Tags { get; init; }
}

internal sealed record ModelVersionChange
{
    public static readonly ModelVersionChange Sample = new() { Description = "Shipped." };

    [StringLength(RegistryLimits.Description), Description("Another description, Markdown.")]
    public string? Description { get; init; }
}

internal sealed record AliasBody
{
    public static readonly AliasBody Sample = new() { Version = 1 };

    [Range(1, int.MaxValue), Description("The version that it stands for from now on.")]
    public required int Version { get; init; }
}

internal sealed record ModelTagBody
{
    public static readonly ModelTagBody Sample = new() { Value = "sentiment" };

    [StringLength(RegistryLimits.TagValue), Description("At most 100,000 characters.")]
    public required string Value { get; init; }
}

internal sealed record ApiAlias
{
    public static readonly ApiAlias Sample = new() { Alias = "champion", Version = 1 };

    [Description("Letters, digits, underscores and dashes.")]
    public string Alias { get; init; } = "";

    [Description("The version that it stands for.")]
    public int Version { get; init; }
}
