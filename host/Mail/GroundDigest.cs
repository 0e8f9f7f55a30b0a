using Crucible.Data;
using Crucible.Host.Plugins;
using Crucible.Notices;
using Crucible.People;
using Dapper;

namespace Crucible.Host.Mail;

/// <summary>What the host itself has to say to its admins in the weekly mail.</summary>
internal static class GroundDigest
{
    public static async Task<IReadOnlyList<DigestLine>> Write(IServiceProvider services, Actor actor, Week week, CancellationToken cancel)
    {
        await using var connection = await services.GetRequiredService<Database>().Open(cancel);
        var (people, troubles) = await connection.QuerySingleAsync<(long, long)>(new("""
            select (select count(*) from crucible.person where created_at >= @From and created_at < @Until),
                (select coalesce(sum(times), 0) from crucible.notice where person_id = @PersonId and kind = 'crucible.job-given-up' and at >= @From and at < @Until)
            """, new { week.From, week.Until, actor.PersonId }, cancellationToken: cancel));
        var lines = new List<DigestLine>();
        if (people > 0)
            lines.Add(new(people == 1 ? "1 new person" : $"{people} new people", "/admin/people"));
        if (troubles > 0)
            lines.Add(new(troubles == 1 ? "1 run of a job was given up" : $"{troubles} runs of jobs were given up", "/admin/jobs"));
        lines.AddRange(services.GetRequiredService<PluginCatalogue>().Plugins.Where(p => p.State == PluginState.Failed)
            .Select(p => new DigestLine($"The plugin {p.Title} does not run: {p.Reason}", "/admin/plugins")));
        return lines;
    }
}
