using System.Text;

namespace Crucible.Experiments.Domain.Search;

/// <summary>
/// A statement and its parameters. Every value that came from outside is a parameter; the text holds names and
/// operators of ours alone.
/// </summary>
/// <param name="Text">The SQL, with <c>@Name</c> parameters.</param>
/// <param name="Parameters">Their values; the caller adds those of its visible predicate.</param>
public sealed record SearchSql(string Text, Dictionary<string, object> Parameters);

/// <summary>SQL in the making.</summary>
internal sealed class SqlDraft
{
    public StringBuilder Text { get; } = new();

    public Dictionary<string, object> Parameters { get; } = [];

    /// <summary>Adds a value and returns the name to write in its place.</summary>
    public string Value(object value)
    {
        var name = $"v{Parameters.Count}";
        Parameters[name] = value;
        return "@" + name;
    }
}
