using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Fragments;
using Crucible.Ui;
using Crucible.Ui.Text;

namespace Crucible.Experiments.Pages;

/// <summary>What is asked of the selected runs.</summary>
public sealed record RunsForm
{
    /// <summary>The word of the act.</summary>
    public string? Act { get; init; }

    /// <summary>The selected runs.</summary>
    public IReadOnlyList<string>? Ids { get; init; }

    /// <summary><c>1</c> for all that match.</summary>
    public string? All { get; init; }

    /// <summary>Of a tag.</summary>
    public string? Key { get; init; }

    /// <summary>Of a tag.</summary>
    public string? Value { get; init; }

    /// <summary>Where a move goes.</summary>
    public long? Target { get; init; }

    /// <summary>What was typed to confirm.</summary>
    public string? Confirm { get; init; }

    /// <summary>The order it is; null when it is none, with the reason.</summary>
    /// <param name="experiment">Name of the experiment, which has to be typed before anything goes for ever.</param>
    /// <param name="wrong">What is wrong.</param>
    internal BatchOrder? Order(string experiment, out string wrong)
    {
        wrong = "";
        var act = RunActs.Read(Act);
        if (act is null or RunAct.Untag)
            wrong = "That cannot be done to runs.";
        else if (act == RunAct.Tag && Limits.CheckKey(Key?.Trim()) is not null)
            wrong = "A tag's name has letters, digits and _ - . : / or spaces, at most 250.";
        else if (act == RunAct.Tag && Key!.Trim().StartsWith("mlflow.", StringComparison.Ordinal))
            wrong = "Tags that begin with mlflow. mean something to MLflow and are set run by run.";
        else if (act == RunAct.Purge && Confirm?.Trim() != experiment.Trim())
            wrong = $"Type {experiment} to delete runs for ever.";
        return wrong.Length > 0 ? null : new(act!.Value, [.. (Ids ?? []).Select(i => RunId.TryRead(i, out var id) ? id : Guid.Empty).Where(i => i != Guid.Empty).Distinct().Take(RunActs.Most)])
        {
            Key = act == RunAct.Tag ? Key!.Trim() : null,
            Value = act == RunAct.Tag ? Domain.Wording.Cut(Value ?? "", Limits.TagValue) : null,
            Target = act == RunAct.Move ? Target : null,
        };
    }

    /// <summary>What is said of it.</summary>
    internal static Toast Toast(BatchOutcome outcome)
    {
        var batch = outcome.Batch;
        if (outcome.Changed is not { } changed)
            return new($"{batch.What.Doing()} {Runs(batch.Total)}", "running");
        var left = batch.Total - changed;
        var stay = left == 0 ? "" : batch.What.NeedsOwner() && !batch.SeesAll ? $"; {Runs(left)} of others stay" : $"; {Runs(left)} stay as they are";
        var undo = changed > 0 && batch.What.Inverse() is not null && batch.Undoes is null
            ? Address.With(Address.Experiment(batch.TargetId ?? batch.ExperimentId), ("handler", "Undo"), ("batch", $"{batch.BatchId:N}")) : null;
        return changed == 0
            ? new(batch.What.NeedsOwner() && !batch.SeesAll ? "Nothing changed. Only the owner of a run or an admin may do that." : batch.What == RunAct.Move ? "Nothing was moved. Runs at work stay until they are over." : "Nothing changed: the runs were so already.", "failed")
            : new($"{Runs(changed)} {batch.What.Done(batch.Key, outcome.Target)}{stay}", Undo: undo);
    }

    private static string Runs(int count) => count == 1 ? "1 run" : $"{Numbers.Count(count)} runs";
}
