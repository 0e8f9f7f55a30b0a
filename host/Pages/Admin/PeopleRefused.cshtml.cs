using Crucible.Host.People;
using Crucible.Ui;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;

namespace Crucible.Host.Pages.Admin;

/// <summary>Sign-ins that were refused, of people who exist, and the limits that slow guessing down.</summary>
[Authorize("crucible.people")]
internal sealed class RefusedModel(TrailStore trail, IOptions<PeopleOptions> options) : PeoplePage
{
    public IReadOnlyList<TrailLine> Found { get; private set; } = [];
    public bool IsFirst { get; private set; }
    public int PerMinute => options.Value.SignInsPerMinute;
    public IEnumerable<TrailLine> Shown => Found.Take(TrailStore.Page);
    public string? Next => Found.Count > TrailStore.Page ? $"/admin/people/refused?before={Found[TrailStore.Page - 1].Id}" : null;

    public async Task OnGet(long? before, CancellationToken cancel)
    {
        Shell.Of(HttpContext).Page("Refused sign-ins", ("Admin", "/admin"), ("People", "/admin/people"));
        (Found, IsFirst) = (await trail.Refusals(before, cancel), before is null);
    }

    /// <summary>The reason that the line holds.</summary>
    public static string Reason(TrailLine line)
    {
        using var after = System.Text.Json.JsonDocument.Parse(line.After ?? "{}");
        return after.RootElement.TryGetProperty("reason", out var reason) || after.RootElement.TryGetProperty("Reason", out reason) ? reason.GetString() ?? "" : "";
    }

    public static string PersonUrl(TrailLine line) => "/admin/people/" + line.Subject["person:".Length..];
}
