using Crucible.People;

namespace Crucible.Search;

/// <summary>Something to do, offered by the palette.</summary>
/// <param name="Title">The verb and its object, in sentence case: <c>Invite a person</c>.</param>
/// <param name="Url">Absolute path: the page where it is done, or where it posts.</param>
/// <param name="Icon">A name of <see cref="Crucible.Ui.Icons.Names"/>.</param>
/// <param name="Permission">The permission without which it is not offered; null offers it to everyone signed in.</param>
/// <param name="Post">Chosen, it posts to the address with an antiforgery token; otherwise the address is a page.</param>
/// <param name="Keys">The keys that do the same where they are pressed outside the palette: <c>G J</c>.</param>
public sealed record PaletteAction(string Title, string Url, string Icon, string? Permission = null, bool Post = false, string? Keys = null)
{
    /// <summary>Further permissions without which it is not offered: those of the page where it is done.</summary>
    public IReadOnlyList<string> Needs { get; init; } = [];

    /// <summary>Whom it is offered to, beyond the permission: <c>actor => actor.Role >= Role.Member</c>; null is everyone.</summary>
    public Func<Actor, bool>? To { get; init; }

    /// <summary>Further words it is found by: <c>log out</c> for "Sign out".</summary>
    public string? Also { get; init; }
}
