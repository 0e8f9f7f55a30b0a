using System.Diagnostics.CodeAnalysis;

namespace Crucible.Experiments.Domain.Search;

/// <summary>Reads <c>metrics.acc</c>, <c>tags.`my key`</c>, <c>params."a b"</c>, <c>start_time</c>, <c>min(metrics.loss)</c>.</summary>
internal static class Identifier
{
    private const string Example = "write metrics.<key>, params.<key>, tags.<key>, attributes.<key> or datasets.<key>";

    /// <summary>The same, or a metric's aggregate where <paramref name="functions"/> are known.</summary>
    public static bool TryRead(
        ref Scanner scanner, bool functions, out Entity entity, out string key, out Aggregate aggregate, [NotNullWhen(false)] out string? problem)
    {
        aggregate = Aggregate.Last;
        var ahead = scanner;
        var word = ahead.Bare(stopAtDot: true);
        ahead.SkipSpace();
        if (!functions || word.Length == 0 || ahead.Next != '(')
            return TryRead(ref scanner, out entity, out key, out problem);
        entity = Entity.Metric;
        key = "";
        if (Words.Function(word) is not { } function)
        {
            problem = $"There is no function '{Wording.Cut(word, 100)}'; use min, max, mean or last, such as min(metrics.loss)";
            return false;
        }
        aggregate = function;
        ahead.Skip();
        ahead.SkipSpace();
        scanner = ahead;
        if (!TryRead(ref scanner, out entity, out key, out problem))
            return false;
        scanner.SkipSpace();
        if (entity != Entity.Metric)
            problem = $"{Words.Of(function)}() is of a metric: write {Words.Of(function)}(metrics.<key>)";
        else if (scanner.Next != ')')
            problem = $"Expected ')' after {Words.Of(function)}(metrics.{Wording.Cut(key, 100)} but found {scanner.WordAt(scanner.At)}";
        else
            scanner.Skip();
        return problem is null;
    }

    private static bool TryRead(
        ref Scanner scanner, out Entity entity, out string key, [NotNullWhen(false)] out string? problem)
    {
        entity = Entity.Attribute;
        key = "";
        var from = scanner.At;
        if (!TryPart(ref scanner, stopAtDot: true, out var first, out problem))
            return false;
        if (first.Length == 0)
            problem = $"Expected something to compare but found {scanner.WordAt(from)}; {Example}";
        else if (scanner.Next != '.')
            key = WithSpace(ref scanner, first);
        else if (!Words.TryEntity(first, out entity))
            problem = $"Invalid entity type '{Wording.Cut(first, 100)}'; {Example}";
        else
        {
            scanner.Skip();
            if (!TryPart(ref scanner, stopAtDot: false, out key, out problem))
                return false;
            if (key.Length == 0)
                problem = $"A key is missing after '{first}.'; quote keys with odd characters in `backticks`";
            else if (entity == Entity.Attribute)
                key = WithSpace(ref scanner, key);
        }
        return problem is null;
    }

    private static bool TryPart(ref Scanner scanner, bool stopAtDot, out string part, [NotNullWhen(false)] out string? problem)
    {
        problem = null;
        part = "";
        if (scanner.Next is not ('`' or '"' or '\''))
            part = scanner.Bare(stopAtDot);
        else if (scanner.Quoted() is { } quoted)
            part = quoted;
        else
            problem = "The quote that opens here is never closed. A quote inside a key is written twice";
        return problem is null;
    }

    /// <summary>"run name" is an attribute with a space in it, which MLflow takes without quotes.</summary>
    private static string WithSpace(ref Scanner scanner, string key)
    {
        if (!key.Equals("run", StringComparison.OrdinalIgnoreCase))
            return key;
        var ahead = scanner;
        ahead.SkipSpace();
        if (!ahead.Take("name"))
            return key;
        scanner = ahead;
        return "run name";
    }
}
