using Crucible.Host.People;
using Crucible.Host.Security;
using Microsoft.AspNetCore.Mvc;

namespace Crucible.Host.Pages.Account;

internal sealed class AccountModel(Accounts accounts, PersonStore persons, TeamStore teams, SessionStore sessions, PasswordCheck passwords) : AccountPage
{
    public Person Person { get; private set; } = null!;
    public IReadOnlyList<string> Teams { get; private set; } = [];
    public IReadOnlyList<OpenSession> Sessions { get; private set; } = [];
    public string Theme => Access.Of(HttpContext)!.Theme;
    public string? SessionId => Proof.SessionId;

    [BindProperty(SupportsGet = true)]
    public string? Done { get; set; }

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
        return LocalRedirect("/account?done=name");
    }

    public async Task<IActionResult> OnPostPassword(CancellationToken cancel)
    {
        var person = await accounts.FindByIdAsync(PersonId.ToString()) ?? throw new InvalidOperationException("The person of this session is gone.");
        if (PasswordRules.Fault(person.UserName, Next ?? "") is { } fault)
        {
            ModelState.AddModelError(nameof(Next), fault);
            return await Show(true, cancel);
        }
        if (person.PasswordHash is not null)
        {
            // Whoever found an unlocked screen guesses no faster here than on the sign-in page.
            var (proved, wait) = await passwords.Check(person.UserName, Current ?? "", HttpContext.Connection.RemoteIpAddress);
            if (proved is null)
            {
                ModelState.AddModelError(nameof(Current), wait is { } time ? $"Too many failed attempts. Try again in {Challenges.InWords(time)}." : "This is not your present password.");
                return await Show(true, cancel);
            }
        }
        var saved = person.PasswordHash is null ? await accounts.AddPasswordAsync(person, Next!) : await accounts.ChangePasswordAsync(person, Current!, Next!);
        if (!saved.Succeeded)
        {
            ModelState.AddModelError(nameof(Next), string.Join(' ', saved.Errors.Select(e => e.Description)));
            return await Show(true, cancel);
        }
        // The new stamp has ended every session, this one too.
        await Principals.Begin(HttpContext, person);
        return LocalRedirect("/account?done=password");
    }

    public async Task<IActionResult> OnPostSignOutOthers(CancellationToken cancel)
    {
        await sessions.EndOthers(Actor, PersonId, SessionId, cancel);
        return LocalRedirect("/account?done=sessions");
    }

    private async Task<IActionResult> Show(bool refused, CancellationToken cancel)
    {
        Person = (await persons.Find(PersonId, cancel))!;
        Teams = [.. (await teams.Of(PersonId, cancel)).Select(t => t.Name)];
        Sessions = await sessions.Of(PersonId, cancel);
        return refused ? Refused() : Page();
    }
}
