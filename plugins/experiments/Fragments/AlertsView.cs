using Crucible.Experiments.Data;
using Crucible.Experiments.Domain.Alerts;

namespace Crucible.Experiments.Fragments;

/// <summary>A webhook as it stands in a form.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Url">Where it goes.</param>
/// <param name="OfTeam">Told of all experiments of the team.</param>
/// <param name="Events">Words of the kinds it is told of; none for all.</param>
public sealed record WebhookInput(string Name = "", string Url = "", bool OfTeam = false, IReadOnlyList<string>? Events = null);

/// <summary>The page of what an experiment tells.</summary>
/// <param name="Frame">What stands around it.</param>
public sealed record AlertsView(ExperimentFrameView Frame)
{
    /// <summary>Its rules.</summary>
    public IReadOnlyList<AlertRule> Rules { get; init; } = [];

    /// <summary>The webhooks that are told of it.</summary>
    public IReadOnlyList<Webhook> Hooks { get; init; } = [];

    /// <summary>Firings, the newest first.</summary>
    public IReadOnlyList<AlertEvent> Events { get; init; } = [];

    /// <summary>Address of the page after these.</summary>
    public string? Older { get; init; }

    /// <summary>The rule that is open for editing: null for none, 0 for a new one.</summary>
    public long? Editing { get; init; }

    /// <summary>What its form holds.</summary>
    public AlertInput Input { get; init; } = new();

    /// <summary>The form of a new webhook, while it is open.</summary>
    public WebhookInput? NewHook { get; init; }

    /// <summary>A secret that was made just now.</summary>
    public string? Secret { get; init; }

    /// <summary>A refusal, at its field.</summary>
    public FieldError? Error { get; init; }

    /// <summary>Who looks.</summary>
    public Guid? Me { get; init; }

    /// <summary>What time it is.</summary>
    public DateTimeOffset Now { get; init; }

    /// <summary>The rules that are worth having from the first day.</summary>
    public static IReadOnlyList<AlertCondition> Useful { get; } = [new(AlertKind.Failed), new(AlertKind.Nan), new(AlertKind.Lost)];

    /// <summary>Those of them that there are not yet.</summary>
    public IReadOnlyList<AlertCondition> Suggested => [.. Useful.Where(u => !Rules.Any(r => r.Condition.Kind == u.Kind && r.Condition.Metric == u.Metric))];

    /// <summary>What is wrong with a field.</summary>
    public string? Wrong(string field) => Error?.Field == field ? Error.Message : null;
}
