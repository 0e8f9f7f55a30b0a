using System.Text.Json;
using System.Threading.Channels;
using Crucible.Data;
using Crucible.Host.Plugins;
using Crucible.Live;
using Crucible.Modules;
using Dapper;
using Npgsql;

namespace Crucible.Host.Live;

/// <summary>
/// Hands changes to the plugins that react to them. Each reaction has a cursor in the database; one host holds its row
/// while it works, so that a change is handled by one of them. The order is (transaction, id), and only what is older
/// than every open transaction is read: a number given out early but committed late would be passed over otherwise.
/// </summary>
internal sealed class Reactions(Database database, PluginCatalogue catalogue, IServiceScopeFactory scopes, TimeProvider time, ILogger<Reactions> logger) : BackgroundService
{
    private const int Slice = 100;
    private const int MostAttempts = 10;
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(5);

    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Something was committed somewhere.</summary>
    public void Wake() => _wake.Writer.TryWrite(true);

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        var reactions = catalogue.Offers.SelectMany(o => o.Reactions.Select(r => new Reaction(o.Info.Id, KindOf(o, r.Change), r))).ToList();
        if (reactions.Count == 0)
            return;
        while (!stopping.IsCancellationRequested)
        {
            foreach (var reaction in reactions.Where(r => catalogue.IsRunning(r.Plugin)))
                try
                {
                    while (await Advance(reaction, stopping) == Slice)
                        stopping.ThrowIfCancellationRequested();
                }
                catch (Exception fault) when (!stopping.IsCancellationRequested)
                {
                    logger.LogWarning("The reaction {Reaction} could not be looked after: {Reason}", reaction.Name, fault.Message);
                }
                catch (OperationCanceledException)
                {
                    return;
                }
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            patience.CancelAfter(Poll);
            await _wake.Reader.WaitToReadAsync(patience.Token).AsTask().ContinueWith(_ => { }, TaskScheduler.Default);
            _wake.Reader.TryRead(out _);
        }
    }

    private async Task<int> Advance(Reaction reaction, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await connection.ExecuteAsync(new("""
            insert into crucible.reaction (name, tx, id) values (@Name, pg_snapshot_xmin(pg_current_snapshot()), 0) on conflict do nothing
            """, new { reaction.Name }, cancellationToken: cancel));
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        var now = time.GetUtcNow();
        var at = await connection.QuerySingleOrDefaultAsync<Place?>(new("""
            select tx::text as tx, id, failures from crucible.reaction
            where name = @Name and (retry_at is null or retry_at <= @now) for update skip locked
            """, new { reaction.Name, now }, transaction, cancellationToken: cancel));
        if (at is null)
            return 0; // another host works on it, or it rests after a failure
        var rows = (await connection.QueryAsync<Row>(new("""
            select tx::text as tx, id, change::text as change from crucible.change
            where (tx, id) > (@tx::xid8, @id) and tx < pg_snapshot_xmin(pg_current_snapshot()) and kind = @Kind
            order by tx, id limit @Slice
            """, new { tx = at.Tx, id = at.Id, reaction.Kind, Slice }, transaction, cancellationToken: cancel))).AsList();
        foreach (var row in rows)
            if (!await Handle(connection, transaction, reaction, at, row, now, cancel))
                break;
        await transaction.CommitAsync(cancel);
        return rows.Count;
    }

    /// <summary>Reacts to one change and moves the cursor; false when the reaction has to rest first.</summary>
    private async Task<bool> Handle(NpgsqlConnection connection, NpgsqlTransaction transaction, Reaction reaction, Place at, Row row, DateTimeOffset now, CancellationToken cancel)
    {
        string? error = null;
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            await reaction.Rule.React(JsonSerializer.Deserialize(row.Change, reaction.Rule.Change, LiveJson.Options)!, scope.ServiceProvider, cancel);
        }
        catch (Exception fault) when (!cancel.IsCancellationRequested)
        {
            error = fault.Message;
            logger.LogError(fault, "The reaction {Reaction} failed on {Change}, attempt {Attempt} of {Most}", reaction.Name, row.Change, at.Failures + 1, MostAttempts);
        }
        if (error is not null && at.Failures + 1 < MostAttempts)
        {
            await connection.ExecuteAsync(new("update crucible.reaction set failures = failures + 1, error = @error, retry_at = @later where name = @Name",
                new { reaction.Name, error, later = now + TimeSpan.FromSeconds(Math.Min(600, 1 << at.Failures)) }, transaction, cancellationToken: cancel));
            return false;
        }
        at.Failures = 0;
        await connection.ExecuteAsync(new("update crucible.reaction set tx = @Tx::xid8, id = @Id, failures = 0, retry_at = null, error = @error where name = @Name",
            new { reaction.Name, row.Tx, row.Id, error }, transaction, cancellationToken: cancel));
        return true;
    }

    private string KindOf(ModuleOffer offer, Type change) =>
        ChangeKind.Of(catalogue.OwnerOf(change.Assembly)?.Id ?? offer.Info.Id, change);

    private sealed record Reaction(string Plugin, string Kind, ReactionRule Rule)
    {
        public string Name => $"{Plugin}:{Kind}";
    }

    private sealed class Place
    {
        public string Tx { get; set; } = "";
        public long Id { get; set; }
        public int Failures { get; set; }
    }

    private sealed record Row(string Tx, long Id, string Change);
}
