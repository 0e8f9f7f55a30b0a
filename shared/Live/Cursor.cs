using System.Globalization;

namespace Crucible.Live;

/// <summary>How far a page or a stream has come in each of its topics: <c>experiment:1=42;run:7=9</c>.</summary>
public sealed class Cursor(IReadOnlyDictionary<Topic, long> positions)
{
    /// <summary>The last number seen of each topic; 0 for a topic without news.</summary>
    public IReadOnlyDictionary<Topic, long> Positions { get; } = positions;

    /// <summary>The wire form, topics in ordinal order.</summary>
    public override string ToString() => Write(Positions);

    internal static string Write(IEnumerable<KeyValuePair<Topic, long>> positions) =>
        string.Join(';', positions.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Key}={p.Value}")).Order(StringComparer.Ordinal));

    /// <summary>Reads the wire form. Parts that are no position are skipped: a bad cursor means "from the start", never an error.</summary>
    public static Cursor Parse(string? text)
    {
        var positions = new Dictionary<Topic, long>();
        if (text is { Length: > 0 and <= 16_384 })
            foreach (var part in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                var equals = part.LastIndexOf('=');
                if (equals > 0 && Topic.TryParse(part[..equals], out var topic)
                    && long.TryParse(part.AsSpan(equals + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var seq))
                    positions[topic] = seq;
            }
        return new(positions);
    }
}
