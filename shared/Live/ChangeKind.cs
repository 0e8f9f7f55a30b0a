namespace Crucible.Live;

/// <summary>The name under which a change is kept in the log: <c>plugin.TypeName</c>.</summary>
public static class ChangeKind
{
    /// <summary>The name of a change type that belongs to a plugin.</summary>
    public static string Of(string plugin, Type change) => $"{plugin}.{change.Name}";
}
