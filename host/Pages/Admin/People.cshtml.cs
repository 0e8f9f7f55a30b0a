using Crucible.Host.People;
using Crucible.People;
using Crucible.Ui;
using Microsoft.AspNetCore.Authorization;

namespace Crucible.Host.Pages.Admin;

/// <summary>Everybody, found by name, role, team and state.</summary>
[Authorize("crucible.people")]
internal sealed class PeopleModel(PeopleListStore people, TeamStore teams, TimeProvider time) : PeoplePage
{
    public static readonly (string Value, string Text)[] States = [("", "Any state"), ("active", "Active"), ("disabled", "Disabled"), ("locked", "Locked"), ("waiting", "Never signed in")];
    public static readonly (string Value, string Text)[] Factors = [("", "Two-factor or not"), ("on", "With two-factor"), ("off", "Without two-factor")];

    public PeopleFilter Filter { get; private set; } = new("", null, null, null, null);
    public IReadOnlyList<PersonLine> Found { get; private set; } = [];
    public IReadOnlyList<Team> Teams { get; private set; } = [];
    public PeopleCounts Counts { get; private set; } = new(0, 0, 0, 0);
    public bool IsFirst { get; private set; }

    public IEnumerable<PersonLine> Shown => Found.Take(PeopleListStore.Page);

    public string? Next => Found.Count > PeopleListStore.Page ? AddressOf(Found[PeopleListStore.Page - 1].Id) : null;

    public async Task OnGet(string? q, string? role, Guid? team, string? state, string? factor, Guid? after, CancellationToken cancel)
    {
        Shell.Of(HttpContext).Page("People", ("Admin", "/admin"));
        Filter = new(q?.Trim() is { Length: > 0 } text ? text[..Math.Min(text.Length, 100)] : "",
            Enum.TryParse<Role>(role, true, out var one) && Enum.IsDefined(one) ? one : null, team,
            States.Any(s => s.Value == state && state is not "") ? state : null, factor switch { "on" => true, "off" => false, _ => null });
        (Found, Teams, Counts, IsFirst) = (await people.Find(Filter, after, cancel), await teams.All(cancel), await people.Count(cancel), after is null);
    }

    public (string Status, string Text) State(PersonLine line) =>
        line.Disabled ? ("cancelled", "Disabled")
        : line.LockedUntil > time.GetUtcNow().UtcDateTime ? ("failed", "Locked")
        : line.SignedInAt is null ? ("pending", "Never signed in") : ("completed", "Active");

    public string AddressOf(Guid? after = null) => "/admin/people" + QueryString.Create(new Dictionary<string, string?>
    {
        ["q"] = Filter.Text,
        ["role"] = Filter.Role is { } role ? PersonStore.Text(role) : null,
        ["team"] = Filter.Team?.ToString(),
        ["state"] = Filter.State,
        ["factor"] = Filter.TwoFactor switch { true => "on", false => "off", _ => null },
        ["after"] = after?.ToString(),
    }.Where(p => !string.IsNullOrEmpty(p.Value)));
}
