using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Components;

namespace Crucible.Live;

/// <summary>
/// What one change sends to the listeners of its topic. Filled by a plugin's <c>Live</c> rule, rendered once, and
/// shared by every listener on this host.
/// </summary>
public sealed class LivePush
{
    private readonly FragmentRenderer _renderer;
    private readonly List<LiveMessage> _messages = [];

    internal LivePush(Topic topic, string actor, IServiceProvider services, FragmentRenderer renderer, CancellationToken cancel)
    {
        Topic = topic;
        Actor = actor;
        Services = services;
        _renderer = renderer;
        Cancel = cancel;
    }

    /// <summary>The topic whose listeners receive this.</summary>
    public Topic Topic { get; }

    /// <summary>Name of who caused the change.</summary>
    public string Actor { get; }

    /// <summary>Services, for the stores that a rule reads from.</summary>
    public IServiceProvider Services { get; }

    /// <summary>Signalled when nobody listens any more or the host stops.</summary>
    public CancellationToken Cancel { get; }

    /// <summary>What a <see cref="TopicKind.Signalled"/> or <see cref="TopicKind.Greeting"/> rule remembers of its topic.</summary>
    public object? State { get; set; }

    internal IReadOnlyList<LiveMessage> Messages => _messages;

    /// <summary>Replaces the element with this id by a component, wherever a page shows it; elsewhere it is ignored.</summary>
    /// <param name="id">DOM id: letters, digits, <c>_ - .</c>. Anything else throws, since a bad selector would break the page's stream.</param>
    /// <param name="parameters">Names and values of the component's parameters.</param>
    public async ValueTask Replace<TComponent>(string id, params (string Name, object? Value)[] parameters) where TComponent : IComponent
    {
        DomId.Check(id);
        var html = await _renderer.Render<TComponent>(parameters).ConfigureAwait(false);
        _messages.Add(new(null, $"<hx-partial hx-target=\"#{id}\" hx-swap=\"outerMorph\">{html}</hx-partial>"));
    }

    /// <summary>Tells the region with this id to fetch itself again (debounced in the browser).</summary>
    public void Refresh(string id)
    {
        DomId.Check(id);
        _messages.Add(new("refresh", id));
    }

    /// <summary>Sends JSON to the scripts of the page, which hear it as the DOM event <paramref name="name"/>.</summary>
    /// <param name="name">Event name, lower-case letters and hyphens.</param>
    /// <param name="value">Serialised with snake_case names; NaN and infinities become strings.</param>
    public void Data(string name, object value) =>
        _messages.Add(new(name, JsonSerializer.Serialize(value, LiveJson.Options)));
}

internal readonly record struct LiveMessage(string? Event, string Data);

/// <summary>JSON as the live stream carries it.</summary>
public static class LiveJson
{
    /// <summary>snake_case names, NaN and infinities as strings, non-ASCII kept.</summary>
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
