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
            "experiment.import" => $"imported {line.Title}",
            "experiment.undo-import" => $"took back the import of {line.Title}",
            "experiment.export" => "exported runs",
            "experiment.export.cancel" => "cancelled an export",
            "view.save" => $"saved the view {line.Title}",
            "view.update" => $"changed the view {line.Title}",
            "view.delete" => $"deleted the view {line.Title}",
            "board.share" => $"shared the board {line.Title}",
            "board.change" => $"changed the board {line.Title}",
            "board.delete" => $"deleted the board {line.Title}",
            "note.add" => $"wrote “{Cut(line.Title)}” beside a chart",
            "note.remove" => $"removed “{Cut(line.Title)}” from a chart",
            "metric.goal" => $"said which values of {line.Title} are better",
            "webhook.secret" => "made a new secret for a webhook",
            "webhook.again" => "sent a webhook again",
            _ when line.Action.StartsWith("alert.", StringComparison.Ordinal) => $"{Verb(line.Action)} an alert rule",
            _ when line.Action.StartsWith("webhook.", StringComparison.Ordinal) => $"{Verb(line.Action)} a webhook",
            "experiment.untag" => "removed a tag of the experiment",
            _ => $"{Verb(line.Action)} {thing}",
        };
    }

    private static string? Detail(ActivityLine line)
    {
        if (line.Action.StartsWith("comment.", StringComparison.Ordinal))
            return line.Comment is { } body ? Cut(body.ReplaceLineEndings(" ")) : null;
        if (line.Action == "metric.goal")
            return line.After is { } goal && Values(goal).GetValueOrDefault("goal") == "min" ? "lower is better" : "higher is better";
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
            : read.RootElement.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.ValueKind switch
            {
                JsonValueKind.Null => null,
                JsonValueKind.True => "yes",
                JsonValueKind.False => "no",
                _ => Cut(p.Value.ToString().ReplaceLineEndings(" ")),
            });
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

    private static string Icon(string action) => action.StartsWith("alert.", StringComparison.Ordinal) ? "bell" : action.Split('.')[^1] switch
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
        "add" => action.StartsWith("comment.", StringComparison.Ordinal) ? "chat" : "plus",
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
