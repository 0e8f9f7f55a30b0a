using Crucible.Host.Notices;
using Crucible.Ui;
using Microsoft.AspNetCore.Mvc;

namespace Crucible.Host.Pages.Account;

/// <summary>Marks one notice read, or all of them.</summary>
internal sealed class NoticesReadModel(NoticeListStore notices) : AccountPage
{
    public IActionResult OnGet() => LocalRedirect("/account/notices");

    public async Task<IActionResult> OnPost(long? id, string? returnUrl, CancellationToken cancel)
    {
        await notices.Read(Actor, PersonId, id, cancel);
        return Request.Headers.ContainsKey("HX-Request") ? new ComponentResult<Bell>((nameof(Bell.View), await notices.Bell(PersonId, null, cancel)))
            : LocalRedirect(Url.IsLocalUrl(returnUrl) ? returnUrl : "/account/notices");
    }
}
