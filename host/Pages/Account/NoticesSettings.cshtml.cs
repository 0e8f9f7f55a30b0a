using System.Net.Mail;
using Crucible.Host.Mail;
using Crucible.Host.Notices;
using Crucible.Host.Push;
using Crucible.Notices;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace Crucible.Host.Pages.Account;

/// <summary>Which kinds of notice reach a person behind the bell, in browsers and by mail, and which browsers and where mails go.</summary>
internal sealed class NoticesSettingsModel(NoticeKinds kinds, NoticeChoiceStore choices, MailAddressStore addresses, MailStore mails, PushStore pushes, PushKeyStore keys, IOptions<PushOptions> push) : AccountPage
{
    public IReadOnlyList<(string Plugin, NoticeKind Kind, NoticeChoice Choice)> Rows { get; private set; } = [];
    public MailAddresses Mail { get; private set; } = new(null, null);
    public bool MailOffered => mails.Offered;
    public bool PushOffered => pushes.Offered;
    public IReadOnlyList<PushBrowser> Browsers { get; private set; } = [];
    public string PushKey { get; private set; } = "";
    public string SessionId => Proof.Id;
    public bool PushHere => Browsers.Any(b => b.SessionId == Proof.Id);

    [BindProperty(SupportsGet = true)]
    public string? Done { get; set; }

    [BindProperty]
    public string? Address { get; set; }

    [BindProperty]
    public string[] Bell { get; set; } = [];

    [BindProperty]
    public string[] ByMail { get; set; } = [];

    [BindProperty]
    public string[] ByPush { get; set; } = [];

    public async Task OnGet(CancellationToken cancel) => await Load(cancel);

    public async Task<IActionResult> OnPostChoices(CancellationToken cancel)
    {
        var before = await choices.Of(PersonId, cancel);
        await choices.Set(PersonId, [.. kinds.For(Actor).Select(k => k.Kind).Select(k => new NoticeChoice(k.Id, k.Always || Bell.Contains(k.Id),
            // Without a mail server the form has no such column: what was chosen stays.
            mails.Offered ? ByMail.Contains(k.Id) : before.GetValueOrDefault(k.Id)?.Mail ?? k.Mail,
            pushes.Offered ? ByPush.Contains(k.Id) : before.GetValueOrDefault(k.Id)?.Push ?? true))], cancel);
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

    /// <summary>This browser is to be notified. Asked for by its script.</summary>
    public async Task<IActionResult> OnPostSubscribe(string? endpoint, string? p256dh, string? auth, CancellationToken cancel)
    {
        if (!pushes.Offered)
            return NotFound();
        if (!push.Value.Admits(endpoint) || Bytes(p256dh) is not { } key || Bytes(auth) is not { } secret || !PushMessage.AreKeys(key, secret))
            return Unprocessable("That is no subscription this server can send to.");
        return await pushes.Add(Actor, Proof.Id, endpoint!, key, secret, cancel) ? new StatusCodeResult(204) : Unprocessable("Twenty browsers are notified already. Remove one first.");
    }

    /// <summary>A browser is to be left alone: this one, by its address, or one of the list.</summary>
    public async Task<IActionResult> OnPostUnsubscribe(string? endpoint, Guid? browser, CancellationToken cancel)
    {
        await pushes.Remove(Actor, browser, endpoint, cancel);
        return browser is null ? new StatusCodeResult(204) : LocalRedirect("/account/notices/settings?done=quiet");
    }

    private static byte[]? Bytes(string? text)
    {
        try
        {
            return text is { Length: > 0 and < 200 } ? System.Buffers.Text.Base64Url.DecodeFromChars(text) : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static ContentResult Unprocessable(string why) => new() { StatusCode = 422, Content = why, ContentType = "text/plain; charset=utf-8" };

    private async Task Load(CancellationToken cancel)
    {
        var chosen = await choices.Of(PersonId, cancel);
        Rows = [.. kinds.For(Actor).Where(k => MailOffered || !k.Kind.MailOnly).Select(k => (k.Plugin, k.Kind, chosen.GetValueOrDefault(k.Kind.Id) ?? new(k.Kind.Id, true, k.Kind.Mail)))];
        if (PushOffered)
            (Browsers, PushKey) = (await pushes.Of(PersonId, cancel), await keys.Public(cancel));
        if (MailOffered)
            Mail = await addresses.Of(PersonId, cancel);
    }
}
