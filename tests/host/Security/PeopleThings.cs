using System.Security.Cryptography;
using Crucible.Host.People;
using Crucible.People;
using Crucible.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Crucible.Host.Tests.Security;

/// <summary>
/// What a line of <see cref="RouteTable"/> names in braces of people and jobs: things of whoever acts on the own account, somebody
/// else to act on, and runs that wait or are dead.
/// </summary>
internal static class PeopleThings
{
    private static readonly Actor System = Actor.System("tests");

    public static async Task Make(Everything world, Player oneself, string template, Dictionary<string, string> words)
    {
        bool Names(params string[] any) => any.Any(word => template.Contains($"{{{word}}}", StringComparison.Ordinal));
        if (Names("token"))
            words["token"] = await One(world, "select id::text from crucible.token where person_id = $1 and revoked_at is null limit 1", oneself.PersonId);
        if (Names("elsewhere"))
            words["elsewhere"] = Secret.HashText(await world.Session(oneself));
        if (Names("session"))
            words["session"] = Secret.HashText(await world.Session(oneself));
        if (Names("subject"))
            words["subject"] = await One(world, "insert into crucible.identity (issuer, subject, person_id, provider, account, created_at, used_at) values ('tests', gen_random_uuid()::text, $1, 'far', 'account', now(), now()) returning subject", oneself.PersonId);
        if (Names("notice"))
            words["notice"] = await One(world, "insert into crucible.notice (person_id, kind, title, url, at) values ($1, 'crucible.token-ends', 'A token ends', '/account/tokens', now()) returning id::text", oneself.PersonId);
        if (Names("proof"))
            await One(world, "insert into crucible.mail_proof (hash, person_id, address, asked_at, expires_at) values ($2, $1, 'self@example.org', now() - interval '2 hours', now() + interval '1 hour') returning address", oneself.PersonId, Secret.Hash(words["proof"] = Secret.New()));
        if (Names("resetCode"))
            words["resetCode"] = Code(await world.Services.GetRequiredService<LinkStore>().CreateReset(System, oneself.PersonId, TimeSpan.FromHours(1), default));
        if (Names("invitationCode", "invitation"))
            await MakeInvitation(world, words);
        if (Names("person", "team", "otherTeam", "personName", "personSession", "personToken"))
            await MakePerson(world, words);
        if (Names("deadRun", "discardedRun", "queuedRun", "error"))
            await MakeRuns(world, words);
    }

    private static async Task MakeInvitation(Everything world, Dictionary<string, string> words)
    {
        var name = words["invitedName"] = $"invited {Guid.NewGuid()}";
        var (_, link) = await world.Services.GetRequiredService<InvitationStore>().Create(System, new() { DisplayName = name, Role = Role.Member }, [], TimeSpan.FromDays(1), default);
        words["invitationCode"] = Code(link!);
        words["invitation"] = await One(world, "select id::text from crucible.invitation where display_name = $1", name);
    }

    private static async Task MakePerson(Everything world, Dictionary<string, string> words)
    {
        var teams = world.Services.GetRequiredService<TeamStore>();
        var team = (await teams.Create(System, $"team {Guid.NewGuid()}", default))!.Id;
        var person = await world.Invite("other" + Guid.NewGuid().ToString("N")[..8], Role.Member, team, writes: true);
        await world.Services.GetRequiredService<GrantStore>().Give(System, person.PersonId, "crucible.jobs", default);
        (words["person"], words["personName"], words["team"]) = (person.PersonId.ToString(), person.Name, team.ToString());
        words["otherTeam"] = (await teams.Create(System, $"other team {Guid.NewGuid()}", default))!.Id.ToString();
        words["personSession"] = Secret.HashText(await world.Session(person));
        words["personToken"] = await One(world, "select id::text from crucible.token where person_id = $1", person.PersonId);
    }

    // Letters only: the page puts the same sign for every number.
    private static async Task MakeRuns(Everything world, Dictionary<string, string> words)
    {
        const string Queue = "insert into crucible.job_run (id, job, state, asked_by, error, ended_at) values ($1, 'sample.StampNote', $2, 'tests', $3, now()) returning id::text";
        words["error"] = "it broke " + RandomNumberGenerator.GetString("abcdefgh", 12);
        words["deadRun"] = await One(world, Queue, Guid.CreateVersion7(), "dead", words["error"]);
        words["discardedRun"] = await One(world, Queue, Guid.CreateVersion7(), "failed", words["error"]);
        words["queuedRun"] = await One(world, Queue, Guid.CreateVersion7(), "queued", DBNull.Value);
    }

    private static string Code(string link) => link[(link.IndexOf('#', StringComparison.Ordinal) + 1)..];

    private static async Task<string> One(World world, string sql, params object[] values)
    {
        await using var connection = new NpgsqlConnection(world.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        return (string)(await command.ExecuteScalarAsync())!;
    }
}
