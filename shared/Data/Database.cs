using Crucible.Live;
using Crucible.People;
using Dapper;
using Npgsql;

namespace Crucible.Data;

/// <summary>The one PostgreSQL behind everything.</summary>
public sealed class Database(NpgsqlDataSource source)
{
    static Database() => DefaultTypeMap.MatchNamesWithUnderscores = true;

    /// <summary>The pool, for <c>COPY</c> and other things Dapper does not do.</summary>
    public NpgsqlDataSource Source { get; } = source;

    /// <summary>An open connection for reading, or for a single statement that is no news to anybody.</summary>
    public ValueTask<NpgsqlConnection> Open(CancellationToken cancel) => Source.OpenConnectionAsync(cancel);

    /// <summary>Begins a write: a transaction and the news that go with it.</summary>
    /// <param name="actor">Who writes; kept with the news.</param>
    /// <param name="cancel">Gives up waiting for a connection.</param>
    public async Task<WriteScope> Write(Actor actor, CancellationToken cancel)
    {
        var connection = await Open(cancel).ConfigureAwait(false);
        try
        {
            return new(connection, await connection.BeginTransactionAsync(cancel).ConfigureAwait(false), actor);
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// The cursor of a page: how far each topic has come. Read it <em>before</em> the page's own queries, so that
    /// nothing falls between what the page shows and what its stream replays.
    /// </summary>
    public async Task<Cursor> CursorOf(IReadOnlyCollection<Topic> topics, CancellationToken cancel)
    {
        await using var connection = await Open(cancel).ConfigureAwait(false);
        var known = await connection.QueryAsync<(string Topic, long Seq)>(new CommandDefinition(
            "select topic, seq from crucible.topic where topic = any(@topics)",
            new { topics = topics.Select(t => t.ToString()).ToArray() }, cancellationToken: cancel)).ConfigureAwait(false);
        var seqs = known.ToDictionary(k => k.Topic, k => k.Seq);
        return new(topics.Distinct().ToDictionary(t => t, t => seqs.GetValueOrDefault(t.ToString())));
    }
}
