using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Crucible.Experiments.Api;

internal sealed record ApiExperiment
{
    public static readonly ApiExperiment Sample = new()
    {
        Id = 12, Name = "sentiment-distil", Note = "Does distillation keep the accuracy?", Tags = new Dictionary<string, string> { ["task"] = "sentiment" }, TeamId = new("00000000-0000-0000-0000-000000000001"),
        Status = "running", StartedAt = Moment, ProjectId = 3, Hypothesis = "A student of a sixth of the size loses less than a point.",
        LostAfterSeconds = 10800, ArtifactLocation = "mlflow-artifacts:/12", CreatedAt = Moment, UpdatedAt = Moment,
    };

    internal static readonly DateTime Moment = new(2026, 1, 31, 12, 0, 0, DateTimeKind.Utc);

    [Description("Its id, from 0.")]
    public long Id { get; init; }

    [Description("Unique over all teams, 1 to 500 characters.")]
    public string Name { get; init; } = "";

    [Description("Markdown; its tag mlflow.note.content.")]
    public string Note { get; init; } = "";

    [Description("pending, running, completed, failed or cancelled.")]
    public string Status { get; init; } = "";

    [Description("Whether it rests; only while it is running.")]
    public bool Paused { get; init; }

    [Description("Whether it has left the lists.")]
    public bool Archived { get; init; }

    [Description("When it was started; RFC 3339, UTC.")]
    public DateTime? StartedAt { get; init; }

    [Description("When it ended; RFC 3339, UTC; null while it has not.")]
    public DateTime? EndedAt { get; init; }

    [Description("The project it is in.")]
    public long? ProjectId { get; init; }

    [Description("What it is to show, Markdown.")]
    public string Hypothesis { get; init; } = "";

    [Description("The run that others are measured against, 32 hex digits.")]
    public string? BaselineRunId { get; init; }

    [Description("The newest version of its configuration; 0 while it has none.")]
    public int ConfigVersion { get; init; }

    [Description("Its tags by key, the note left out.")]
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    [Description("The team it belongs to.")]
    public Guid TeamId { get; init; }

    [Description("The person who made it; null for one that no person made.")]
    public Guid? OwnerId { get; init; }

    [Description("Whether it is in the trash, with all its runs.")]
    public bool Deleted { get; init; }

    [Description("A running run that was silent for longer is shown as lost; seconds, 60 to 2,592,000.")]
    public long LostAfterSeconds { get; init; }

    [Description("Where clients put artifacts.")]
    public string ArtifactLocation { get; init; } = "";

    [Description("RFC 3339, UTC.")]
    public DateTime? CreatedAt { get; init; }

    [Description("RFC 3339, UTC.")]
    public DateTime? UpdatedAt { get; init; }
}

internal sealed record NewExperimentBody
{
    public static readonly NewExperimentBody Sample = new() { Name = "sentiment-distil-2", Note = "Smaller student", Tags = new Dictionary<string, string> { ["task"] = "sentiment" }, LostAfterSeconds = 3600 };

    [StringLength(500, MinimumLength = 1), Description("Unique over all teams, 1 to 500 characters.")]
    public required string Name { get; init; }

    [StringLength(5000), Description("Markdown, at most 5,000 characters.")]
    public string? Note { get; init; }

    [Description("Tags by key; values of at most 5,000 characters.")]
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    [StringLength(20_000), Description("What it is to show, Markdown, at most 20,000 characters.")]
    public string? Hypothesis { get; init; }

    [Description("A project of your home team.")]
    public long? ProjectId { get; init; }

    [Description("The first version of its configuration, an object.")]
    public System.Text.Json.Nodes.JsonObject? Config { get; init; }

    [Description("Whether it waits for its start: its first run does not start it. False when left out.")]
    public bool? Pending { get; init; }

    [Range(60, 2_592_000), Description("Seconds of silence after which a running run is shown as lost; 10,800 when left out.")]
    public int? LostAfterSeconds { get; init; }
}

internal sealed record ExperimentChange
{
    public static readonly ExperimentChange Sample = new() { Note = "It does, to within half a point.", LostAfterSeconds = 7200 };

    [StringLength(500, MinimumLength = 1), Description("Another name.")]
    public string? Name { get; init; }

    [StringLength(20_000), Description("Another hypothesis, Markdown.")]
    public string? Hypothesis { get; init; }

    [Description("Another project of its team; null takes it out of its project.")]
    public long? ProjectId { get; init; }

    [Description("Another baseline, a run of it; null for none.")]
    public string? BaselineRunId { get; init; }

    [StringLength(5000), Description("Another note, Markdown.")]
    public string? Note { get; init; }

    [Range(60, 2_592_000), Description("Seconds of silence after which a running run is shown as lost.")]
    public int? LostAfterSeconds { get; init; }
}

internal sealed record ApiRun
{
    public const string SampleId = "0198c0ffee0070008000000000000001";

    public static readonly ApiRun Sample = new()
    {
        Id = SampleId, ExperimentId = 12, Name = "brave-otter-7", Status = "running", User = "mira", StartedAt = ApiExperiment.Moment, HeardAt = ApiExperiment.Moment.AddMinutes(4),
        ArtifactUri = $"mlflow-artifacts:/12/{SampleId}/artifacts", Params = new Dictionary<string, string> { ["lr"] = "0.001" }, Tags = new Dictionary<string, string> { ["mlflow.user"] = "mira" },
        Metrics = new Dictionary<string, double> { ["loss"] = 0.25 },
    };

    [Description("32 hex digits.")]
    public string Id { get; init; } = "";

    [Description("Its experiment.")]
    public long ExperimentId { get; init; }

    [Description("1 to 250 characters.")]
    public string Name { get; init; } = "";

    [Description("pending, running, completed, failed or cancelled; lost is a running one whose client has been silent for too long.")]
    public string Status { get; init; } = "";

    [Description("The user name that the client sent.")]
    public string User { get; init; } = "";

    [Description("The person whose credential made it.")]
    public Guid? OwnerId { get; init; }

    [Description("The run it is nested in.")]
    public string? ParentRunId { get; init; }

    [Description("RFC 3339, UTC; as the client said.")]
    public DateTime? StartedAt { get; init; }

    [Description("RFC 3339, UTC; null while it has not ended.")]
    public DateTime? EndedAt { get; init; }

    [Description("When its client last wrote, to within a few seconds; RFC 3339, UTC.")]
    public DateTime HeardAt { get; init; }

    [Description("Whether it is in the trash.")]
    public bool Deleted { get; init; }

    [Description("Whether it has left the table.")]
    public bool Archived { get; init; }

    [Description("Where clients put its artifacts.")]
    public string ArtifactUri { get; init; } = "";

    [Description("Parameters by key.")]
    public IReadOnlyDictionary<string, string> Params { get; init; } = new Dictionary<string, string>();

    [Description("Tags by key.")]
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    [Description("Latest value of each metric by key; NaN and infinities are strings.")]
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>();
}

internal sealed record NewRunBody
{
    public static readonly NewRunBody Sample = new() { ExperimentId = 12, Name = "student-64", Params = new Dictionary<string, string> { ["lr"] = "0.001" }, Tags = new Dictionary<string, string> { ["host"] = "gpu-3" }, StartedAt = ApiExperiment.Moment };

    [Description("The experiment it goes to.")]
    public required long ExperimentId { get; init; }

    [StringLength(250), Description("At most 250 characters; one is made up when left out.")]
    public string? Name { get; init; }

    [StringLength(256), Description("Who runs it; the credential's person when left out.")]
    public string? User { get; init; }

    [Description("RFC 3339; now when left out.")]
    public DateTimeOffset? StartedAt { get; init; }

    [Description("The run it is nested in, 32 hex digits.")]
    public string? ParentRunId { get; init; }

    [Description("Parameters by key; they cannot be changed later.")]
    public IReadOnlyDictionary<string, string>? Params { get; init; }

    [Description("Tags by key.")]
    public IReadOnlyDictionary<string, string>? Tags { get; init; }
}

internal sealed record RunChange
{
    public static readonly RunChange Sample = new() { Name = "student-64-again", Status = "completed" };

    [StringLength(250, MinimumLength = 1), Description("Another name.")]
    public string? Name { get; init; }

    [AllowedValues(null, "pending", "running", "completed", "failed", "cancelled"), Description("pending, running, completed, failed or cancelled.")]
    public string? Status { get; init; }

    [Description("When it ended, RFC 3339; now when it ends and this is left out.")]
    public DateTimeOffset? EndedAt { get; init; }
}

internal sealed record ApiEntry
{
    public static readonly ApiEntry Sample = new() { Key = "lr", Value = "0.001" };

    [Description("1 to 250 characters.")]
    public string Key { get; init; } = "";

    [Description("Its value, always text.")]
    public string Value { get; init; } = "";
}

internal sealed record TagValue
{
    public static readonly TagValue Sample = new() { Value = "checked" };

    [Description("At most 8,000 characters on a run and 5,000 on an experiment.")]
    public required string Value { get; init; }
}

internal sealed record ApiMetric
{
    public static readonly ApiMetric Sample = new() { Key = "loss", Points = 100, Last = 0.25, Min = 0.21, Max = 2.3, FirstStep = 0, LastStep = 99, LastAt = ApiExperiment.Moment };

    [Description("Its key.")]
    public string Key { get; init; } = "";

    [Description("How many points were logged.")]
    public long Points { get; init; }

    [Description("The value at the greatest step; NaN and infinities are strings.")]
    public double Last { get; init; }

    [Description("Least value that is a number; null when there is none.")]
    public double? Min { get; init; }

    [Description("Greatest value that is a number; null when there is none.")]
    public double? Max { get; init; }

    [Description("Least step.")]
    public long FirstStep { get; init; }

    [Description("Greatest step.")]
    public long LastStep { get; init; }

    [Description("Time of the latest point; RFC 3339, UTC.")]
    public DateTime? LastAt { get; init; }
}

internal sealed record ApiPoint
{
    public static readonly ApiPoint Sample = new() { Step = 99, At = ApiExperiment.Moment, Value = 0.25 };

    [Description("The step, a whole number that may be negative.")]
    public long Step { get; init; }

    [Description("When; RFC 3339, UTC. Null where the client's time is outside the years 1 to 9999.")]
    public DateTime? At { get; init; }

    [Description("The value; NaN and infinities are strings.")]
    public double Value { get; init; }
}

internal sealed record ApiColumn
{
    public static readonly ApiColumn Sample = new() { First = ApiPoint.Sample, Last = ApiPoint.Sample, Min = ApiPoint.Sample, Max = ApiPoint.Sample, Points = 128 };

    [Description("Its first point.")]
    public ApiPoint First { get; init; } = new();

    [Description("Its last point.")]
    public ApiPoint Last { get; init; } = new();

    [Description("Its least point that is a number; null when there is none.")]
    public ApiPoint? Min { get; init; }

    [Description("Its greatest point that is a number; null when there is none.")]
    public ApiPoint? Max { get; init; }

    [Description("How many points share it.")]
    public long Points { get; init; }
}

internal sealed record ApiFile
{
    public static readonly ApiFile Sample = new() { Path = "model/weights.bin", IsFolder = false, Bytes = 1024, Url = $"/get-artifact?run_id={ApiRun.SampleId}&path=model%2Fweights.bin" };

    [Description("Relative to the artifacts of the run.")]
    public string Path { get; init; } = "";

    [Description("Whether it is a folder.")]
    public bool IsFolder { get; init; }

    [Description("Bytes; 0 for a folder.")]
    public long Bytes { get; init; }

    [Description("Where its content is; null for a folder.")]
    public string? Url { get; init; }
}

internal sealed record CloneBody
{
    public static readonly CloneBody Sample = new() { Name = "sentiment-distil-again" };

    [StringLength(500, MinimumLength = 1), Description("Its name; the other's with a word behind it when left out.")]
    public string? Name { get; init; }
}

internal sealed record ApiConfig
{
    public static readonly ApiConfig Sample = new() { Version = 2, Config = new() { ["dataset"] = "reviews", ["models"] = new System.Text.Json.Nodes.JsonArray("bert", "student-64") }, Format = "json", SavedAt = ApiExperiment.Moment, SavedBy = "Mira" };

    [Description("1 is the first.")]
    public int Version { get; init; }

    [Description("What it says.")]
    public System.Text.Json.Nodes.JsonObject Config { get; init; } = [];

    [Description("json or yaml: how it was typed.")]
    public string Format { get; init; } = "json";

    [Description("RFC 3339, UTC.")]
    public DateTime SavedAt { get; init; }

    [Description("By whom, by the name of then.")]
    public string SavedBy { get; init; } = "";
}

internal sealed record ConfigBody
{
    public static readonly ConfigBody Sample = new() { Config = new() { ["dataset"] = "reviews", ["models"] = new System.Text.Json.Nodes.JsonArray("bert", "student-64") } };

    [Description("The whole configuration, an object.")]
    public required System.Text.Json.Nodes.JsonObject Config { get; init; }

    [Description("The version that was edited: 409 when another was saved since.")]
    public int? Version { get; init; }
}

internal sealed record ApiProject
{
    public static readonly ApiProject Sample = new() { Id = 3, Name = "Distillation", Description = "Small models that keep what the large ones know.", TeamId = new("00000000-0000-0000-0000-000000000001"), CreatedAt = ApiExperiment.Moment };

    [Description("Its id.")]
    public long Id { get; init; }

    [Description("Unique in its team, without regard to case.")]
    public string Name { get; init; } = "";

    [Description("Markdown.")]
    public string Description { get; init; } = "";

    [Description("The team it belongs to.")]
    public Guid TeamId { get; init; }

    [Description("Who made it.")]
    public Guid? OwnerId { get; init; }

    [Description("Whether it is offered no more.")]
    public bool Archived { get; init; }

    [Description("RFC 3339, UTC.")]
    public DateTime? CreatedAt { get; init; }
}

internal sealed record NewProjectBody
{
    public static readonly NewProjectBody Sample = new() { Name = "Quantisation", Description = "Fewer bits." };

    [StringLength(200, MinimumLength = 1), Description("Unique in your home team, 1 to 200 characters.")]
    public required string Name { get; init; }

    [StringLength(5000), Description("Markdown, at most 5,000 characters.")]
    public string? Description { get; init; }
}

internal sealed record ProjectChangeBody
{
    public static readonly ProjectChangeBody Sample = new() { Description = "Fewer bits, same answers." };

    [StringLength(200, MinimumLength = 1), Description("Another name.")]
    public string? Name { get; init; }

    [StringLength(5000), Description("Another description, Markdown.")]
    public string? Description { get; init; }

    [Description("Whether it is offered no more.")]
    public bool? Archived { get; init; }
}
