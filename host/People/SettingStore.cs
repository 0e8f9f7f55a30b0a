using System.Text.Json;
using System.Text.RegularExpressions;
using Crucible.Data;
using Dapper;

namespace Crucible.Host.People;

/// <summary>
/// How people like things: small values under a name, kept with the person and not in one browser. They are conveniences: nothing
/// that decides what somebody may do belongs here, because <c>POST /account/settings/{name}</c> takes what a page sends.
/// </summary>
public sealed partial class SettingStore(Database db, TimeProvider time)
{
    /// <summary>Most characters of a value, as JSON.</summary>
    public const int MostCharacters = 8192;

    /// <summary>Most settings of one person.</summary>
    public const int MostNames = 100;

    /// <summary>Whether it can be a name: lower-case words with digits, parted by dots or hyphens, 64 characters at most.</summary>
    public static bool IsName(string name) => Name().IsMatch(name);

    /// <summary>A value; the default of <typeparamref name="T"/> when there is none or it has another shape.</summary>
    public async Task<T?> Get<T>(Guid person, string name, CancellationToken cancel)
    {
        await using var connection = await db.Open(cancel);
        var json = await connection.QuerySingleOrDefaultAsync<string>(new("select value from crucible.setting where person_id = @person and name = @name", new { person, name }, cancellationToken: cancel));
        try
        {
            return json is null ? default : JsonSerializer.Deserialize<T>(json, JsonSerializerOptions.Web);
        }
        catch (JsonException)
        {
            return default;
        }
    }

    /// <summary>Sets a value, or forgets it when it is null.</summary>
    /// <returns>False when the name is none, the value is too long, or the person has too many.</returns>
    public Task<bool> Set<T>(Guid person, string name, T? value, CancellationToken cancel) =>
        SetJson(person, name, value is null ? null : JsonSerializer.Serialize(value, JsonSerializerOptions.Web), cancel);

    internal async Task<bool> SetJson(Guid person, string name, string? json, CancellationToken cancel)
    {
        if (!IsName(name) || json?.Length > MostCharacters)
            return false;
        await using var connection = await db.Open(cancel);
        if (json is null)
            return await connection.ExecuteAsync(new("delete from crucible.setting where person_id = @person and name = @name", new { person, name }, cancellationToken: cancel)) >= 0;
        return await connection.ExecuteAsync(new("""
            insert into crucible.setting (person_id, name, value, changed_at)
            select @person, @name, @json::jsonb, @now
            where exists (select from crucible.setting where person_id = @person and name = @name) or (select count(*) from crucible.setting where person_id = @person) < @MostNames
            on conflict (person_id, name) do update set value = excluded.value, changed_at = excluded.changed_at
            """, new { person, name, json, MostNames, now = time.GetUtcNow() }, cancellationToken: cancel)) == 1;
    }

    [GeneratedRegex("^(?=.{1,64}$)[a-z0-9]+([.-][a-z0-9]+)*$")]
    private static partial Regex Name();
}
