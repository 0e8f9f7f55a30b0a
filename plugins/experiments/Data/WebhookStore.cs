using Crucible.Data;
using Crucible.Experiments.Domain.Alerts;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Live;
using Crucible.People;
using Dapper;
using Microsoft.AspNetCore.DataProtection;

namespace Crucible.Experiments.Data;

/// <summary>A webhook, without its secret.</summary>
public sealed class Webhook
{
    /// <summary>Its id.</summary>
    public Guid HookId { get; init; }

    /// <summary>The team it belongs to.</summary>
    public Guid TeamId { get; init; }

    /// <summary>The experiment it is told of; null for all of the team.</summary>
    public long? ExperimentId { get; init; }

    /// <summary>What people call it.</summary>
    public string Name { get; init; } = "";

    /// <summary>Where it goes.</summary>
    public string Url { get; init; } = "";

    /// <summary>Words of the kinds it is told of; none for all.</summary>
    public string[] Events { get; init; } = [];

    /// <summary>Switched on.</summary>
    public bool Enabled { get; init; }

    /// <summary>State of the newest delivery; null before the first.</summary>
    public string? State { get; init; }

    /// <summary>When that was made.</summary>
    public DateTime? LastAt { get; init; }

    /// <summary>The address without what stands behind the host, which often is a secret itself.</summary>
    public string Place => Uri.TryCreate(Url, UriKind.Absolute, out var url) ? url.GetLeftPart(UriPartial.Authority) : "";
}

/// <summary>
/// Webhooks of experiments and teams. Whoever may write to the experiment may add, change and remove them, those of its team
/// too: what they carry is what these people can read anyway, and every change is written down.
/// </summary>
public sealed class WebhookStore(Database database, IDataProtectionProvider protection)
{
    /// <summary>Most webhooks of one team.</summary>
    public const int Most = 50;

    private const string Columns = "h.hook_id, h.team_id, h.experiment_id, h.name, h.url, h.events, h.enabled";
    private readonly IDataProtector _seal = protection.CreateProtector("crucible.experiments.webhook");

    /// <summary>Those that are told of an experiment. The caller has checked that it may be seen.</summary>
    public async Task<IReadOnlyList<Webhook>> Of(Experiment experiment, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<Webhook>(new($"""
            select {Columns}, d.state, d.made_at as last_at from experiments.webhook h
            left join lateral (select state, made_at from experiments.webhook_delivery where hook_id = h.hook_id order by delivery_id desc limit 1) d on true
            where h.team_id = @TeamId and (h.experiment_id is null or h.experiment_id = @ExperimentId) order by h.hook_id
            """, new { experiment.TeamId, experiment.ExperimentId }, cancellationToken: cancel))).AsList();
    }

    /// <summary>Adds one.</summary>
    /// <returns>Its secret, which is shown this once, or why not.</returns>
    public async Task<(string? Secret, ProtocolError? Refusal)> Add(Experiment experiment, bool ofTeam, string name, string url, string[] events, Actor actor, CancellationToken cancel)
    {
        var secret = WebhookSignature.NewSecret();
        var id = Guid.CreateVersion7();
        var refusal = await AlertRuleStore.Change(database, experiment.ExperimentId, actor, async (write, now) =>
        {
            var there = await write.Connection.QuerySingleAsync<int>(new("select count(*)::int from experiments.webhook where team_id = @TeamId", new { now.TeamId }, cancellationToken: cancel));
            if (there >= Most)
                return ProtocolError.Invalid($"A team has at most {Most} webhooks.");
            await write.Connection.ExecuteAsync(new("""
                insert into experiments.webhook (hook_id, team_id, experiment_id, name, url, secret, events) values (@id, @TeamId, @scope, @name, @url, @secret, @events)
                """, new { id, now.TeamId, scope = ofTeam ? (long?)null : now.ExperimentId, name, url, secret = _seal.Protect(secret), events }, cancellationToken: cancel));
            await write.Record(actor, "webhook.add", now.ExperimentId, null, now.Name, after: new { Webhook = name, Place = new Webhook { Url = url }.Place, Team = ofTeam }, cancel: cancel);
            return null;
        }, cancel);
        return refusal is null ? (secret, null) : (null, refusal);
    }

    /// <summary>Changes one.</summary>
    public Task<ProtocolError?> Replace(Experiment experiment, Guid hookId, string name, string url, string[] events, Actor actor, CancellationToken cancel) => One(experiment, hookId, actor, "webhook.change", async (write, _) =>
    {
        await write.Connection.ExecuteAsync(new("update experiments.webhook set name = @name, url = @url, events = @events where hook_id = @hookId", new { hookId, name, url, events }, cancellationToken: cancel));
        return new { Webhook = name, Place = new Webhook { Url = url }.Place };
    }, cancel);

    /// <summary>Makes another secret; the old one signs nothing from now on.</summary>
    public async Task<(string? Secret, ProtocolError? Refusal)> Renew(Experiment experiment, Guid hookId, Actor actor, CancellationToken cancel)
    {
        var secret = WebhookSignature.NewSecret();
        var refusal = await One(experiment, hookId, actor, "webhook.secret", async (write, before) =>
        {
            await write.Connection.ExecuteAsync(new("update experiments.webhook set secret = @secret where hook_id = @hookId", new { hookId, secret = _seal.Protect(secret) }, cancellationToken: cancel));
            return new { Webhook = before.Name };
        }, cancel);
        return refusal is null ? (secret, null) : (null, refusal);
    }

    /// <summary>Switches one on or off.</summary>
    public Task<ProtocolError?> Enable(Experiment experiment, Guid hookId, bool on, Actor actor, CancellationToken cancel) => One(experiment, hookId, actor, on ? "webhook.enable" : "webhook.disable", async (write, before) =>
    {
        await write.Connection.ExecuteAsync(new("update experiments.webhook set enabled = @on where hook_id = @hookId", new { hookId, on }, cancellationToken: cancel));
        return new { Webhook = before.Name };
    }, cancel);

    /// <summary>Removes one with its deliveries.</summary>
    public Task<ProtocolError?> Remove(Experiment experiment, Guid hookId, Actor actor, CancellationToken cancel) => One(experiment, hookId, actor, "webhook.remove", async (write, _) =>
    {
        await write.Connection.ExecuteAsync(new("delete from experiments.webhook where hook_id = @hookId", new { hookId }, cancellationToken: cancel));
        return null;
    }, cancel);

    /// <summary>Those that are switched on and want to know of this.</summary>
    /// <param name="write">The write that tells them.</param>
    /// <param name="team">The team of the experiment.</param>
    /// <param name="experimentId">The experiment.</param>
    /// <param name="kind">Word of the kind; null for a test, which all want.</param>
    /// <param name="cancel">Gives up.</param>
    internal static async Task<IReadOnlyList<Guid>> Wanting(WriteScope write, Guid team, long experimentId, string? kind, CancellationToken cancel) =>
        (await write.Connection.QueryAsync<Guid>(new("""
            select hook_id from experiments.webhook where team_id = @team and (experiment_id is null or experiment_id = @experimentId) and enabled
                and (@kind::text is null or events = '{}' or @kind = any(events)) order by hook_id
            """, new { team, experimentId, kind }, cancellationToken: cancel))).AsList();

    /// <summary>Where a webhook goes and what signs it; null when it is gone or switched off.</summary>
    internal async Task<(string Url, string Secret)?> Target(Guid hookId, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        var (url, secret) = await connection.QuerySingleOrDefaultAsync<(string?, string)>(new("select url, secret from experiments.webhook where hook_id = @hookId and enabled", new { hookId }, cancellationToken: cancel));
        return url is null ? null : (url, _seal.Unprotect(secret));
    }

    private Task<ProtocolError?> One(Experiment experiment, Guid hookId, Actor actor, string action, Func<WriteScope, Webhook, Task<object?>> change, CancellationToken cancel) =>
        AlertRuleStore.Change(database, experiment.ExperimentId, actor, async (write, now) =>
        {
            var before = await write.Connection.QuerySingleOrDefaultAsync<Webhook>(new($"""
                select {Columns} from experiments.webhook h where hook_id = @hookId and team_id = @TeamId and (experiment_id is null or experiment_id = @ExperimentId) for update
                """, new { hookId, now.TeamId, now.ExperimentId }, cancellationToken: cancel));
            if (before is null)
                return new(ErrorCode.ResourceDoesNotExist, "There is no such webhook here.");
            var after = await change(write, before);
            await write.Record(actor, action, now.ExperimentId, null, now.Name, new { Webhook = before.Name, before.Place }, after, cancel);
            return null;
        }, cancel);
}
