using Crucible.Host.People;
using Microsoft.AspNetCore.Mvc;

namespace Crucible.Host.Pages.Account;

internal sealed class AccountModel(Accounts accounts, PersonStore persons, TeamStore teams, SessionStore sessions, SettingStore settings, PresentPassword present) : AccountPage
{
    private const string TwoFactorLaterSetting = "account.two-factor-later";

    public Person Person { get; private set; } = null!;
    public IReadOnlyList<string> Teams { get; private set; } = [];
    public IReadOnlyList<OpenSession> Sessions { get; private set; } = [];
    public string Theme => Access.Of(HttpContext)!.Theme;
    public string? SessionId => Proof.SessionId;

    public bool TwoFactorLater { get; private set; }

    [BindProperty]
    public string? DisplayName { get; set; }

    // Properties, not arguments of the handler: the framework writes those to the trace log.
    [BindProperty]
    public string? Current { get; set; }

    [BindProperty]
    public string? Next { get; set; }

    public Task<IActionResult> OnGet(CancellationToken cancel) => Show(false, cancel);

    public async Task<IActionResult> OnPostName(CancellationToken cancel)
    {
        if (DisplayName?.Trim() is not { Length: >= 1 and <= 80 } name || name.Any(char.IsControl))
        {
            ModelState.AddModelError(nameof(DisplayName), "Use 1 to 80 characters.");
            return await Show(true, cancel);
        }
        await persons.Rename(Actor, PersonId, name, cancel);
        return Done("Name saved.");
    }

    public async Task<IActionResult> OnPostPassword(CancellationToken cancel)
    {
        var person = await accounts.FindByIdAsync(PersonId.ToString()) ?? throw new InvalidOperationException("The person of this session is gone.");
        if (PasswordRules.Fault(person.UserName, Next ?? "") is { } fault)
        {
            ModelState.AddModelError(nameof(Next), fault);
            return await Show(true, cancel);
        }
        if (await present.Fault(HttpContext, person, Current) is { } wrong)
        {
            ModelState.AddModelError(nameof(Current), wrong);
            return await Show(true, cancel);
        }
        var saved = await accounts.SetPassword(Actor, person, Next!);
        if (!saved.Succeeded)
        {
            ModelState.AddModelError(nameof(Next), string.Join(' ', saved.Errors.Select(e => e.Description)));
            return await Show(true, cancel);
        }
        // The new stamp has ended every session, this one too.
        await Principals.Begin(HttpContext, person, "new password");
        return Done("Password saved. Your other sessions have ended.");
    }

    public async Task<IActionResult> OnPostSignOutOthers(CancellationToken cancel)
    {
        await sessions.EndOthers(Actor, PersonId, SessionId, cancel);
        return Done("Your other sessions have ended.");
    }

    public async Task<IActionResult> OnPostEndSession([FromForm] string? session, CancellationToken cancel) =>
        await sessions.EndOne(Actor, PersonId, session ?? "", cancel) ? Done("That session has ended.") : Done("That session had ended already.");

    public async Task<IActionResult> OnPostLater(CancellationToken cancel)
    {
        await settings.Set(PersonId, TwoFactorLaterSetting, true, cancel);
        return LocalRedirect("/account");
    }

    private LocalRedirectResult Done(string what)
    {
        new Crucible.Ui.Toast(what).Say(HttpContext);
        return LocalRedirect("/account");
    }

    private async Task<IActionResult> Show(bool refused, CancellationToken cancel)
    {
        Person = (await persons.Find(PersonId, cancel))!;
        Teams = [.. (await teams.Of(PersonId, cancel)).Select(t => t.Name)];
        Sessions = await sessions.Of(PersonId, cancel);
        TwoFactorLater = await settings.Get<bool>(PersonId, TwoFactorLaterSetting, cancel);
        return refused ? Refused() : Page();
    }
}
