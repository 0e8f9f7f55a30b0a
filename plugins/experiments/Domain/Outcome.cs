using System.Diagnostics.CodeAnalysis;

namespace Crucible.Experiments.Domain;

/// <summary>What a verb of the domain answers: the next state, or why not in plain words.</summary>
/// <typeparam name="T">The state.</typeparam>
public readonly record struct Outcome<T>
    where T : class
{
    private Outcome(T? next, string? refusal)
    {
        Next = next;
        Refusal = refusal;
    }

    /// <summary>The next state; null when refused.</summary>
    public T? Next { get; }

    /// <summary>Why not, and what to do instead; null when it went through.</summary>
    public string? Refusal { get; }

    /// <summary>Whether it was refused.</summary>
    [MemberNotNullWhen(true, nameof(Refusal))]
    [MemberNotNullWhen(false, nameof(Next))]
    public bool Refused => Refusal is not null;

    /// <summary>It went through.</summary>
    public static implicit operator Outcome<T>(T next) => new(next, null);

    /// <summary>It did not.</summary>
    public static Outcome<T> No(string refusal) => new(null, refusal);
}
