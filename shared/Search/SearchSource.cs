using Crucible.People;

namespace Crucible.Search;

/// <summary>One kind of thing that the palette finds: experiments, runs, people.</summary>
/// <param name="Title">Heading of its group, one or two words in the plural.</param>
/// <param name="Icon">A name of <see cref="Crucible.Ui.Icons.Names"/>; what a hit without one is drawn with.</param>
/// <param name="Find">
/// Finds at most so many things that this actor may see. The text is trimmed and never empty. Sources are asked at the same
/// time, at every key; one that takes longer than 300 ms, or throws, is left out of the answer, which says so. The token is
/// signalled then, and when the next key is typed.
/// </param>
public sealed record SearchSource(string Title, string Icon,
    Func<IServiceProvider, Actor, string, int, CancellationToken, Task<IReadOnlyList<SearchHit>>> Find)
{
    /// <summary>The permission without which the source is not asked; null asks it for everyone signed in.</summary>
    public string? Permission { get; init; }

    /// <summary>
    /// What addresses that somebody chose before are called now. Addresses that are not of this source, lead to nothing any
    /// more or to something this actor may not see are left out. Null: what this source finds is not offered again under "Recent".
    /// </summary>
    public Func<IServiceProvider, Actor, IReadOnlyList<string>, CancellationToken, Task<IReadOnlyList<SearchHit>>>? Known { get; init; }
}

/// <summary>A thing that was found.</summary>
/// <param name="Title">Its name, by which the palette ranks it.</param>
/// <param name="Url">Absolute path of its page.</param>
public sealed record SearchHit(string Title, string Url)
{
    /// <summary>Where it is, or what state it is in; quiet, at the right.</summary>
    public string? Hint { get; init; }

    /// <summary>Another icon than its source's.</summary>
    public string? Icon { get; init; }

    /// <summary>What else it can be found by: an id, a sign-in name. Ranked like the title, a little lower.</summary>
    public string? Also { get; init; }
}
