using Crucible.Host.People;
using Crucible.Host.Security;
using Microsoft.AspNetCore.Mvc;

namespace Crucible.Host.Pages.Account;

internal sealed class TokensModel(TokenStore tokens, PersonStore persons, Permissions permissions, TimeProvider time) : AccountPage
{
    /// <summary>Days a token may be good for; 0 is until it is revoked.</summary>
    internal static readonly int[] Lives = [7, 30, 90, 365, 0];

    public IReadOnlyList<ApiToken> Tokens { get; private set; } = [];
    public IEnumerable<(string Scope, string What)> Scopes { get; private set; } = [];
    public string? Made { get; private set; }
    public DateTime Now => time.GetUtcNow().UtcDateTime;

    [BindProperty]
    public string? Name { get; set; }

    [BindProperty]
    public string Scope { get; set; } = "write";

    [BindProperty]
    public int Days { get; set; } = 90;

    public Task OnGet(CancellationToken cancel) => Load(cancel);

    /// <summary>Answers with the page itself, not a redirect: the token is kept nowhere that a second request could read.</summary>
    public async Task<IActionResult> OnPostCreate(CancellationToken cancel)
    {
        if (Name?.Trim() is not { Length: >= 1 and <= 80 } name || name.Any(char.IsControl))
            ModelState.AddModelError(nameof(Name), "Say what it is for, in 1 to 80 characters.");
        else if (!Lives.Contains(Days))
            ModelState.AddModelError(nameof(Name), "Choose one of the times offered.");
        else
        {
            var owner = (await persons.Find(PersonId, cancel))!;
            Made = await tokens.Create(owner, name, Scope, Days == 0 ? null : TimeSpan.FromDays(Days), cancel);
            if (Made is null)
                ModelState.AddModelError(nameof(Name), "Your role does not reach that scope.");
        }
        await Load(cancel);
        return Made is null ? Refused() : Page();
    }

    public async Task<IActionResult> OnPostRevoke(Guid id, CancellationToken cancel) =>
        await tokens.Revoke(Actor, PersonId, id, cancel) ? LocalRedirect("/account/tokens") : NotFound();

    private async Task Load(CancellationToken cancel)
    {
        Tokens = await tokens.Of(PersonId, cancel);
        (string Scope, string What)[] all = [("read", "read"), ("write", "read and write"), ("admin", "everything you may"),
            .. permissions.All.Select(p => (p.Name, $"read, and {p.What}"))];
        Scopes = all.Where(s => People.Scopes.MayGive(Actor.Role, s.Scope, permissions.All));
    }
}
