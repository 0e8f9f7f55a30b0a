using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Crucible.People;

namespace Crucible.Live;

/// <summary>What one can listen to: <c>kind:key</c>, for example <c>run:7f3a…</c>.</summary>
/// <param name="Kind">Lower-case letters, digits and hyphens, 1 to 40 characters.</param>
/// <param name="Key">Letters, digits, <c>_ - .</c>, 1 to 120 characters.</param>
public readonly partial record struct Topic(string Kind, string Key)
{
    /// <summary>The wire form, <c>kind:key</c>.</summary>
    public override string ToString() => $"{Kind}:{Key}";

    /// <summary>Reads the wire form; false when it is not one.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Topic topic)
    {
        if (text is { Length: <= 161 } && Wire().IsMatch(text))
        {
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            topic = new(text[..colon], text[(colon + 1)..]);
            return true;
        }
        topic = default;
        return false;
    }

    [GeneratedRegex(@"\A[a-z][a-z0-9-]{0,39}:[A-Za-z0-9_.\-]{1,120}\z")]
    private static partial Regex Wire();
}

/// <summary>A kind of topic that a plugin offers.</summary>
/// <param name="Kind">The part before the colon, unique over all plugins.</param>
/// <param name="MayListen">
/// Whether this actor may listen to this key. Asked when a stream opens and again when the actor's roles, teams or
/// session change. A missing object and a forbidden one must both answer false.
/// </param>
public sealed record TopicKind(string Kind, Func<IServiceProvider, Actor, string, CancellationToken, ValueTask<bool>> MayListen)
{
    /// <summary>
    /// What a new listener of a key receives first, before any news: the state that a data lane counts from. Null for
    /// topics that carry only fragments.
    /// </summary>
    public Func<LivePush, ValueTask>? Greeting { get; init; }

    /// <summary>
    /// Builds what listeners receive after <see cref="ILiveSignals.Signal"/>: for high-rate news (metric points,
    /// cursors) that is not journalled. Calls for one key never overlap. The push's <see cref="LivePush.State"/> is
    /// kept between calls for as long as somebody on this host listens.
    /// </summary>
    public Func<LivePush, ValueTask>? Signalled { get; init; }
}

/// <summary>Tells listeners on every host that a topic has unjournalled news.</summary>
public interface ILiveSignals
{
    /// <summary>
    /// Marks the topic. Marks are gathered and sent at most four times a second for each topic, outside any
    /// transaction, so call it after the write is durable. Never blocks and never throws.
    /// </summary>
    void Signal(Topic topic);
}
