using System.Text.Json;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Ui;

namespace Crucible.Experiments.Fragments;

/// <summary>What was done, in words.</summary>
public static class ActivityWords
{
    private const int LongestValue = 80;

    /// <summary>A line as an event of a timeline.</summary>
    public static Happening Happening(ActivityLine line) => new(new(DateTime.SpecifyKind(line.At, DateTimeKind.Utc)), Said(line))
    {
        Actor = line.Actor,
        Icon = Icon(line.Action),
        Detail = Detail(line),
        Url = line.Action.StartsWith("comment.", StringComparison.Ordinal) ? null : line is { RunThere: true, RunId: { } run } ? Address.Run(run) : null,
    };

    /// <summary>The deed with what it was done to: <c>deleted the run kl-t2</c>.</summary>
    public static string Said(ActivityLine line)
    {
        var thing = line.RunId is null ? "the experiment" : $"the run {line.Title}";
        return line.Action switch
        {
            "comment.add" => $"commented on {thing}",
            "comment.edit" => $"changed a comment on {thing}",
            "comment.delete" => $"deleted a comment on {thing}",
            "comment.resolve" => $"resolved a comment on {thing}",
            "comment.reopen" => $"reopened a comment on {thing}",
            "experiment.start" when line.RunId is not null => $"started the experiment with the run {line.Title}",
            "experiment.hypothesis" => "wrote the hypothesis",
            "experiment.note" => "wrote the note",
            "experiment.configure" => "saved the configuration",
            "experiment.owner" => "gave the experiment to somebody",
            "experiment.project" => "moved the experiment",
            "experiment.baseline" => "chose the baseline",
            "experiment.settings" => "changed the settings",
            "experiment.clone" => "made the experiment as a clone",
            "experiment.create" => "made the experiment",
            "experiment.tag" => "tagged the experiment",
            "experiment.untag" => "removed a tag of the experiment",
            _ => $"{Verb(line.Action)} {thing}",
        };
    }

    private static string? Detail(ActivityLine line)
    {
        if (line.Action.StartsWith("comment.", StringComparison.Ordinal))
            return line.Comment is { } body ? Cut(body.ReplaceLineEndings(" ")) : null;
        var (before, after) = (Values(line.Before), Values(line.After));
        return string.Join(", ", before.Keys.Union(after.Keys).Take(6).Select(key => (key, before.GetValueOrDefault(key), after.GetValueOrDefault(key)) switch
        {
            (_, null, null) => key,
            (_, null, { } now) => $"{key}: {now}",
            (_, { } then, null) => $"{key}: {then} → none",
            (_, var then, var now) => $"{key}: {then} → {now}",
        })) is { Length: > 0 } text ? text : null;
    }

    private static Dictionary<string, string?> Values(string? json)
    {
        if (json is null)
            return [];
        using var read = JsonDocument.Parse(json);
        return read.RootElement.ValueKind != JsonValueKind.Object ? []
            : read.RootElement.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.ValueKind == JsonValueKind.Null ? null : Cut(p.Value.ToString().ReplaceLineEndings(" ")));
    }

    private static string Cut(string text) => text.Length > LongestValue ? Wording.Cut(text, LongestValue) + "…" : text;

    private static string Verb(string action)
    {
        var verb = action[(action.IndexOf('.', StringComparison.Ordinal) + 1)..].Replace('-', ' ');
        return verb switch
        {
            "pause" => "paused",
            "cancel" => "cancelled",
            "tag" => "tagged",
            "untag" => "untagged",
            "purge" => "removed for good",
            _ when verb.EndsWith('e') => verb + "d",
            _ => verb + "ed",
        };
    }

    private static string Icon(string action) => action.Split('.')[^1] switch
    {
        "delete" or "purge" => "trash",
        "restore" or "reopen" => "undo",
        "start" or "resume" => "play",
        "pause" => "pause",
        "complete" => "st-completed",
        "fail" => "st-failed",
        "cancel" => "st-cancelled",
        "archive" or "unarchive" => "archive",
        "tag" or "untag" => "tag",
        "add" => "chat",
        "resolve" => "check",
        "clone" => "copy",
        "create" => "plus",
        "owner" => "user",
        "project" or "move" => "folder",
        "baseline" => "compare",
        "configure" => "gear",
        _ => "edit",
    };
}
