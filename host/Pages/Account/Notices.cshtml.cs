using Crucible.Host.Notices;
using Crucible.Ui;
using Microsoft.AspNetCore.Mvc;

namespace Crucible.Host.Pages.Account;

/// <summary>All of a person's notices, the newest first.</summary>
internal sealed class NoticesModel(NoticeListStore notices) : AccountPage
{
    [BindProperty(SupportsGet = true)]
    public string? Show { get; set; }

    [BindProperty(SupportsGet = true)]
    public long? Before { get; set; }

    public IReadOnlyList<NoticeLine> Lines { get; private set; } = [];
    public string? Older { get; private set; }
    public bool Unread => Show == "unread";
    public bool AnyUnread => Lines.Any(l => l.ReadAt is null);
    public string First => Unread ? "/account/notices?show=unread" : "/account/notices";
    public string Here => Before is null ? First : At(Before.Value);
    public IReadOnlyList<Tab> Tabs => [new("All", "/account/notices", !Unread), new("Unread", "/account/notices?show=unread", Unread)];

    public async Task OnGet(CancellationToken cancel)
    {
        var found = await notices.Page(PersonId, Before, Unread, cancel);
        Lines = [.. found.Take(NoticeListStore.PageSize)];
        Older = found.Count > NoticeListStore.PageSize ? At(Lines[^1].Id) : null;
    }

    private string At(long before) => $"/account/notices?{(Unread ? "show=unread&" : "")}before={before}";
}
