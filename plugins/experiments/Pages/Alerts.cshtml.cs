using System.Globalization;
using Crucible.Data;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain.Alerts;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Fragments;
using Crucible.Experiments.Live;
using Crucible.Ui;
using Microsoft.AspNetCore.Mvc;

namespace Crucible.Experiments.Pages;

/// <summary>What an experiment tells of its runs, and what it has told.</summary>
public sealed class AlertsModel(AlertRuleStore rules, AlertEventStore events, WebhookStore hooks, SeriesStore series, AlertWatch watch, Database database, TimeProvider time) : ExperimentPageModel
{
    /// <summary>What the page shows.</summary>
    public AlertsView View { get; private set; } = null!;

    /// <summary>The page, or the part of it that <paramref name="part"/> names.</summary>
    public async Task<IActionResult> OnGet(long id, string? part, string? q, CancellationToken cancel)
    {
        var cursor = part is null ? await database.CursorOf([Topics.Experiment(id)], cancel) : null;
        if (!await Load(id, cancel))
            return NotFound();
        if (cursor is not null)
            Shell.Of(HttpContext).Listen(cursor, Topics.Experiment(id));
        if (Query("rule") is { } rule)
            View = rule == "new" ? View with { Editing = 0 }
                : View.Rules.FirstOrDefault(r => r.RuleId.ToString(CultureInfo.InvariantCulture) == rule) is { } one ? View with { Editing = one.RuleId, Input = one.Input } : View;
        if (Query("hook") == "new")
            View = View with { NewHook = new() };
        return part switch
        {
            null => Page(),
            "rules" => await Fragment<AlertRules>((nameof(AlertRules.View), View)),
            "events" => await Fragment<AlertEvents>((nameof(AlertEvents.View), View)),
            "metrics" => await Fragment<OptionList>((nameof(OptionList.Items), (await series.Keys(id, q ?? "", 30, cancel)).Select(k => new Option(k)).ToList())),
            _ => NotFound(),
        };
    }

    /// <summary>Adds a rule, or puts what was entered in the place of one.</summary>
    public Task<IActionResult> OnPostSave(long id, [FromForm] long? rule, CancellationToken cancel) => Write(id, async () =>
    {
        var input = AlertInput.Read(name => Request.HasFormContentType && Request.Form[name] is [{ } value, ..] ? value : null);
        View = View with { Editing = rule ?? 0, Input = input };
        if (input.Check(out var condition) is { } wrong)
            return new(wrong.Field, wrong.Why);
        var made = new AlertRule(rule ?? 0, id, condition!)
        {
            Filter = input.Filter,
            People = Enum.Parse<AlertPeople>(input.People, true),
            Push = input.Push,
            Mail = input.Mail,
            Hooks = input.Hooks,
            Rest = input.Rest.Length == 0 ? null : TimeSpan.FromMinutes(int.Parse(input.Rest, CultureInfo.InvariantCulture)),
        };
        return Wrong(rule is null ? await rules.Add(id, [made], Actor, cancel) : await rules.Replace(made, Actor, cancel));
    }, rule is null ? "Rule added" : "Rule saved", cancel);

    /// <summary>Adds one of the useful rules, or all that are missing.</summary>
    public Task<IActionResult> OnPostSuggest(long id, [FromForm] string? kind, CancellationToken cancel) => Write(id, async () =>
    {
        var added = View.Suggested.Where(s => kind == "all" || kind == s.Kind.Word()).Select(s => new AlertRule(0, id, s) { Push = true, Mail = true, Hooks = true }).ToList();
        return added.Count == 0 ? null : Wrong(await rules.Add(id, added, Actor, cancel));
    }, kind == "all" ? "Rules added" : "Rule added", cancel);

    /// <summary>Switches a rule on or off.</summary>
    public Task<IActionResult> OnPostEnable(long id, [FromForm] long rule, bool on, CancellationToken cancel) => Write(id, async () => Wrong(await rules.Enable(id, rule, on, Actor, cancel)), on ? "Switched on" : "Switched off", cancel);

    /// <summary>Has a rule tell nobody for some hours; none has it tell again.</summary>
    public Task<IActionResult> OnPostMute(long id, [FromForm] long rule, int hours, CancellationToken cancel) =>
        Write(id, async () => Wrong(await rules.Mute(id, rule, TimeSpan.FromHours(Math.Clamp(hours, 0, 24 * 30)), Actor, cancel)), hours > 0 ? "Muted" : "It tells again", cancel);

    /// <summary>Removes a rule.</summary>
    public Task<IActionResult> OnPostRemove(long id, [FromForm] long rule, CancellationToken cancel) => Write(id, async () => Wrong(await rules.Remove(id, rule, Actor, cancel)), "Rule removed", cancel);

    /// <summary>Tries how a rule tells: whoever asks, and its webhooks.</summary>
    public Task<IActionResult> OnPostTest(long id, [FromForm] long rule, CancellationToken cancel) => Write(id, async () =>
    {
        if (View.Rules.FirstOrDefault(r => r.RuleId == rule) is not { } one)
            return Gone;
        await watch.Test(one, null, View.Frame.Experiment, Actor, cancel);
        return null;
    }, "Sent to you and to the webhooks of the rule", cancel);

    /// <summary>Adds a webhook and shows its secret, this once.</summary>
    public async Task<IActionResult> OnPostAddHook(long id, [FromForm] string? name, [FromForm] string? url, [FromForm] string? scope, [FromForm] string[] events, CancellationToken cancel)
    {
        string? secret = null;
        var refused = await Write(id, async () =>
        {
            View = View with { NewHook = new(name?.Trim() ?? "", url?.Trim() ?? "", scope == "team", events) };
            if (WebhookModel.Check(View.NewHook) is { } wrong)
                return wrong;
            (secret, var refusal) = await hooks.Add(View.Frame.Experiment, View.NewHook.OfTeam, View.NewHook.Name, View.NewHook.Url, WebhookModel.Kinds(events), Actor, cancel);
            return Wrong(refusal);
        }, null, cancel);
        if (secret is null)
            return refused;
        await Load(id, cancel);
        View = View with { Secret = secret };
        return Page();
    }

    private static FieldError Gone => new("404", "");

    private static FieldError? Wrong(ProtocolError? refusal) => refusal is null ? null
        : refusal.Code is ErrorCode.ResourceDoesNotExist ? Gone : new("", refusal.Message);

    private async Task<IActionResult> Write(long id, Func<Task<FieldError?>> verb, string? done, CancellationToken cancel)
    {
        if (!await Load(id, cancel))
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
        return LocalRedirect(Address.Alerts(id));
    }

    private async Task<bool> Load(long id, CancellationToken cancel)
    {
        if (await JudgedFrame(id, cancel) is not { } frame)
            return false;
        Shell.Of(HttpContext).Style("/assets/experiments/alerts.css");
        var found = await events.Page(id, long.TryParse(Query("before"), out var before) ? before : null, cancel);
        View = new(frame)
        {
            Rules = await rules.Of(id, cancel),
            Hooks = await hooks.Of(frame.Experiment, cancel),
            Events = [.. found.Take(AlertEventStore.PageSize)],
            Older = found.Count > AlertEventStore.PageSize ? $"{Address.Alerts(id)}?before={found[AlertEventStore.PageSize - 1].EventId}" : null,
            Me = Actor.PersonId,
            Now = time.GetUtcNow(),
        };
        return true;
    }
}
