using System.Text;
using Crucible.Live;

namespace Crucible.Host.Live;

/// <summary>
/// The bytes of one change, rendered once and shared by every listener. They are whole server-sent events but for the
/// <c>id</c> line, which differs from stream to stream: each listener writes its own between <see cref="Head"/> and
/// <see cref="Last"/>, so that a stream cut in the middle of a change replays the change.
/// </summary>
internal sealed class Frame
{
    public required Topic Topic { get; init; }

    /// <summary>The change's number in its topic; 0 for news that are not journalled.</summary>
    public long Seq { get; init; }

    public required ReadOnlyMemory<byte> Head { get; init; }
    public required ReadOnlyMemory<byte> Last { get; init; }

    public static readonly Frame Ping = OfEvent("ping", "1");

    /// <summary>Tells the page to fetch its whole content again.</summary>
    public static readonly Frame RefreshAll = OfEvent("refresh", "main");

    public static Frame Of(Topic topic, long seq, IReadOnlyList<LiveMessage> messages)
    {
        var events = new List<string>();
        // Replacements share one unnamed event: the browser swaps them in one go.
        var swaps = string.Concat(messages.Where(m => m.Event is null).Select(m => m.Data));
        if (swaps.Length > 0)
            events.Add(Event(null, swaps));
        events.AddRange(messages.Where(m => m.Event is not null).Select(m => Event(m.Event, m.Data)));
        return new()
        {
            Topic = topic,
            Seq = seq,
            Head = Encoding.UTF8.GetBytes(string.Concat(events.SkipLast(1))),
            Last = Encoding.UTF8.GetBytes(events.LastOrDefault() ?? ""),
        };
    }

    private static Frame OfEvent(string name, string data) =>
        new() { Topic = default, Head = default, Last = Encoding.UTF8.GetBytes(Event(name, data)) };

    private static string Event(string? name, string data)
    {
        var text = new StringBuilder(data.Length + 64);
        if (name is not null)
            text.Append("event: ").Append(name).Append('\n');
        foreach (var line in data.AsSpan().EnumerateLines())
            text.Append("data: ").Append(line).Append('\n');
        return text.Append('\n').ToString();
    }
}
