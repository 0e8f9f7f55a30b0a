using Crucible.Data;
using Crucible.Search;
using Dapper;

namespace Crucible.Host.Search;

/// <summary>People, as the palette finds them.</summary>
internal sealed class PersonSearchStore(Database database)
{
    private const string Page = "/admin/people/";

    public Task<IReadOnlyList<SearchHit>> Find(string text, int most, CancellationToken cancel) => Read("""
        where strpos(lower(display_name), lower(@text)) > 0 or strpos(lower(user_name), lower(@text)) > 0
        order by strpos(lower(display_name), lower(@text)) = 0, strpos(lower(display_name), lower(@text)), lower(display_name) limit @most
        """, new { text, most }, cancel);

    public Task<IReadOnlyList<SearchHit>> Known(IReadOnlyList<string> urls, CancellationToken cancel)
    {
        Guid[] ids = [.. urls.Where(u => u.StartsWith(Page, StringComparison.Ordinal)).Select(u => Guid.TryParse(u[Page.Length..], out var id) ? id : Guid.Empty)];
        return Read("where id = any(@ids)", new { ids }, cancel);
    }

    private async Task<IReadOnlyList<SearchHit>> Read(string which, object values, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        var found = await connection.QueryAsync<(Guid Id, string Name, string UserName, bool Disabled)>(new(
            $"select id, display_name, user_name, disabled from crucible.person {which}", values, cancellationToken: cancel));
        return [.. found.Select(p => new SearchHit(p.Name, $"{Page}{p.Id}") { Also = p.UserName, Hint = p.Disabled ? "disabled" : p.UserName })];
    }
}
