using Crucible.Live;
using Crucible.Modules;
using Microsoft.AspNetCore.Http;

namespace Crucible.Ui;

/// <summary>
/// What the frame around a page shows. The host makes one for each request and fills in who is there and what the rail
/// holds; the page adds its title, its crumbs and what it listens to; the layout draws it.
/// </summary>
public sealed class Shell
{
    private readonly Dictionary<Topic, long> _after = [];

    /// <summary>The page's name, for the browser's tab; the last crumb when not set.</summary>
    public string? Title { get; set; }

    /// <summary>Where the page is, from the outermost to itself.</summary>
    public List<Crumb> Crumbs { get; } = [];

    /// <summary>Entries of the rail, in order. The first four stand in the tab bar of a phone.</summary>
    public List<NavItem> Nav { get; } = [];

    /// <summary>Entries at the foot of the rail: admin, interface kit.</summary>
    public List<NavItem> End { get; } = [];

    /// <summary>Path of the page, by which the rail marks its entry.</summary>
    public string Path { get; set; } = "/";

    /// <summary>Who is signed in; null draws no account menu and no rail entries.</summary>
    public string? PersonName { get; set; }

    /// <summary>Their sign-in name.</summary>
    public string? UserName { get; set; }

    /// <summary><c>auto</c>, <c>dark</c> or <c>light</c>.</summary>
    public string Theme { get; set; } = "auto";

    /// <summary>The width of the rail: <c>auto</c> by the width of the window, <c>wide</c> or <c>narrow</c>.</summary>
    public string Rail { get; set; } = "auto";

    /// <summary>Further entries of the account menu: profile, tokens.</summary>
    public List<NavItem> Account { get; } = [];

    /// <summary>Answers the command palette, and is the page of search without script.</summary>
    public string SearchUrl { get; set; } = "/search";

    /// <summary>Notifications; null draws no bell.</summary>
    public BellView? Bell { get; set; }

    /// <summary>Where the sign-out button posts.</summary>
    public string SignOutUrl { get; set; } = "/account/sign-out";

    /// <summary>Style sheets after the house's own; a plugin's pages add theirs: <c>/assets/experiments/experiments.css</c>.</summary>
    public List<string> Styles { get; } = [];

    /// <summary>Scripts after the house's own, loaded as modules.</summary>
    public List<string> Scripts { get; } = [];

    /// <summary>Appended to the house's own assets as <c>?v=</c>, so that a new release is seen at once.</summary>
    public string? Version { get; set; }

    /// <summary>What the page listens to.</summary>
    public List<Topic> Topics { get; } = [];

    /// <summary>How far the page has come in those topics.</summary>
    public Cursor After => new(_after);

    /// <summary>Seconds between two beats of the stream.</summary>
    public int Beat { get; set; } = 10;

    /// <summary>Stays connected while nobody sees the tab.</summary>
    public bool Screen { get; set; }

    /// <summary>The shell of a request; made when first asked for.</summary>
    public static Shell Of(HttpContext http)
    {
        if (http.Features.Get<Shell>() is { } shell) return shell;
        shell = new() { Path = http.Request.Path.Value ?? "/" };
        http.Features.Set(shell);
        return shell;
    }

    /// <summary>Names the page and says where it is: <c>shell.Page("Reranker", ("Experiments", "/experiments"))</c>.</summary>
    public Shell Page(string title, params (string Title, string Url)[] above)
    {
        Title = title;
        Crumbs.Clear();
        Crumbs.AddRange(above.Select(a => new Crumb(a.Title, a.Url)));
        Crumbs.Add(new(title));
        return this;
    }

    /// <summary>Adds a style sheet once.</summary>
    public Shell Style(string url)
    {
        if (!Styles.Contains(url)) Styles.Add(url);
        return this;
    }

    /// <summary>
    /// Listens to topics. The cursor has to be read before the page's queries, so that nothing falls between what is
    /// drawn and what is heard. May be called more than once; the smaller position of a topic counts.
    /// </summary>
    public Shell Listen(Cursor after, params IEnumerable<Topic> topics)
    {
        foreach (var topic in topics)
        {
            if (!Topics.Contains(topic)) Topics.Add(topic);
            if (after.Positions.TryGetValue(topic, out var seq))
                _after[topic] = _after.TryGetValue(topic, out var before) ? Math.Min(before, seq) : seq;
        }
        return this;
    }

    /// <summary>Whether an entry leads to this page or to one above it, and no other entry does so more closely.</summary>
    public bool IsCurrent(NavItem item) =>
        Covers(item.Url) && !Nav.Concat(End).Any(other => other.Url.Length > item.Url.Length && Covers(other.Url));

    private bool Covers(string url) =>
        Path.Equals(url, StringComparison.OrdinalIgnoreCase)
        || (url.Length > 1 && Path.StartsWith(url.TrimEnd('/') + "/", StringComparison.OrdinalIgnoreCase));
}

/// <summary>A step of the way to a page.</summary>
/// <param name="Title">Its name.</param>
/// <param name="Url">Where it is; null for the page itself.</param>
public sealed record Crumb(string Title, string? Url = null);

/// <summary>An entry of the rail or of the account menu.</summary>
/// <param name="Title">One or two words.</param>
/// <param name="Url">Where it leads.</param>
/// <param name="Icon">A name of <see cref="Icons.Names"/>.</param>
public sealed record NavItem(string Title, string Url, string Icon)
{
    /// <summary>A count beside the title.</summary>
    public NavBadge? Badge { get; init; }

    /// <summary>DOM id of the badge, which a <c>refresh</c> message names: <c>nav-experiments-badge</c>. Null for an entry without one.</summary>
    public string? BadgeId { get; init; }

    /// <summary>Answers with a fresh <see cref="NavCount"/> of this entry.</summary>
    public string? BadgeUrl { get; init; }
}
