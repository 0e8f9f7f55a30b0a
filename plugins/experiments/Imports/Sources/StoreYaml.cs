using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Crucible.Experiments.Imports.Sources;

/// <summary>
/// The meta.yaml of a file store: a flat mapping, at most with mappings in it. It is read event by event and nothing is built from
/// it: aliases, which can grow without bound, and tags, which name types, are refused.
/// </summary>
internal static class StoreYaml
{
    private const int MostBytes = 32 << 20; // a dataset's profile stands in one
    private const int MostEvents = 10_000;
    private const int MostDepth = 8;

    /// <summary>Its scalars; those of an inner mapping as <c>tags/key</c>. Null and the reason when it cannot be read.</summary>
    public static (Dictionary<string, string>? Values, string? Problem) Read(string path)
    {
        try
        {
            if (new FileInfo(path) is { Length: > MostBytes })
                return (null, "It is far too large for what it is.");
            using var text = File.OpenText(path);
            return Read(new Parser(text));
        }
        catch (YamlException fault)
        {
            return (null, $"It is no YAML: {fault.Message}");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return (null, "It cannot be read.");
        }
    }

    private static (Dictionary<string, string>?, string?) Read(Parser parser)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var path = new Stack<string?>();
        string? key = null;
        var (events, lists) = (0, 0);
        while (parser.MoveNext())
        {
            if (++events > MostEvents || path.Count + lists > MostDepth)
                return (null, "It holds more than such a file can.");
            switch (parser.Current)
            {
                case AnchorAlias or NodeEvent { Anchor.IsEmpty: false }:
                    return (null, "It holds an alias or an anchor.");
                case NodeEvent { Tag: { IsEmpty: false, IsNonSpecific: false } tag } when !tag.Value.StartsWith("tag:yaml.org,2002:", StringComparison.Ordinal):
                    return (null, "It names a type.");
                case SequenceStart:
                    lists++;
                    break;
                case SequenceEnd:
                    (lists, key) = (lists - 1, lists == 1 ? null : key);
                    break;
                case MappingStart when lists == 0:
                    path.Push(key);
                    key = null;
                    break;
                case MappingEnd when lists == 0:
                    path.Pop();
                    key = null;
                    break;
                case Scalar scalar when lists == 0 && path.Count == 0:
                    return (null, "It is not a mapping.");
                case Scalar scalar when lists == 0 && key is null:
                    key = scalar.Value;
                    break;
                case Scalar scalar when lists == 0:
                    if (scalar.Style != ScalarStyle.Plain || scalar.Value is not ("null" or "~" or ""))
                        values[string.Join('/', path.Reverse().Where(p => p is not null).Append(key))] = scalar.Value;
                    key = null;
                    break;
            }
        }
        return values.Count == 0 ? (null, "It is empty.") : (values, null);
    }
}
