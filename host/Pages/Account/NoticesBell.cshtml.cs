using Crucible.Host.Notices;
using Crucible.Ui;
using Microsoft.AspNetCore.Mvc;

namespace Crucible.Host.Pages.Account;

/// <summary>The bell alone, fetched by pages that heard that it is old.</summary>
internal sealed class NoticesBellModel(NoticeListStore notices) : AccountPage
{
    public async Task<IActionResult> OnGet(CancellationToken cancel) =>
        new ComponentResult<Bell>((nameof(Bell.View), await notices.Bell(PersonId, null, cancel)));
}
