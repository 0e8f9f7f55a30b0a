using Crucible.Data;
using Dapper;

namespace Crucible.Host.Search;

/// <summary>
/// What a person chose in the palette, addresses only: what stands there is asked anew each time, so nobody reads the name of what
/// they may not see any more.
/// </summary>
internal sealed class PickStore(Database database, TimeProvider time)
{
    /// <summary>So many are kept for each person.</summary>
    public const int Most = 20;

    public const int LongestUrl = 500;

    /// <summary>The last chosen first.</summary>
    public async Task<IReadOnlyList<string>> Of(Guid person, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<string>(new("select url from crucible.pick where person_id = @person order by at desc limit @Most", new { person, Most }, cancellationToken: cancel))).AsList();
    }

    public async Task Add(Guid person, string url, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await connection.ExecuteAsync(new("""
            insert into crucible.pick (person_id, url, at) values (@person, @url, @now) on conflict (person_id, url) do update set at = excluded.at;
            delete from crucible.pick where person_id = @person and url not in (
                select url from crucible.pick where person_id = @person order by at desc, url limit @Most)
            """, new { person, url, Most, now = time.GetUtcNow() }, cancellationToken: cancel));
    }
}
