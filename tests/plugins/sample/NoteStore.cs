using Crucible.Data;
using Crucible.Live;
using Crucible.People;
using Dapper;

namespace Team.Sample;

public sealed class NoteStore(Database database)
{
    public static readonly Topic Shared = new("note", "shared");

    public async Task<string> Text(CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.ExecuteScalarAsync<string>("select body from sample.note") ?? "";
    }

    public async Task Count(int length, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await connection.ExecuteAsync("insert into sample.heard (length) values (@length)", new { length });
    }

    public async Task Write(string text, Actor actor, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        await write.Connection.ExecuteAsync("update sample.note set body = @text", new { text });
        write.Tell("sample", Shared, new NoteWritten(text.Length));
        await write.Commit(cancel);
    }
}
