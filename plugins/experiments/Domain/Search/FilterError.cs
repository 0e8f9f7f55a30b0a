using Crucible.Experiments.Domain.Protocol;

namespace Crucible.Experiments.Domain.Search;

/// <summary>Why a filter or an order cannot be read.</summary>
/// <param name="Message">What is wrong, the offending word, where it stands and how to mend it.</param>
/// <param name="Position">Where, counted from 0 in UTF-16 units of the text; the message counts from 1.</param>
public sealed record FilterError(string Message, int Position)
{
    /// <summary>How many characters of the text the offending word has; 0 where something is missing.</summary>
    public int Length { get; init; }

    /// <summary>The refusal to answer a client with: 400.</summary>
    public ProtocolError ToProtocol() => ProtocolError.Invalid(Message);

    internal static FilterError At(int position, string message, int length = 0) =>
        new($"{message} (at position {position + 1})", position) { Length = length };
}
