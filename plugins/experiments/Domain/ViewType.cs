namespace Crucible.Experiments.Domain;

/// <summary>Which lifecycle stages a search looks at.</summary>
public enum ViewType
{
    /// <summary>The default; MLflow's ACTIVE_ONLY.</summary>
    Active = 1,

    /// <summary>MLflow's DELETED_ONLY.</summary>
    Deleted = 2,

    /// <summary>Both.</summary>
    All = 3,
}

/// <summary>The words of a view type on the wire.</summary>
public static class ViewTypeWords
{
    /// <summary>Reads <c>"ACTIVE_ONLY"</c>, <c>"2"</c> and so on; none is active only; null for an unknown word.</summary>
    public static ViewType? FromProtocol(string? word) => word switch
    {
        null or "" or "ACTIVE_ONLY" or "1" => ViewType.Active,
        "DELETED_ONLY" or "2" => ViewType.Deleted,
        "ALL" or "3" => ViewType.All,
        _ => null,
    };
}
