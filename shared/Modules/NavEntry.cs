using Crucible.Live;
using Crucible.People;

namespace Crucible.Modules;

/// <summary>An entry of the left rail.</summary>
/// <param name="Title">Sentence case, one or two words.</param>
/// <param name="Url">Absolute path of the page; the entry is current for every page below it.</param>
/// <param name="Icon">Name of an icon of the sprite, as listed at <c>/ui</c>.</param>
/// <param name="Order">Smaller is higher; the built-in plugins use 100, 200, ….</param>
public sealed record NavEntry(string Title, string Url, string Icon, int Order = 1000)
{
    /// <summary>The permission without which the entry is not shown; null shows it to everyone signed in.</summary>
    public string? Permission { get; init; }

    /// <summary>Counts what stands beside the title for this actor; null shows nothing. Called for every page, so keep it under a millisecond.</summary>
    public Func<IServiceProvider, Actor, CancellationToken, ValueTask<NavBadge?>>? Badge { get; init; }

    /// <summary>The DOM id under which a plugin's live rules refresh its badge: <c>push.Refresh(NavEntry.BadgeId("experiments"))</c>.</summary>
    public static string BadgeId(string plugin) => $"nav-{plugin}-badge";

    /// <summary>The topics whose news make the badge stale, for this actor.</summary>
    public Func<Actor, IEnumerable<Topic>>? BadgeTopics { get; init; }
}

/// <summary>A count beside a navigation entry.</summary>
/// <param name="Text">Short: <c>5</c>, <c>1.2k</c>, <c>on air</c>.</param>
/// <param name="Status">One of the five statuses, which colours a dot; null for a plain count.</param>
public sealed record NavBadge(string Text, string? Status = null);

/// <summary>A tile of the home page.</summary>
/// <param name="Id">DOM id of the tile's element, unique over all plugins: <c>experiments-tile</c>.</param>
/// <param name="Title">Heading of the tile.</param>
/// <param name="Url">Where its heading leads.</param>
/// <param name="Component">A Razor component with one parameter, <c>Model</c>.</param>
/// <param name="Load">Loads that parameter for this actor.</param>
public sealed record HomeTile(string Id, string Title, string Url, Type Component,
    Func<IServiceProvider, Actor, CancellationToken, Task<object>> Load)
{
    /// <summary>Smaller is earlier.</summary>
    public int Order { get; init; } = 1000;

    /// <summary>The topics whose news make the tile fetch itself again.</summary>
    public Func<Actor, IEnumerable<Topic>>? Topics { get; init; }
}

/// <summary>A permission that a plugin declares.</summary>
/// <param name="Name"><c>plugin.verb</c>.</param>
/// <param name="Least">The least role that has it.</param>
/// <param name="What">What it allows, in words.</param>
public sealed record Permission(string Name, Role Least, string What);
