using System.Text.Json;
using System.Text.RegularExpressions;
using AngleSharp.Dom;
using Crucible.Testing;
using Npgsql;

namespace Crucible.Host.Tests.Security;

/// <summary>Every page that can be reached, by its route or by a link, with what a hostile colleague has filled it with.</summary>
[Collection(nameof(Untouched))]
public sealed partial class PageWalkTests(Everything world)
{
    private const int Most = 240, MostAlike = 6;

    [Fact]
    public async Task Nothing_on_any_page_is_inline_and_every_response_has_its_headers()
    {
        await Fill();
        var faults = new List<string>();
        foreach (var (seat, name, isPrivate) in ((Seat, string, bool)[])[(await world.Sit(world.Cast.Admin), "admin", true), (await world.Sit(world.Cast.Viewer), "viewer", true), (await world.Sit(null), "nobody", false)])
        {
            var seen = await Walk(seat, isPrivate, name == "admin", faults);
            // A walk that stops at the door proves nothing.
            if (name == "admin")
                Assert.True(seen > 25, $"The {name} came to {seen} pages only.");
        }
        Assert.True(faults.Count == 0, string.Join('\n', faults.Distinct().Take(40).Prepend($"{faults.Count} faults:")));
    }

    private async Task<int> Walk(Seat seat, bool isPrivate, bool complete, List<string> faults)
    {
        var cases = (await world.Cases()).Where(c => c.Route.Method == "GET").ToList();
        var (seen, times, waiting) = (new HashSet<string>(), new Dictionary<string, int>(), new Queue<string>());
        void Take(Reply reply, bool byScript = false)
        {
            faults.AddRange(PageRules.Faults(reply, isPrivate));
            // A script sends the token in a header; what it fetches carries none.
            if (complete && !byScript)
                faults.AddRange(PageRules.Forms(reply));
            if (reply.Status >= 500 && !reply.Asked.Contains("/sample/fault", StringComparison.Ordinal))
                faults.Add(reply.ToString());
            if (reply.IsHtml)
                foreach (var to in Links(reply.Page).Where(l => complete && seen.Count < Most && seen.Add(l) && Alike(l, times)))
                    waiting.Enqueue(to);
        }
        foreach (var one in cases)
        {
            Take(await one.Send(seat, formToken: false));
            Take(await one.Send(seat, formToken: false, ("HX-Request", "true")), byScript: true);
            Take(await one.Send(seat, formToken: false, ("Accept", "application/json")));
        }
        while (waiting.TryDequeue(out var path))
            Take(await seat.Get(path));
        Take(await seat.Get("/nowhere/at/all"));
        Take(await seat.Get("/nowhere", ("Accept", "application/json")));
        return seen.Count;
    }

    // The tenth page of a list, or the twentieth run, says nothing new: of those that differ in values alone, a few.
    private static bool Alike(string link, Dictionary<string, int> times)
    {
        var shape = ValueInLink().Replace(link, "*");
        return (times[shape] = times.GetValueOrDefault(shape) + 1) <= MostAlike;
    }

    [GeneratedRegex("(?<==)[^&]*|[0-9a-fA-F-]{32,36}|(?<=/)[0-9]+")]
    private static partial Regex ValueInLink();

    private static IEnumerable<string> Links(IParentNode page)
    {
        foreach (var element in page.QuerySelectorAll("[href], [src], [hx-get], form:not([method=post])[action]"))
            foreach (var name in (string[])["href", "src", "hx-get", "action"])
                if (element.GetAttribute(name) is { } to && to.StartsWith('/') && !to.StartsWith("//", StringComparison.Ordinal))
                    yield return to.Split('#')[0];
    }

    /// <summary>Names, notes, tags, parameters and files that are attacks wherever they are shown.</summary>
    private async Task Fill()
    {
        await FillAdmin();
        var mira = await world.Token(world.Cast.Member, "write");
        foreach (var (names, i) in Attacks.Names.Chunk(3).Select((n, i) => (n, i)))
        {
            var (name, other, third) = (names[0], names[^1], names[names.Length / 2]);
            var made = await mira.Send("POST", "/api/2.0/mlflow/experiments/create", Seat.Json(JsonSerializer.Serialize(new { name = name + i, tags = new[] { new { key = "mlflow.note.content", value = name } } })));
            Assert.True(made.Status == 200, made.ToString());
            var experiment = JsonDocument.Parse(made.Body).RootElement.GetProperty("experiment_id").GetString()!;
            var run = await Things.MakeRun(mira, experiment);
            await Things.Ask(mira, "runs/update", new { run_id = run, run_name = other });
            await Things.Ask(mira, "runs/log-batch", new
            {
                run_id = run,
                @params = new[] { new { key = "p", value = third } },
                tags = new[] { new { key = "mlflow.note.content", value = $"[{name}](javascript:alert(1)) {name}" }, new { key = "mlflow.user", value = other }, new { key = "mlflow.source.name", value = third } },
            });
            if (i < 3)
                Assert.Equal(200, (await mira.Send("PUT", $"/api/2.0/mlflow-artifacts/artifacts/{experiment}/{run}/artifacts/page.html", new StringContent(name))).Status);
        }
        var admin = await world.Sit(world.Cast.Admin);
        Assert.Equal(302, (await admin.Submit("/account?handler=Name", Seat.Form("DisplayName=" + Uri.EscapeDataString(Attacks.Names[1])))).Status);
    }

    /// <summary>The same in what admins see: teams, invitations, the audit log, runs of jobs with their errors and logs, notices.</summary>
    private async Task FillAdmin()
    {
        var admin = await world.Sit(world.Cast.Admin);
        await using var connection = new NpgsqlConnection(world.ConnectionString);
        await connection.OpenAsync();
        foreach (var name in Attacks.Names)
        {
            var typed = Uri.EscapeDataString(name);
            Assert.Equal(302, (await admin.Submit("/admin/people/teams?handler=Create", Seat.Form($"Name={typed}"))).Status);
            Assert.Equal(200, (await admin.Submit("/admin/people/invitations?handler=Create", Seat.Form($"DisplayName={typed}&Role=viewer&Days=1"))).Status);
            await using var command = new NpgsqlCommand("""
                with run as (insert into crucible.job_run (id, job, state, arguments, asked_by, error, doing, ended_at, lines) values ($1, 'sample.StampNote', 'dead', jsonb_build_object($2, $2), $2, $2, $2, now(), 1) returning id),
                    attempt as (insert into crucible.job_attempt (run_id, attempt, outcome, node, started_at, error, details) select id, 1, 'failed', $2, now(), $2, $2 from run),
                    notice as (insert into crucible.notice (person_id, kind, title, text, url, at) values ($3, 'crucible.token-ends', $2, $2, '/account', now())),
                    line as (insert into crucible.audit (at, actor, via, action, subject, title, before, after) values (now(), $2, 'browser', 'tests.name', 'tests:1', $2, to_jsonb($2), jsonb_build_object($2, $2)))
                insert into crucible.job_log (run_id, line, attempt, at, level, text) select id, 1, 1, now(), 'info', $2 from run
                """, connection) { Parameters = { new() { Value = Guid.CreateVersion7() }, new() { Value = name, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text }, new() { Value = world.Cast.Admin.PersonId } } };
            await command.ExecuteNonQueryAsync();
        }
    }
}
