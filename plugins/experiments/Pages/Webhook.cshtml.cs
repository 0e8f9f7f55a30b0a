using Crucible.Data;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain.Alerts;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Fragments;
using Crucible.Experiments.Live;
using Crucible.Ui;
using Microsoft.AspNetCore.Mvc;

namespace Crucible.Experiments.Pages;

/// <summary>A webhook and the log of its deliveries.</summary>
public sealed class WebhookModel(WebhookStore hooks, DeliveryStore deliveries, AlertWatch watch, Database database) : ExperimentPageModel
{
    /// <summary>What the page shows.</summary>
    public WebhookView View { get; private set; } = null!;

    /// <summary>The page.</summary>
    public async Task<IActionResult> OnGet(long id, Guid hook, CancellationToken cancel) => await Load(id, hook, cancel) ? Page() : NotFound();

    /// <summary>Changes its name, address and events.</summary>
    public Task<IActionResult> OnPostSave(long id, Guid hook, [FromForm] string? name, [FromForm] string? url, [FromForm] string[] events, CancellationToken cancel) => Write(id, hook, async () =>
    {
        View = View with { Input = new(name?.Trim() ?? "", url?.Trim() ?? "", Events: events) };
        return Check(View.Input) ?? Wrong(await hooks.Replace(View.Frame.Experiment, hook, View.Input.Name, View.Input.Url, Kinds(events), Actor, cancel));
    }, "Webhook saved", cancel);

    /// <summary>Sends a test.</summary>
    public Task<IActionResult> OnPostTest(long id, Guid hook, CancellationToken cancel) => Write(id, hook, async () =>
    {
        await watch.Test(null, hook, View.Frame.Experiment, Actor, cancel);
        return null;
    }, "The test is on its way", cancel);

    /// <summary>Sends a delivery again.</summary>
    public Task<IActionResult> OnPostAgain(long id, Guid hook, [FromForm] Guid delivery, CancellationToken cancel) => Write(id, hook, async () =>
    {
        await using var write = await database.Write(Actor, cancel);
        if (!await deliveries.Again(write, hook, delivery, cancel))
            return new("404", "");
        await write.Record(Actor, "webhook.again", id, null, View.Frame.Experiment.Name, after: new { Webhook = View.Hook.Name, Delivery = delivery }, cancel: cancel);
        await write.Commit(cancel);
        return null;
    }, "It is sent again", cancel);

    /// <summary>Switches it on or off.</summary>
    public Task<IActionResult> OnPostEnable(long id, Guid hook, bool on, CancellationToken cancel) => Write(id, hook, async () => Wrong(await hooks.Enable(View.Frame.Experiment, hook, on, Actor, cancel)), on ? "Switched on" : "Switched off", cancel);

    /// <summary>Makes another secret and shows it, this once.</summary>
    public async Task<IActionResult> OnPostRenew(long id, Guid hook, CancellationToken cancel)
    {
        string? secret = null;
        var answer = await Write(id, hook, async () =>
        {
            (secret, var refusal) = await hooks.Renew(View.Frame.Experiment, hook, Actor, cancel);
            return Wrong(refusal);
        }, null, cancel);
        if (secret is null)
            return answer;
        View = View with { Secret = secret };
        return Page();
    }

    /// <summary>Removes it with its log.</summary>
    public async Task<IActionResult> OnPostRemove(long id, Guid hook, CancellationToken cancel)
    {
        var answer = await Write(id, hook, async () => Wrong(await hooks.Remove(View.Frame.Experiment, hook, Actor, cancel)), "Webhook removed", cancel);
        return answer is LocalRedirectResult ? LocalRedirect(Address.Alerts(id)) : answer;
    }

    internal static FieldError? Check(WebhookInput input) =>
        input.Name.Length is 0 or > 100 ? new("name", "Give it a name of at most 100 characters.")
        : WebhookAddress.Check(input.Url) is { } wrong ? new("url", wrong) : null;

    internal static string[] Kinds(string[] words) => [.. words.Where(w => AlertKinds.FromWord(w) is not null).Distinct()];

    private static FieldError? Wrong(ProtocolError? refusal) => refusal is null ? null
        : refusal.Code is ErrorCode.ResourceDoesNotExist ? new("404", "") : new("", refusal.Message);

    private async Task<IActionResult> Write(long id, Guid hook, Func<Task<FieldError?>> verb, string? done, CancellationToken cancel)
    {
        if (!await Load(id, hook, cancel))
            return NotFound();
        if (!View.Frame.MayWrite)
            return Forbid();
        if (await verb() is { } wrong)
        {
            if (wrong.Field == "404")
                return NotFound();
            View = View with { Error = wrong };
            Response.StatusCode = 422;
            return Page();
        }
        if (done is not null)
            new Toast(done).Say(HttpContext);
        return LocalRedirect(Address.Webhook(id, hook));
    }

    private async Task<bool> Load(long id, Guid hook, CancellationToken cancel)
    {
        if (await Frame(id, cancel) is not { } frame || (await hooks.Of(frame.Experiment, cancel)).FirstOrDefault(h => h.HookId == hook) is not { } found)
            return false;
        Shell.Of(HttpContext).Style("/assets/experiments/alerts.css").Page(found.Name, ("Experiments", Address.Experiments), (frame.Experiment.Name, Address.Experiment(id)), ("Alerts", Address.Alerts(id)));
        var self = Address.Webhook(id, hook);
        var before = Guid.TryParse(Query("before"), out var row) ? row : (Guid?)null;
        var page = await deliveries.Page(hook, before, cancel);
        View = new(frame, found)
        {
            Input = new(found.Name, found.Url, found.ExperimentId is null, found.Events),
            Deliveries = [.. page.Take(DeliveryStore.PageSize)],
            Here = before is null ? self : $"{self}?before={before}",
            Older = page.Count > DeliveryStore.PageSize ? $"{self}?before={page[DeliveryStore.PageSize - 1].DeliveryId}" : null,
        };
        return true;
    }
}
