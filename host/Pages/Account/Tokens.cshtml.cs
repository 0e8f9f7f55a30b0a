using Crucible.Host.People;
using Crucible.Host.Security;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace Crucible.Host.Pages.Account;

internal sealed class TokensModel(TokenStore tokens, PersonStore persons, GrantStore grants, Permissions permissions, IOptions<PeopleOptions> options, TimeProvider time) : AccountPage
{
    // Days a token may be good for; 0 is until it is revoked.
    private static readonly int[] AllLives = [7, 30, 90, 365, 0];

    public TokenList List { get; private set; } = null!;
    public IReadOnlyList<(string Value, string Text)> Scopes { get; private set; } = [];
    public string? Made { get; private set; }

    /// <summary>The longest life in days that the settings allow; 0 is any.</summary>
    public int Longest => options.Value.TokenLongestDays;

    public IEnumerable<(string Value, string Text)> Lives => Offered.Select(d => ($"{d}", d == 0 ? "until it is revoked" : $"for {d} days"));

    [BindProperty]
    public string? Name { get; set; }

    [BindProperty]
    public string Scope { get; set; } = "write";

    [BindProperty]
    public int? Days { get; set; }

    public Task OnGet(Guid? after, CancellationToken cancel) => Load(after, cancel);

    /// <summary>Answers with the page itself, not a redirect: the token is kept nowhere that a second request could read.</summary>
    public async Task<IActionResult> OnPostCreate(CancellationToken cancel)
    {
        var given = (await grants.Of(PersonId, cancel)).Select(g => g.Permission).ToArray();
        if (Name?.Trim() is not { Length: >= 1 and <= 80 } name || name.Any(char.IsControl))
            ModelState.AddModelError(nameof(Name), "Say what it is for, in 1 to 80 characters.");
        else if (People.Scopes.Fault(Actor.Role, given, Scope, permissions.All) is { } wrong)
            ModelState.AddModelError(nameof(Scope), wrong);
        else if (Days is not { } days || !Offered.Contains(days))
            ModelState.AddModelError(nameof(Days), Longest > 0 ? $"Choose one of the times offered: {Longest} days at most." : "Choose one of the times offered.");
        else
        {
            var owner = (await persons.Find(PersonId, cancel))!;
            Made = await tokens.Create(Actor, owner, name, Scope, days == 0 ? null : TimeSpan.FromDays(days), cancel);
            if (Made is null)
                ModelState.AddModelError(nameof(Scope), "Your role was changed a moment ago and does not reach that scope any more.");
        }
        await Load(null, cancel);
        return Made is null ? Refused() : Page();
    }

    public async Task<IActionResult> OnPostRevoke([FromForm] Guid token, CancellationToken cancel)
    {
        if (!await tokens.Revoke(Actor, PersonId, token, cancel))
            return NotFound();
        new Crucible.Ui.Toast("The token is revoked. Programs that use it are refused from now on.").Say(HttpContext);
        return LocalRedirect("/account/tokens");
    }

    private int[] Offered => [.. AllLives.Where(d => Longest == 0 || (d > 0 && d <= Longest)).Concat(Longest > 0 && !AllLives.Contains(Longest) ? [Longest] : [])];

    private async Task Load(Guid? after, CancellationToken cancel)
    {
        List = new(await tokens.Of(PersonId, after, cancel), time.GetUtcNow(), "/account/tokens");
        Days ??= Offered.Contains(90) ? 90 : Offered[^1];
        var given = (await grants.Of(PersonId, cancel)).Select(g => g.Permission).ToArray();
        (string Value, string Text)[] all = [("read", "read"), ("write", "read and write"), ("admin", "everything you may"),
            .. permissions.All.OrderBy(p => p.Name, StringComparer.Ordinal).Select(p => (p.Name, $"read, and {p.Name}: {p.What}"))];
        Scopes = [.. all.Where(s => People.Scopes.MayGive(Actor.Role, given, s.Value, permissions.All))];
    }
}
