namespace Crucible.Experiments.Imports;

/// <summary>A line that was not taken, or not as it stood.</summary>
/// <param name="File">Of the source, from its root.</param>
/// <param name="Line">From 1; 0 where it is about the whole file.</param>
/// <param name="What">What is wrong.</param>
/// <param name="Mend">What to do about it.</param>
public sealed record Refusal(string File, long Line, string What, string Mend);

/// <summary>What an import found wrong. Lines wait here until somebody takes them away, so that a reader never waits for the database.</summary>
internal sealed class Report
{
    /// <summary>Lines kept of one import; more are counted.</summary>
    public const int Most = 100_000;

    private readonly List<Refusal> _waiting = [];

    /// <summary>How many there were.</summary>
    public long Count { get; private set; }

    /// <summary>How many wait to be taken.</summary>
    public int Waiting => _waiting.Count;

    public void Refuse(string file, long line, string what, string mend)
    {
        if (Count++ < Most)
            _waiting.Add(new(Kept(file), line, Kept(what), Kept(mend)));
    }

    /// <summary>What waits.</summary>
    public IReadOnlyList<Refusal> Peek() => _waiting;

    /// <summary>Hands over what waits.</summary>
    public IReadOnlyList<Refusal> Take()
    {
        Refusal[] taken = [.. _waiting];
        _waiting.Clear();
        return taken;
    }

    // Names of a source hold any character: what PostgreSQL cannot store is shown as what it is.
    private static string Kept(string text) =>
        Domain.Wording.Whole(Domain.Wording.Cut(text, 1000)).Replace('\0', '\u2400').ReplaceLineEndings(" ");
}
