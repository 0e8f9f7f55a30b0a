using Crucible.Experiments.Data;

namespace Crucible.Experiments.Fragments;

/// <summary>The page of a webhook.</summary>
/// <param name="Frame">What stands around it.</param>
/// <param name="Hook">The webhook.</param>
public sealed record WebhookView(ExperimentFrameView Frame, Webhook Hook)
{
    /// <summary>What its form holds.</summary>
    public WebhookInput Input { get; init; } = new();

    /// <summary>A page of its deliveries.</summary>
    public IReadOnlyList<Delivery> Deliveries { get; init; } = [];

    /// <summary>Address of this page of them.</summary>
    public string Here { get; init; } = "";

    /// <summary>Address of the next.</summary>
    public string? Older { get; init; }

    /// <summary>A secret that was made just now.</summary>
    public string? Secret { get; init; }

    /// <summary>A refusal, at its field.</summary>
    public FieldError? Error { get; init; }
}
