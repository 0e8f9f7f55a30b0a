using Crucible.Data;
using Crucible.People;

namespace Crucible.Host.Security;

/// <summary>
/// Writes refused authorisations into the audit log: who asked for what. At most ten a minute for each person, so that a program that
/// keeps asking fills the console and not the database.
/// </summary>
internal sealed class RefusalTrail(Database db, TimeProvider time, ILogger<RefusalTrail> log)
{
    private const int MostAMinute = 10, MostPeople = 10_000;
    private readonly Dictionary<Guid, (long Minute, int Count)> _counted = [];
    private readonly Lock _lock = new();

    public async Task Add(Actor actor, string method, string path)
    {
        if (actor.PersonId is not { } person || !Take(person))
            return;
        try
        {
            await using var write = await db.Write(actor, CancellationToken.None);
            write.Audit("access.refused", $"person:{person}", $"{method} {path}");
            await write.Commit(CancellationToken.None);
        }
        catch (Npgsql.NpgsqlException fault)
        {
            // The answer is 403 whether it could be written down or not; the console has it.
            log.LogWarning(fault, "A refused authorisation could not be written to the audit log");
        }
    }

    private bool Take(Guid person)
    {
        var minute = time.GetUtcNow().ToUnixTimeSeconds() / 60;
        lock (_lock)
        {
            if (_counted.Count >= MostPeople)
                _counted.Clear();
            var (counted, count) = _counted.GetValueOrDefault(person);
            _counted[person] = (minute, counted == minute ? count + 1 : 1);
            return counted != minute || count < MostAMinute;
        }
    }
}
