using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;

namespace Crucible.Experiments.Fragments;

/// <summary>What somebody filled in.</summary>
public sealed record NewForm
{
    private const int MostTags = 50;

    /// <summary>Its name.</summary>
    public string? Name { get; init; }

    /// <summary>A project of the actor's team.</summary>
    public long? Project { get; init; }

    /// <summary>Markdown.</summary>
    public string? Hypothesis { get; init; }

    /// <summary>JSON or YAML.</summary>
    public string? Configuration { get; init; }

    /// <summary>Each <c>key</c> or <c>key=value</c>.</summary>
    public string[] Tags { get; init; } = [];

    /// <summary>Running at once; else pending.</summary>
    public bool Start { get; init; }

    /// <summary>The experiment to make.</summary>
    /// <param name="team">Whose it is going to be.</param>
    /// <param name="made">The experiment.</param>
    /// <returns>What is wrong, at its field; null when all is well.</returns>
    public FieldError? Read(Guid team, out NewExperiment made)
    {
        var name = Name?.Trim() ?? "";
        made = new(name, team) { Running = Start, Waits = !Start, ProjectId = Project, Hypothesis = Hypothesis ?? "" };
        if (name.Length == 0 || Limits.CheckExperimentName(name) is not null)
            return new("name", name.Length == 0 ? "Give it a name of at most 500 characters." : Limits.CheckExperimentName(name)!.Message);
        if (ExperimentFieldStore.CheckHypothesis(made.Hypothesis) is { } wrong)
            return new("hypothesis", wrong);
        if (Domain.Configuration.Read(Configuration ?? "", out var configuration) is { } broken)
            return new("configuration", broken);
        var tags = new Dictionary<string, string>();
        foreach (var text in Tags.Where(t => !string.IsNullOrWhiteSpace(t)).Take(MostTags))
        {
            var parts = text.Split('=', 2);
            if (Limits.CheckExperimentTag(parts[0].Trim(), parts.Length > 1 ? parts[1].Trim() : "", out var kept) is { } refused)
                return new("tags", $"{text}: {refused.Message}");
            tags[parts[0].Trim()] = kept;
        }
        made = made with { Configuration = string.IsNullOrWhiteSpace(Configuration) ? null : configuration, Tags = [.. tags.Select(t => new Entry(t.Key, t.Value))] };
        return null;
    }
}

/// <summary>The form of a new experiment.</summary>
public sealed record NewView(NewForm Form)
{
    /// <summary>The chosen project.</summary>
    public Project? Project { get; init; }

    /// <summary>Why it was refused, at its field.</summary>
    public FieldError? Error { get; init; }

    /// <summary>The visitor's token.</summary>
    public FormToken? Token { get; init; }

    /// <summary>The error of one field.</summary>
    public string? Of(string field) => Error?.Field == field ? Error.Message : null;
}
