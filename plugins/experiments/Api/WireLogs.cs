using System.ComponentModel;

namespace Crucible.Experiments.Api;

internal sealed record ApiLogLine
{
    public static readonly ApiLogLine Sample = new() { Number = 17, At = ApiExperiment.Moment, Level = "info", Stream = "stdout", Source = "rank-0", Text = "epoch 3 of 10, loss 0.25" };

    [Description("From 1, in the order of arrival; never used twice in a run.")]
    public long Number { get; init; }

    [Description("When the program wrote it, or when it arrived; RFC 3339, UTC.")]
    public DateTime At { get; init; }

    [Description("trace, debug, info, warn, error or fatal; null where nobody said.")]
    public string? Level { get; init; }

    [Description("stdout or stderr.")]
    public string Stream { get; init; } = "stdout";

    [Description("Which of several writers; null for the only one.")]
    public string? Source { get; init; }

    [Description("At most 16 kB; may hold ANSI sequences.")]
    public string Text { get; init; } = "";
}

internal sealed record ApiLogMeta
{
    public static readonly ApiLogMeta Sample = new() { Total = 17, PerPage = 100, NextAfter = 17, PrevBefore = 1 };

    [Description("Lines that are kept, filtered or not.")]
    public long Total { get; init; }

    [Description("The oldest lines, which were not kept.")]
    public long Dropped { get; init; }

    [Description("How many this page holds at most.")]
    public int PerPage { get; init; }

    [Description("Whether more follows in the direction that was read.")]
    public bool HasMore { get; init; }

    [Description("Send it as after for what follows.")]
    public long NextAfter { get; init; }

    [Description("Send it as before for what precedes; null when nothing is here.")]
    public long? PrevBefore { get; init; }
}

internal sealed record LogBody
{
    public static readonly LogBody Sample = new() { Source = "rank-0", Lines = [new() { Text = "epoch 3 of 10, loss 0.25", Level = "info", At = ApiExperiment.Moment, Stream = "stdout", Seq = 17 }] };

    [Description("Which of several writers, at most 100 characters; left out by the only one.")]
    public string? Source { get; init; }

    [Description("At most 1,000. A plain string is a line too.")]
    public required IReadOnlyList<LogLineBody> Lines { get; init; }
}

internal sealed record LogLineBody
{
    [Description("At most 16 kB in UTF-8; the rest is cut and counted.")]
    public required string Text { get; init; }

    [Description("trace, debug, info, warn, error, fatal, or a number as Python's logging has them.")]
    public string? Level { get; init; }

    [Description("RFC 3339, or milliseconds of the Unix epoch; now when left out.")]
    public DateTime? At { get; init; }

    [Description("stdout or stderr; stdout when left out.")]
    public string? Stream { get; init; }

    [Description("The writer's own number of the line, by which a repeated line is known and kept once.")]
    public long? Seq { get; init; }
}

internal sealed record ApiLogReceipt
{
    public static readonly ApiLogReceipt Sample = new() { Accepted = 1, LastNumber = 17 };

    [Description("Lines kept.")]
    public int Accepted { get; init; }

    [Description("Lines that were here already.")]
    public int Repeated { get; init; }

    [Description("Lines that were too long and lost their end.")]
    public int Cut { get; init; }

    [Description("Number of the newest line of the run; 0 while it has none.")]
    public long LastNumber { get; init; }
}

internal sealed record ApiCheckpoint
{
    public static readonly ApiCheckpoint Sample = new() { Path = "checkpoints/step-1000.pt", Files = 1, SizeBytes = 1024, CreatedAt = ApiExperiment.Moment, Step = 1000, Metric = new() { Key = "loss", Value = 0.25, Step = 1000 }, DownloadUrl = $"/get-artifact?run_id={ApiRun.SampleId}&path=checkpoints%2Fstep-1000.pt" };

    [Description("Relative to the artifacts of the run.")]
    public string Path { get; init; } = "";

    [Description("Whether it is a folder.")]
    public bool IsFolder { get; init; }

    [Description("How many files it has.")]
    public int Files { get; init; }

    [Description("Bytes of all its files.")]
    public long SizeBytes { get; init; }

    [Description("When its newest file was written; RFC 3339, UTC.")]
    public DateTimeOffset? CreatedAt { get; init; }

    [Description("The step that its name tells.")]
    public long? Step { get; init; }

    [Description("The metric at that step, or at the last one before it.")]
    public ApiCheckpointMetric? Metric { get; init; }

    [Description("Where its content is; of a folder as a zip.")]
    public string DownloadUrl { get; init; } = "";
}

internal sealed record ApiCheckpointMetric
{
    [Description("Its key.")]
    public string Key { get; init; } = "";

    [Description("Its value; NaN and infinities are strings.")]
    public double Value { get; init; }

    [Description("The step of that value.")]
    public long Step { get; init; }
}

internal sealed record ApiCheckpointMeta
{
    public static readonly ApiCheckpointMeta Sample = new() { Total = 1, Page = 1, PerPage = 25, Complete = true };

    [Description("How many there are.")]
    public long Total { get; init; }

    [Description("Which page, from 1.")]
    public int Page { get; init; }

    [Description("How many a page holds at most.")]
    public int PerPage { get; init; }

    [Description("Whether something follows.")]
    public bool HasMore { get; init; }

    [Description("Whether every file of the run was looked at.")]
    public bool Complete { get; init; }
}
