using Crucible.Data;
using Crucible.Experiments.Domain.Console;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Live;
using Crucible.Live;
using Crucible.People;
using Dapper;

namespace Crucible.Experiments.Data;

/// <summary>What became of lines that were sent.</summary>
/// <param name="Accepted">Lines kept.</param>
/// <param name="Repeated">Lines that were here already.</param>
/// <param name="Cut">Lines that were too long and lost their end.</param>
/// <param name="LastNumber">Number of the newest line of the run; 0 while it has none.</param>
public sealed record ConsoleReceipt(int Accepted, int Repeated, int Cut, long LastNumber)
{
    /// <summary>The call was answered before; nothing was done now.</summary>
    public bool Again { get; init; }
}

/// <summary>Which lines a run has.</summary>
/// <param name="First">Number of the oldest that is kept.</param>
/// <param name="Next">The number that the next one gets.</param>
public readonly record struct ConsoleExtent(long First, long Next)
{
    /// <summary>How many are kept.</summary>
    public long Lines => Next - First;

    /// <summary>How many of the oldest are gone.</summary>
    public long Gone => First - 1;
}

/// <summary>The consoles of runs: lines in the order of arrival. Callers of the reading verbs have checked that the run may be seen.</summary>
public sealed class ConsoleStore(Database database, ILiveSignals signals, ExperimentsOptions options)
{
    /// <summary>Keeps lines, once each: a line with a number of its writer, or a call with a key, that came before is passed over.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="batch">The lines.</param>
    /// <param name="key">What the call names itself; null for a call without a name.</param>
    /// <param name="actor">Who sends them.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<(ConsoleReceipt? Receipt, ProtocolError? Refusal)> Append(Guid runId, ConsoleBatch batch, string? key, Actor actor, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        var (_, refusal) = await Gate.Pass(write, runId, actor, cancel);
        if (refusal is not null)
            return (null, refusal);
        await Gate.Hear(write, runId, cancel);
        // The run's row is locked now: what follows has no rival.
        if (key is not null && await write.Connection.QuerySingleOrDefaultAsync<ConsoleReceipt>(new(
            "select accepted, repeated, cut, last_number from experiments.run_log_call where run_id = @runId and key = @key", new { runId, key }, cancellationToken: cancel)) is { } before)
            return (before with { Again = true }, null);
        var extent = await write.Connection.QuerySingleAsync<ConsoleExtent>(new("""
            insert into experiments.run_log (run_id) values (@runId) on conflict do nothing;
            select first_number as first, next_number as next from experiments.run_log where run_id = @runId
            """, new { runId }, cancellationToken: cancel));
        var kept = await Put(write, runId, batch, extent.Next, cancel);
        extent = extent with { Next = extent.Next + kept };
        await Trim(write, runId, extent, cancel);
        var receipt = new ConsoleReceipt(kept, batch.Lines.Count - kept, batch.Cut, extent.Next - 1);
        if (key is not null)
            await write.Connection.ExecuteAsync(new("""
                insert into experiments.run_log_call (run_id, key, accepted, repeated, cut, last_number) values (@runId, @key, @Accepted, @Repeated, @Cut, @LastNumber)
                """, new { runId, key, receipt.Accepted, receipt.Repeated, receipt.Cut, receipt.LastNumber }, cancellationToken: cancel));
        await write.Commit(cancel);
        if (kept > 0)
            signals.Signal(Topics.RunLog(runId));
        return (receipt, null);
    }

    /// <summary>Which lines a run has.</summary>
    public async Task<ConsoleExtent> Extent(Guid runId, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.QuerySingleAsync<ConsoleExtent>(new(
            "select coalesce(max(first_number), 1) as first, coalesce(max(next_number), 1) as next from experiments.run_log where run_id = @runId", new { runId }, cancellationToken: cancel));
    }

    /// <summary>Lines behind a number, oldest first.</summary>
    public Task<IReadOnlyList<ConsoleLine>> After(Guid runId, long number, ConsoleFilter filter, int most, CancellationToken cancel) =>
        Read(runId, "number > @number", "number", number, filter, most, cancel);

    /// <summary>The last lines before a number, oldest first.</summary>
    public async Task<IReadOnlyList<ConsoleLine>> Before(Guid runId, long number, ConsoleFilter filter, int most, CancellationToken cancel) =>
        [.. (await Read(runId, "number < @number", "number desc", number, filter, most, cancel)).Reverse()];

    /// <summary>Forgets lines that arrived before a time, and the calls that brought them; in slices.</summary>
    public async Task<long> Forget(DateTimeOffset before, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await Slices.UntilNone(() => connection.ExecuteAsync(new("""
            delete from experiments.run_log_call where ctid = any(array(select ctid from experiments.run_log_call where at < @before limit 5000))
            """, new { before }, cancellationToken: cancel)));
        return await Slices.UntilNone(() => connection.QuerySingleAsync<int>(new("""
            with gone as (
                delete from experiments.run_log_line where ctid = any(array(select ctid from experiments.run_log_line where received_at < @before limit 5000))
                returning run_id, number
            ), first as (
                update experiments.run_log l set first_number = greatest(l.first_number, g.last + 1)
                from (select run_id, max(number) as last from gone group by run_id) g where g.run_id = l.run_id
            )
            select count(*)::int from gone
            """, new { before }, cancellationToken: cancel)));
    }

    private async Task<IReadOnlyList<ConsoleLine>> Read(Guid runId, string range, string order, long number, ConsoleFilter filter, int most, CancellationToken cancel)
    {
        var level = filter.Least switch { null => "", >= 3 => "and level >= @Least", _ => "and coalesce(level, 2) >= @Least" };
        var text = filter.Text.Length > 0 ? "and text ilike @like" : "";
        var since = filter.Since is null ? "" : "and at >= @Since";
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<ConsoleLine>(new($"""
            select number, at, level, is_error, source, text from experiments.run_log_line
            where run_id = @runId and {range} {level} {text} {since} order by {order} limit @most
            """, new { runId, number, filter.Least, like = Like.Within(filter.Text), filter.Since, most }, cancellationToken: cancel))).AsList();
    }

    private static Task<int> Put(WriteScope write, Guid runId, ConsoleBatch batch, long next, CancellationToken cancel) => write.Connection.ExecuteAsync(new("""
        insert into experiments.run_log_line (run_id, number, at, level, is_error, source, seq, text)
        select @runId, @next + row_number() over (order by ord) - 1, coalesce(at, now()), level, is_error, @Source, seq, text
        from unnest(@ats::timestamptz[], @levels::smallint[], @errors, @seqs::bigint[], @texts) with ordinality as n (at, level, is_error, seq, text, ord)
        where seq is null or not exists (select from experiments.run_log_line l where l.run_id = @runId and l.source = @Source and l.seq = n.seq)
        """, new
    {
        runId,
        next,
        batch.Source,
        ats = batch.Lines.Select(l => l.At?.UtcDateTime).ToArray(),
        levels = batch.Lines.Select(l => l.Level).ToArray(),
        errors = batch.Lines.Select(l => l.IsError).ToArray(),
        seqs = batch.Lines.Select(l => l.Seq).ToArray(),
        texts = batch.Lines.Select(l => l.Text).ToArray(),
    }, cancellationToken: cancel));

    // Not with every call: a twentieth above the limit goes at once.
    private async Task Trim(WriteScope write, Guid runId, ConsoleExtent extent, CancellationToken cancel)
    {
        var first = extent.Lines > options.MostLogLines + (options.MostLogLines / 20) ? extent.Next - options.MostLogLines : extent.First;
        if (first > extent.First)
            await write.Connection.ExecuteAsync(new("delete from experiments.run_log_line where run_id = @runId and number < @first", new { runId, first }, cancellationToken: cancel));
        await write.Connection.ExecuteAsync(new("update experiments.run_log set first_number = @first, next_number = @Next where run_id = @runId",
            new { runId, first, extent.Next }, cancellationToken: cancel));
    }
}
