using System.Net.Mail;
using Crucible.Host.Mail;
using Crucible.Host.Notices;
using Crucible.Notices;
using Microsoft.AspNetCore.Mvc;

namespace Crucible.Host.Pages.Account;

/// <summary>Which kinds of notice reach a person behind the bell and by mail, and where mails go.</summary>
internal sealed class NoticesSettingsModel(NoticeKinds kinds, NoticeChoiceStore choices, MailAddressStore addresses, MailStore mails) : AccountPage
{
    public IReadOnlyList<(string Plugin, NoticeKind Kind, NoticeChoice Choice)> Rows { get; private set; } = [];
    public MailAddresses Mail { get; private set; } = new(null, null);
    public bool MailOffered => mails.Offered;

    [BindProperty(SupportsGet = true)]
    public string? Done { get; set; }

    [BindProperty]
    public string? Address { get; set; }

    [BindProperty]
    public string[] Bell { get; set; } = [];

    [BindProperty]
    public string[] ByMail { get; set; } = [];

    public async Task OnGet(CancellationToken cancel) => await Load(cancel);

    public async Task<IActionResult> OnPostChoices(CancellationToken cancel)
    {
        var before = await choices.Of(PersonId, cancel);
        await choices.Set(PersonId, [.. kinds.For(Actor).Select(k => k.Kind).Select(k => new NoticeChoice(k.Id, k.Always || Bell.Contains(k.Id),
            // Without a mail server the form has no such column: what was chosen stays.
            mails.Offered ? ByMail.Contains(k.Id) : before.GetValueOrDefault(k.Id)?.Mail ?? k.Mail))], cancel);
        return LocalRedirect("/account/notices/settings?done=choices");
    }

    public async Task<IActionResult> OnPostMail(CancellationToken cancel)
    {
        if (!mails.Offered)
            return NotFound();
        var address = Address?.Trim() ?? "";
        if (address.Length > 254 || address.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)) || !MailAddress.TryCreate(address, out var read) || read.Address != address)
            ModelState.AddModelError(nameof(Address), "That is no mail address. Write it as ines@example.org.");
        else if (!await addresses.Ask(Actor, PersonId, address, cancel))
            ModelState.AddModelError(nameof(Address), "Three links were sent within an hour. Try again later.");
        else
            return LocalRedirect("/account/notices/settings?done=asked");
        await Load(cancel);
        return Refused();
    }

    public async Task<IActionResult> OnPostRemove(CancellationToken cancel)
    {
        await addresses.Remove(Actor, PersonId, cancel);
        return LocalRedirect("/account/notices/settings?done=removed");
    }

    private async Task Load(CancellationToken cancel)
    {
        var chosen = await choices.Of(PersonId, cancel);
        Rows = [.. kinds.For(Actor).Where(k => MailOffered || !k.Kind.MailOnly).Select(k => (k.Plugin, k.Kind, chosen.GetValueOrDefault(k.Kind.Id) ?? new(k.Kind.Id, true, k.Kind.Mail)))];
        if (MailOffered)
            Mail = await addresses.Of(PersonId, cancel);
    }
}
