using System.Collections.Frozen;

namespace Crucible.Ui;

/// <summary>The drawings behind <see cref="Icon"/>: 16 by 16, strokes of 1.5, no fill unless stated.</summary>
public static class Icons
{
    /// <summary>Names of every icon, in alphabetical order; <c>/ui</c> shows them.</summary>
    public static IReadOnlyList<string> Names => field ??= [.. Paths.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The inner SVG of an icon; a plain ring for a name that does not exist.</summary>
    public static string Drawing(string name) => Paths.GetValueOrDefault(name) ?? Paths["st-default"];

    private static readonly FrozenDictionary<string, string> Paths = new Dictionary<string, string>
    {
        ["archive"] = "<path d='M2.5 3h11v3h-11zM3.5 6v7h9V6M6.5 8.75h3'/>",
        ["arrow-down"] = "<path d='M8 3v10M4 9l4 4 4-4'/>",
        ["bell"] = "<path d='M4 11V7.2a4 4 0 0 1 8 0V11l1.2 1.5H2.8zM6.7 14h2.6'/>",
        ["board"] = "<rect x='2' y='2.5' width='12' height='9' rx='1.5'/><path d='m5 8.5 2-2 1.5 1.5L11 5.5M8 11.5V14'/>",
        ["brand"] = "<path d='M2.5 4.5h11l-1.6 7.2A2.3 2.3 0 0 1 9.7 13.5H6.3a2.3 2.3 0 0 1-2.2-1.8z'/><path d='M5 8.5c1.2-1 2 .9 3 .2s1.7-.9 3-.2'/><path d='M8 1v1.5M5.5 1.7v.8M10.5 1.7v.8'/>",
        ["cast"] = "<circle cx='8' cy='8' r='1.75'/><path d='M4.6 11.4a4.8 4.8 0 0 1 0-6.8M11.4 4.6a4.8 4.8 0 0 1 0 6.8M2.5 13.5a7.8 7.8 0 0 1 0-11M13.5 2.5a7.8 7.8 0 0 1 0 11'/>",
        ["chart"] = "<path d='M2.5 2.5v11h11M5 10l2.5-3 2 1.8L13 4.5'/>",
        ["chat"] = "<path d='M2.5 3h11v8h-6L4 13.5V11H2.5z'/>",
        ["check"] = "<path d='m3 8.5 3.2 3.2L13 5'/>",
        ["clock"] = "<circle cx='8' cy='8' r='5.75'/><path d='M8 4.75V8l2.25 1.5'/>",
        ["columns"] = "<rect x='2' y='2.5' width='12' height='11' rx='1.5'/><path d='M6 2.5v11M10 2.5v11'/>",
        ["compare"] = "<path d='M5.5 2.5v11M10.5 2.5v11M2.5 5.5h3M10.5 8h3M2.5 10.5h3'/>",
        ["copy"] = "<rect x='5.5' y='5.5' width='8' height='8' rx='1.5'/><path d='M10.5 3.5v-.2A.8.8 0 0 0 9.7 2.5H3.3a.8.8 0 0 0-.8.8v6.4a.8.8 0 0 0 .8.8h.2'/>",
        ["cube"] = "<path d='m8 1.75 5.5 3v6.5L8 14.25l-5.5-3v-6.5zM2.5 4.75 8 7.9l5.5-3.15M8 7.9v6.35'/>",
        ["down"] = "<path d='m4 6 4 4 4-4'/>",
        ["download"] = "<path d='M8 2.5v8M4.5 7.5 8 11l3.5-3.5M3 13.5h10'/>",
        ["edit"] = "<path d='m10.5 3 2.5 2.5-7.5 7.5H3v-2.5zM9 4.5 11.5 7'/>",
        ["expand"] = "<path d='M9.5 2.5h4v4M6.5 13.5h-4v-4M13.5 2.5l-4.5 4.5M2.5 13.5 7 9'/>",
        ["eye"] = "<path d='M1.75 8S4 3.75 8 3.75 14.25 8 14.25 8 12 12.25 8 12.25 1.75 8 1.75 8Z'/><circle cx='8' cy='8' r='1.75'/>",
        ["file"] = "<path d='M4 2h5l3.5 3.5V14H4zM9 2v3.5h3.5'/>",
        ["filter"] = "<path d='M2.5 3h11L9.5 8v4.5L6.5 13.5V8z'/>",
        ["flask"] = "<path d='M6 2h4M6.75 2v4.2L3.2 12.4A1.1 1.1 0 0 0 4.2 14h7.6a1.1 1.1 0 0 0 1-1.6L9.25 6.2V2M5 10h6'/>",
        ["folder"] = "<path d='M2 4.5a1 1 0 0 1 1-1h3.2l1.5 1.5H13a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1z'/>",
        ["gear"] = "<circle cx='8' cy='8' r='2'/><path d='M8 1.75v2M8 12.25v2M1.75 8h2M12.25 8h2M3.6 3.6 5 5M11 11l1.4 1.4M3.6 12.4 5 11M11 5l1.4-1.4'/>",
        ["grip"] = "<path d='M6 4h.01M10 4h.01M6 8h.01M10 8h.01M6 12h.01M10 12h.01' stroke-width='2'/>",
        ["group"] = "<path d='M2.5 3.5h11M5.5 8h8M5.5 12.5h8M2.5 6.5v6'/>",
        ["home"] = "<path d='M2.5 7.5 8 2.75l5.5 4.75M4 6.5v7h3V10h2v3.5h3v-7'/>",
        ["info"] = "<circle cx='8' cy='8' r='5.75'/><path d='M8 7.5v3.5M8 5.2h.01'/>",
        ["jobs"] = "<path d='M2.5 5.5h11M2.5 10.5h11'/><rect x='2.5' y='2.5' width='11' height='11' rx='1.5'/>",
        ["key"] = "<circle cx='5' cy='11' r='2.5'/><path d='m6.8 9.2 6.2-6.2M10.5 5.5 12.5 7.5M8.7 7.3l1.3 1.3'/>",
        ["keyboard"] = "<rect x='1.5' y='4' width='13' height='8' rx='1.5'/><path d='M4 6.5h.01M6.7 6.5h.01M9.3 6.5h.01M12 6.5h.01M5 9.5h6'/>",
        ["left"] = "<path d='m10 4-4 4 4 4'/>",
        ["link"] = "<path d='M6.8 9.2a2.6 2.6 0 0 0 3.7 0l2.2-2.2a2.6 2.6 0 0 0-3.7-3.7l-.8.8M9.2 6.8a2.6 2.6 0 0 0-3.7 0L3.3 9A2.6 2.6 0 0 0 7 12.7l.8-.8'/>",
        ["moon"] = "<path d='M13.2 9.6A5.6 5.6 0 0 1 6.4 2.8a5.6 5.6 0 1 0 6.8 6.8z'/>",
        ["more"] = "<path d='M3.5 8h.01M8 8h.01M12.5 8h.01' stroke-width='2.4'/>",
        ["out"] = "<path d='M6.5 2.5h-3a1 1 0 0 0-1 1v9a1 1 0 0 0 1 1h3M10.5 11 13.5 8l-3-3M13.5 8h-7.5'/>",
        ["pause"] = "<path d='M5.5 3.5v9M10.5 3.5v9'/>",
        ["pin"] = "<path d='M9.5 2 14 6.5l-2.5.8L8.7 10l-.4 3L3 7.7l3-.4 2.7-2.8zM5.5 10.5 2 14'/>",
        ["pipe"] = "<circle cx='3.5' cy='4' r='1.75'/><circle cx='3.5' cy='12' r='1.75'/><circle cx='12.5' cy='8' r='1.75'/><path d='M5.25 4h2c1.5 0 1.6 4 3.5 4M5.25 12h2c1.5 0 1.6-4 3.5-4'/>",
        ["play"] = "<path d='M4.5 3v10l8-5z'/>",
        ["plug"] = "<path d='M5.5 2v3M10.5 2v3M4 5h8v2.5a4 4 0 0 1-8 0zM8 11.5V14'/>",
        ["plus"] = "<path d='M8 3v10M3 8h10'/>",
        ["refresh"] = "<path d='M13 8a5 5 0 1 1-1.5-3.6M13 2.5v2.7h-2.7'/>",
        ["right"] = "<path d='m6 4 4 4-4 4'/>",
        ["screen"] = "<rect x='2' y='3' width='12' height='8' rx='1.2'/><path d='M6 13.5h4M8 11v2.5'/>",
        ["search"] = "<circle cx='7' cy='7' r='4.25'/><path d='m10.5 10.5 3 3'/>",
        ["side"] = "<rect x='2' y='2.5' width='12' height='11' rx='1.5'/><path d='M6 2.5v11'/>",
        ["sort"] = "<path d='M5 3v10M2.5 10.5 5 13l2.5-2.5M9 4h5M9 8h3.5M9 12h2'/>",
        ["st-cancelled"] = "<circle cx='8' cy='8' r='5.75'/><path d='M5.2 8h5.6'/>",
        ["st-completed"] = "<circle cx='8' cy='8' r='5.75'/><path d='m5.5 8.2 1.8 1.8 3.2-3.6'/>",
        ["st-default"] = "<circle cx='8' cy='8' r='5.25'/>",
        ["st-failed"] = "<circle cx='8' cy='8' r='5.75'/><path d='m6 6 4 4M10 6l-4 4'/>",
        ["st-lost"] = "<circle cx='8' cy='8' r='5.75' stroke-dasharray='4.5 1.6'/><path d='M6.4 6.5a1.65 1.65 0 1 1 2.4 1.5c-.5.25-.8.6-.8 1.05M8 11h.01'/>",
        ["st-pending"] = "<circle cx='8' cy='8' r='5.25' stroke-dasharray='2.2 2.2'/>",
        ["st-running"] = "<circle cx='8' cy='8' r='5.25'/><circle cx='8' cy='8' r='2.25' fill='currentColor' stroke='none'/>",
        ["star"] = "<path d='m8 2 1.8 3.8 4.2.6-3 2.9.7 4.1L8 11.4l-3.7 2 .7-4.1-3-2.9 4.2-.6z'/>",
        ["stop"] = "<rect x='4' y='4' width='8' height='8' rx='1'/>",
        ["sun"] = "<circle cx='8' cy='8' r='2.75'/><path d='M8 1.5v1.25M8 13.25v1.25M1.5 8h1.25M13.25 8h1.25M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9'/>",
        ["table"] = "<rect x='2' y='3' width='12' height='10' rx='1.5'/><path d='M2 6.5h12M2 9.75h12M6.5 6.5V13'/>",
        ["tag"] = "<path d='M2.5 2.5h5l6 6-5 5-6-6zM5.25 5.25h.01'/>",
        ["theme"] = "<circle cx='8' cy='8' r='5.5'/><path d='M8 2.5a5.5 5.5 0 0 1 0 11z' fill='currentColor' stroke='none'/>",
        ["trace"] = "<path d='M2 4h7M4 8h8M7 12h7'/>",
        ["trash"] = "<path d='M2.5 4.5h11M6 4.5v-2h4v2M4 4.5l.6 9h6.8l.6-9M6.7 7v4M9.3 7v4'/>",
        ["undo"] = "<path d='M6 3 2.5 6.5 6 10M2.5 6.5h7a4 4 0 0 1 0 7H7'/>",
        ["up"] = "<path d='M8 13V3M4 7l4-4 4 4'/>",
        ["user"] = "<circle cx='8' cy='5.5' r='2.75'/><path d='M2.75 13.75c.5-2.8 2.6-4.25 5.25-4.25s4.75 1.45 5.25 4.25'/>",
        ["users"] = "<circle cx='6' cy='5.5' r='2.5'/><path d='M1.5 13.5c.4-2.6 2.2-4 4.5-4s4.1 1.4 4.5 4M10.5 3.2a2.5 2.5 0 0 1 0 4.6M12.2 9.9c1.3.5 2.1 1.8 2.3 3.6'/>",
        ["warn"] = "<path d='M8 2.25 14.5 13.5h-13zM8 6.5v3.25M8 11.75h.01'/>",
        ["x"] = "<path d='m4 4 8 8M12 4l-8 8'/>",
    }.ToFrozenDictionary();
}
