namespace Crucible.Experiments.Domain.Search;

/// <summary>Reads the comparisons of the grammar, keywords without regard to case.</summary>
internal static class Operators
{
    /// <summary>The operator that comes next, or null where none that is known does.</summary>
    public static Operator? Read(ref Scanner scanner)
    {
        if (scanner.Next is '=' or '!' or '<' or '>')
            return Symbol(ref scanner);
        if (scanner.Take("LIKE"))
            return Operator.Like;
        if (scanner.Take("ILIKE"))
            return Operator.ILike;
        if (scanner.Take("RLIKE"))
            return Operator.RLike;
        if (scanner.Take("IN"))
            return Operator.In;
        if (scanner.Take("NOT"))
        {
            scanner.SkipSpace();
            return scanner.Take("IN") ? Operator.NotIn : null;
        }
        if (!scanner.Take("IS"))
            return null;
        scanner.SkipSpace();
        var not = scanner.Take("NOT");
        scanner.SkipSpace();
        return !scanner.Take("NULL") ? null : not ? Operator.IsNotNull : Operator.IsNull;
    }

    private static Operator? Symbol(ref Scanner scanner)
    {
        var first = scanner.Next;
        scanner.Skip();
        var equal = scanner.Next == '=';
        if (equal && first != '=')
            scanner.Skip();
        // "==" and "<>" are other languages' words: say so rather than guess.
        return first switch
        {
            '=' => equal ? null : Operator.Equal,
            '!' => equal ? Operator.NotEqual : null,
            '<' when !equal && scanner.Next == '>' => null,
            '<' => equal ? Operator.LessOrEqual : Operator.Less,
            _ => equal ? Operator.GreaterOrEqual : Operator.Greater,
        };
    }
}
