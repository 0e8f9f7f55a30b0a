using Crucible.Host.People;
using Crucible.Ui;

namespace Crucible.Host.Pages.Account;

/// <summary>The pages of one's own account, in the order of their tabs.</summary>
internal static class AccountTabs
{
    public static IReadOnlyList<Tab> For(string path, PeopleOptions options) =>
    [
        new("Profile", "/account", path == "/account", Icon: "user"),
        new("Two-factor", "/account/two-factor", path == "/account/two-factor", Icon: "key"),
        new("API tokens", "/account/tokens", path == "/account/tokens", Icon: "plug"),
        .. options.OAuth.Count > 0 ? [new Tab("Sign-in accounts", "/account/connections", path == "/account/connections", Icon: "link")] : Array.Empty<Tab>(),
    ];
}
