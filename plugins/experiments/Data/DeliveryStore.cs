using Crucible.Data;
using Crucible.Experiments.Jobs;
using Crucible.Jobs;
using Dapper;

namespace Crucible.Experiments.Data;

/// <summary>What one attempt at a delivery came to.</summary>
/// <param name="Status">The HTTP status; null when there was no answer.</param>
/// <param name="Ms">How long it took, in milliseconds.</param>
/// <param name="Error">Why there was none, or why the answer does not count.</param>
/// <param name="Answer">The beginning of the answer.</param>
public sealed record DeliveryAttempt(int? Status, int Ms, string? Error, string? Answer)
{
    /// <summary>The receiver has it.</summary>
    public bool Done => Status is >= 200 and < 300;

    /// <summary>When it was made.</summary>
    public DateTime At { get; init; }
}

/// <summary>A delivery, as the log shows it.</summary>
public sealed class Delivery
{
    /// <summary>Its id, which the receiver sees too.</summary>
    public Guid DeliveryId { get; init; }

    /// <summary>The webhook.</summary>
    public Guid HookId { get; init; }

    /// <summary>Type of the event: <c>metric.nan</c>, <c>test</c>.</summary>
    public string Event { get; init; } = "";

    /// <summary>What was sent.</summary>
    public string Body { get; init; } = "";

    /// <summary><c>queued</c>, <c>delivered</c> or <c>given up</c>.</summary>
    public string State { get; init; } = "";

    /// <summary>Attempts since it was last asked for.</summary>
    public int Attempts { get; init; }

    /// <summary>When it is tried next; null when that is now or never.</summary>
    public DateTime? NextAt { get; init; }

    /// <summary>When it was made.</summary>
    public DateTime MadeAt { get; init; }

    /// <summary>Its attempts, the newest first.</summary>
    public IReadOnlyList<DeliveryAttempt> Log { get; set; } = [];
}

/// <summary>Deliveries of webhooks: each is a row with its attempts, and a run of <see cref="DeliverWebhook"/> for every attempt.</summary>
public sealed class DeliveryStore(Database database, IJobQueue queue)
{
    /// <summary>Deliveries on one page.</summary>
    public const int PageSize = 25;

    private const int MostShown = 10;

    /// <summary>Puts a delivery into the queue, as part of a write.</summary>
    /// <param name="write">The write that causes it.</param>
    /// <param name="hookId">The webhook.</param>
    /// <param name="type">Type of the event.</param>
    /// <param name="body">Makes the body from the id of the delivery.</param>
    /// <param name="cancel">Gives up.</param>
    internal async Task Add(WriteScope write, Guid hookId, string type, Func<Guid, string> body, CancellationToken cancel)
    {
        var id = Guid.CreateVersion7();
        await write.Connection.ExecuteAsync(new("insert into experiments.webhook_delivery (delivery_id, hook_id, event, body) values (@id, @hookId, @type, @body)",
            new { id, hookId, type, body = body(id) }, cancellationToken: cancel));
        await Ask(write, id, cancel);
    }

    /// <summary>Sends a delivery of this webhook again, from the start; false when there is none.</summary>
    internal async Task<bool> Again(WriteScope write, Guid hookId, Guid deliveryId, CancellationToken cancel)
    {
        var found = await write.Connection.ExecuteAsync(new(
            "update experiments.webhook_delivery set state = 'queued', attempts = 0, next_at = null where delivery_id = @deliveryId and hook_id = @hookId",
            new { hookId, deliveryId }, cancellationToken: cancel)) > 0;
        if (found)
            await Ask(write, deliveryId, cancel);
        return found;
    }

    /// <summary>Asks for the attempts whose time has come; whichever host looks first has them.</summary>
    internal async Task AskDue(CancellationToken cancel)
    {
        await using var write = await database.Write(Crucible.People.Actor.System("webhooks"), cancel);
        var due = await write.Connection.QueryAsync<Guid>(new("""
            update experiments.webhook_delivery set next_at = null where delivery_id = any(array(
                select delivery_id from experiments.webhook_delivery where next_at <= now() and state = 'queued' order by next_at limit 200 for update skip locked))
            returning delivery_id
            """, cancellationToken: cancel));
        var any = false;
        foreach (var id in due)
        {
            await Ask(write, id, cancel);
            any = true;
        }
        if (any)
            await write.Commit(cancel);
    }

    /// <summary>A delivery that waits; null when it is done, given up or gone.</summary>
    internal async Task<Delivery?> Take(Guid deliveryId, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.QuerySingleOrDefaultAsync<Delivery>(new(
            "select delivery_id, hook_id, event, body, state, attempts, made_at from experiments.webhook_delivery where delivery_id = @deliveryId and state = 'queued' and next_at is null",
            new { deliveryId }, cancellationToken: cancel));
    }

    /// <summary>Notes an attempt, and when the next one is due; without a pause there is none.</summary>
    internal async Task Note(Guid deliveryId, DeliveryAttempt attempt, TimeSpan? pause, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await connection.ExecuteAsync(new("""
            insert into experiments.webhook_attempt (delivery_id, status, ms, error, answer)
            select delivery_id, @Status, @Ms, @Error, @Answer from experiments.webhook_delivery where delivery_id = @deliveryId;
            update experiments.webhook_delivery set attempts = attempts + 1, state = case when @Done then 'delivered' when @pause::interval is null then 'given up' else 'queued' end,
                next_at = case when not @Done then now() + @pause::interval end
            where delivery_id = @deliveryId
            """, new { deliveryId, attempt.Status, attempt.Ms, attempt.Error, attempt.Answer, attempt.Done, pause }, cancellationToken: cancel));
    }

    /// <summary>A page of the log of a webhook and one more if another follows, the newest first. The caller has checked that it may be seen.</summary>
    public async Task<IReadOnlyList<Delivery>> Page(Guid hookId, Guid? before, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        var deliveries = (await connection.QueryAsync<Delivery>(new("""
            select delivery_id, hook_id, event, body, state, attempts, next_at, made_at from experiments.webhook_delivery
            where hook_id = @hookId and (@before::uuid is null or delivery_id < @before) order by delivery_id desc limit @most
            """, new { hookId, before, most = PageSize + 1 }, cancellationToken: cancel))).AsList();
        var log = (await connection.QueryAsync<(Guid Id, DateTime At, int? Status, int Ms, string? Error, string? Answer)>(new("""
            select d.id, a.at, a.status, a.ms, a.error, a.answer from unnest(@ids) as d (id)
            cross join lateral (select * from experiments.webhook_attempt where delivery_id = d.id order by attempt_id desc limit @MostShown) a
            """, new { ids = deliveries.Select(d => d.DeliveryId).ToArray(), MostShown }, cancellationToken: cancel))).ToLookup(a => a.Id);
        foreach (var delivery in deliveries)
            delivery.Log = [.. log[delivery.DeliveryId].Select(a => new DeliveryAttempt(a.Status, a.Ms, a.Error, a.Answer) { At = a.At })];
        return deliveries;
    }

    /// <summary>Removes deliveries older than this.</summary>
    public async Task<long> Forget(DateTimeOffset olderThan, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await Slices.UntilNone(() => connection.ExecuteAsync(new CommandDefinition(
            "delete from experiments.webhook_delivery where delivery_id = any(array(select delivery_id from experiments.webhook_delivery where made_at < @olderThan limit 10000))", new { olderThan }, cancellationToken: cancel)));
    }

    private Task<Guid> Ask(WriteScope write, Guid deliveryId, CancellationToken cancel) =>
        queue.Enqueue<DeliverWebhook>(write, new Dictionary<string, string> { [DeliverWebhook.Argument] = deliveryId.ToString() }, cancel);
}
