using System.Text.Json;
using AngleSharp.Dom;
using Crucible.Testing;

namespace Crucible.Host.Tests.Security;

/// <summary>Every page that can be reached, by its route or by a link, with what a hostile colleague has filled it with.</summary>
[Collection(nameof(Untouched))]
public sealed class PageWalkTests(Everything world)
{
    private const int Most = 160;

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
        var (seen, waiting) = (new HashSet<string>(), new Queue<string>());
        void Take(Reply reply, bool byScript = false)
        {
            faults.AddRange(PageRules.Faults(reply, isPrivate));
            // A script sends the token in a header; what it fetches carries none.
            if (complete && !byScript)
                faults.AddRange(PageRules.Forms(reply));
            if (reply.Status >= 500 && !reply.Asked.Contains("/sample/fault", StringComparison.Ordinal))
                faults.Add(reply.ToString());
            if (reply.IsHtml)
                foreach (var to in Links(reply.Body).Where(l => complete && seen.Count < Most && seen.Add(l)))
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

    private static IEnumerable<string> Links(string html)
    {
        foreach (var element in Seat.Parse(html).QuerySelectorAll("[href], [src], [hx-get], form:not([method=post])[action]"))
            foreach (var name in (string[])["href", "src", "hx-get", "action"])
                if (element.GetAttribute(name) is { } to && to.StartsWith('/') && !to.StartsWith("//", StringComparison.Ordinal))
                    yield return to.Split('#')[0];
    }

    /// <summary>Names, notes, tags, parameters and files that are attacks wherever they are shown.</summary>
    private async Task Fill()
    {
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
        await admin.Submit("/account?handler=Name", Seat.Form("DisplayName=" + Uri.EscapeDataString(Attacks.Names[1])));
    }
}
