using Crucible.Experiments.Data;

namespace Crucible.Experiments.Fragments;

/// <summary>What was said about something.</summary>
/// <param name="ExperimentId">The experiment.</param>
/// <param name="Run">One run of it; null shows what was said about it and everything in it.</param>
/// <param name="Place">One place; empty shows every one.</param>
public sealed record CommentsView(long ExperimentId, RunRow? Run, string Place)
{
    /// <summary>Name of the run or the experiment.</summary>
    public string Title { get; init; } = "";

    /// <summary>The newest first.</summary>
    public IReadOnlyList<Comment> Comments { get; init; } = [];

    /// <summary>How many there are, open and settled.</summary>
    public (long Open, long Resolved) Count { get; init; }

    /// <summary>Older ones follow.</summary>
    public bool More { get; init; }

    /// <summary>Where the page begins; null at the newest.</summary>
    public long? Before { get; init; }

    /// <summary>Settled ones are shown too.</summary>
    public bool Settled { get; init; }

    /// <summary>The visitor may say something.</summary>
    public bool MayWrite { get; init; }

    /// <summary>The visitor, who changes what is their own.</summary>
    public Guid? Me { get; init; }

    /// <summary>The visitor may take back anything.</summary>
    public bool MayDeleteAll { get; init; }

    /// <summary>The comment whose editor is open.</summary>
    public long? Edited { get; init; }

    /// <summary>The visitor's token.</summary>
    public FormToken? Token { get; init; }

    /// <summary>Why a text was refused.</summary>
    public FieldError? Error { get; init; }

    /// <summary>The page.</summary>
    public string Self => Url(Settled, null);

    /// <summary>The page in another state.</summary>
    public string Url(bool settled, long? before, params IEnumerable<(string, string?)> more) =>
        Address.With(Address.Comments(ExperimentId, Run?.RunId, Place), [("resolved", settled ? "1" : null), ("before", before is { } id ? $"{id}" : null), .. more]);

    /// <summary>Where one of its forms posts.</summary>
    public string Post(string handler) => Url(Settled, null, ("handler", handler));

    /// <summary>DOM id of the thread.</summary>
    public string Id => $"{Dom.Comments(ExperimentId, Run?.RunId)}-thread";
}
