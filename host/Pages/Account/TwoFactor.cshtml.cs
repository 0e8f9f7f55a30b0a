using System.Security.Cryptography;
using Crucible.Host.People;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Mvc;

namespace Crucible.Host.Pages.Account;

/// <summary>Two-factor by authenticator app: set up, recovery codes, off. A key is kept once a code of it was right, not before.</summary>
internal sealed class TwoFactorModel(Accounts accounts, PersonStore persons, PresentPassword present, IDataProtectionProvider protection) : AccountPage
{
    private static readonly TimeSpan SetupLife = TimeSpan.FromMinutes(20);
    private readonly ITimeLimitedDataProtector _seal = protection.CreateProtector("crucible.two-factor.setup").ToTimeLimitedDataProtector();

    public Person Person { get; private set; } = null!;
    public int CodesLeft { get; private set; }

    /// <summary>The key that is being set up; null otherwise.</summary>
    public string? Key { get; private set; }

    /// <summary>Recovery codes to be shown this once.</summary>
    public IReadOnlyList<string> FreshCodes { get; private set; } = [];

    public QrPicture Picture => QrPicture.Of($"otpauth://totp/{Uri.EscapeDataString($"Crucible:{Person.UserName}")}?secret={Key}&issuer=Crucible&algorithm=SHA1&digits={TimeCodes.Digits}&period=30");

    /// <summary>The key on its way to the app and back, sealed for this person: nothing is stored for a set-up that nobody finishes.</summary>
    [BindProperty]
    public string? Setup { get; set; }

    [BindProperty]
    public string? Code { get; set; }

    [BindProperty]
    public string? Current { get; set; }

    public async Task<IActionResult> OnGet(CancellationToken cancel) => await Show(cancel);

    public async Task<IActionResult> OnPostBegin(CancellationToken cancel)
    {
        Key = TimeCodes.NewKey();
        Setup = _seal.Protect($"{PersonId} {Key}", SetupLife);
        return await Show(cancel);
    }

    public async Task<IActionResult> OnPostTurnOn(CancellationToken cancel)
    {
        Key = Open();
        if (Key is null)
            return await Refuse(nameof(Code), "This set-up is too old. Begin again.", cancel);
        var person = await Me(cancel);
        if (person.TwoFactor)
            return LocalRedirect("/account/two-factor");
        if (await present.Fault(HttpContext, person, Current) is { } wrong)
            return await Refuse(nameof(Current), wrong, cancel);
        if (await accounts.TurnOnTwoFactor(Actor, person, Key, Code ?? "") is not { } codes)
            return await Refuse(nameof(Code), "This code is not right, or was used before. Wait for the next one, and see that the clock of your phone is right.", cancel);
        return await Begin(person, codes, cancel);
    }

    public async Task<IActionResult> OnPostRenew(CancellationToken cancel)
    {
        var person = await Me(cancel);
        if (!person.TwoFactor)
            return LocalRedirect("/account/two-factor");
        if (await present.Fault(HttpContext, person, Current) is { } wrong)
            return await Refuse(nameof(Current), wrong, cancel);
        FreshCodes = await accounts.RenewRecoveryCodes(Actor, person);
        return await Show(cancel);
    }

    public async Task<IActionResult> OnPostTurnOff(CancellationToken cancel)
    {
        var person = await Me(cancel);
        if (await present.Fault(HttpContext, person, Current) is { } wrong)
            return await Refuse(nameof(Current), wrong, cancel);
        await accounts.TurnOffTwoFactor(Actor, person);
        new Crucible.Ui.Toast("Two-factor is off. Your other sessions have ended.").Say(HttpContext);
        await Principals.Begin(HttpContext, person, "two-factor off");
        return LocalRedirect("/account/two-factor");
    }

    // The new stamp has ended every session, this one too. The page itself is the answer: the codes are kept nowhere.
    private async Task<IActionResult> Begin(Person person, IReadOnlyList<string> codes, CancellationToken cancel)
    {
        await Principals.Begin(HttpContext, person, "two-factor on");
        (Key, FreshCodes) = (null, codes);
        return await Show(cancel);
    }

    private string? Open()
    {
        try
        {
            return Setup is { Length: < 1000 } && _seal.Unprotect(Setup).Split(' ') is [var whose, var key] && whose == PersonId.ToString() ? key : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private async Task<IActionResult> Refuse(string field, string why, CancellationToken cancel)
    {
        ModelState.AddModelError(field, why);
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return await Show(cancel);
    }

    private async Task<Person> Me(CancellationToken cancel) => (await persons.Find(PersonId, cancel))!;

    private async Task<IActionResult> Show(CancellationToken cancel)
    {
        Person = await Me(cancel);
        CodesLeft = Person.TwoFactor ? await accounts.CountRecoveryCodesAsync(Person) : 0;
        return Page();
    }
}
