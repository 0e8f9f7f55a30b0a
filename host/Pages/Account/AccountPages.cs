using Crucible.Host.People;
using Crucible.Ui;

namespace Crucible.Host.Pages.Account;

/// <summary>A page of one's own account.</summary>
/// <param name="Name">What it is called by itself.</param>
/// <param name="Url">Its address.</param>
/// <param name="Icon">Beside its name.</param>
/// <param name="Tab">What its tab is called; null when it has none.</param>
/// <param name="Also">Further words by which the palette finds it.</param>
internal sealed record OwnPage(string Name, string Url, string Icon, string? Tab, string? Also = null);

/// <summary>The pages of one's own account, in the order of their tabs; tabs and palette are made from it.</summary>
internal static class AccountPages
{
    public static IReadOnlyList<OwnPage> Of(PeopleOptions options) =>
    [
        new("Account", "/account", "user", "Profile", "password theme profile sessions"),
        new("Two-factor", "/account/two-factor", "key", "Two-factor", "authenticator recovery codes"),
        new("API tokens", "/account/tokens", "plug", "API tokens"),
        .. options.OAuth.Count > 0 ? [new OwnPage("Sign-in accounts", "/account/connections", "link", "Sign-in accounts")] : Array.Empty<OwnPage>(),
        new("Notifications", "/account/notices", "bell", null),
        new("Notification settings", "/account/notices/settings", "bell", null, "mail digest"),
    ];

    public static IReadOnlyList<Tab> Tabs(string path, PeopleOptions options) =>
        [.. Of(options).Where(p => p.Tab is not null).Select(p => new Tab(p.Tab!, p.Url, path == p.Url, Icon: p.Icon))];
}
