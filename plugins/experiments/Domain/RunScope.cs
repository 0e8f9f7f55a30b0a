using Crucible.Experiments.Domain.Search;

namespace Crucible.Experiments.Domain;

/// <summary>The views that every experiment has.</summary>
public enum RunScope
{
    /// <summary>Neither archived nor in the trash.</summary>
    All,

    /// <summary>At work and heard from.</summary>
    Running,

    /// <summary>Failed, or silent for too long.</summary>
    Look,

    /// <summary>Made by who looks.</summary>
    Mine,

    /// <summary>Put out of the way.</summary>
    Archived,

    /// <summary>Deleted, and can be restored.</summary>
    Trash,
}

/// <summary>How those views stand in an address.</summary>
public static class RunScopes
{
    private static readonly (RunScope Scope, string Word)[] Words =
        [(RunScope.Running, "running"), (RunScope.Look, "look"), (RunScope.Mine, "mine"), (RunScope.Archived, "archived"), (RunScope.Trash, "trash")];

    /// <summary>The word; null for <see cref="RunScope.All"/>.</summary>
    public static string? Word(this RunScope scope) => Words.FirstOrDefault(w => w.Scope == scope).Word;

    /// <summary>The view of a word; <see cref="RunScope.All"/> for one that is none.</summary>
    public static RunScope Read(string? word) => word == "deleted" ? RunScope.Trash : Words.FirstOrDefault(w => w.Word == word).Scope;

    /// <summary>Deleted runs or the others.</summary>
    public static ViewType View(this RunScope scope) => scope == RunScope.Trash ? ViewType.Deleted : ViewType.Active;

    /// <summary>The runs of a view.</summary>
    /// <param name="scope">The view.</param>
    /// <param name="me">Who looks.</param>
    public static RunFilter Filter(this RunScope scope, Guid? me)
    {
        var kept = Is("archived", false);
        return scope switch
        {
            RunScope.Running => kept.And(Status(RunStatus.Running)).And(Is("lost", false)),
            RunScope.Look => kept.And(new RunFilter(FilterNode.Either([Status(RunStatus.Failed).Root!, Is("lost", true).Root!]))),
            RunScope.Mine => kept.And(new Clause(Entity.Attribute, Owner, Operator.Equal, new FilterValue.Text((me ?? Guid.Empty).ToString("N")))),
            RunScope.Archived => Is("archived", true),
            RunScope.Trash => RunFilter.All,
            _ => kept,
        };
    }

    /// <summary>Only runs that stand at the left edge: their parent is none of those that the table shows.</summary>
    public static RunFilter Topmost { get; } = Is(Nested, false);

    /// <summary>The attribute of who made a run, which no text names.</summary>
    internal const string Owner = "owner_id";

    /// <summary>The attribute of runs below others, which no text names.</summary>
    internal const string Nested = "nested";

    private static RunFilter Is(string attribute, bool value) => RunFilter.All.And(new Clause(Entity.Attribute, attribute, Operator.Equal, new FilterValue.Flag(value)));

    private static RunFilter Status(RunStatus status) => RunFilter.All.And(new Clause(Entity.Attribute, "status", Operator.Equal, new FilterValue.Text(status.ProtocolWord())));
}
