namespace Crucible.Experiments.Domain.Search;

/// <summary>Bounds of a search. Beyond them a request is refused before any work is done.</summary>
public static class SearchLimits
{
    /// <summary>Characters of one filter: enough for a list of 1,000 run ids.</summary>
    public const int MaxText = 64 * 1024;

    /// <summary>Clauses of one filter. Each is a join or a probe for the planner.</summary>
    public const int MaxClauses = 100;

    /// <summary>How deep parentheses and NOT may be nested.</summary>
    public const int MaxDepth = 20;

    /// <summary>Texts or numbers in one IN list.</summary>
    public const int MaxList = 1000;

    /// <summary>Characters of one key.</summary>
    public const int MaxKey = 250;

    /// <summary>Characters of one regular expression.</summary>
    public const int MaxPattern = 200;

    /// <summary>Entries of an order_by; each metric, param or tag among them is a join.</summary>
    public const int MaxOrders = 10;

    /// <summary>Characters of one order_by entry.</summary>
    public const int MaxOrderText = 1024;
}
