using System.Collections.Concurrent;
using Crucible.People;

namespace Crucible.Host.Tests.Security;

/// <summary>Nobody is sent to another site by an address that looks like ours.</summary>
[Collection(nameof(Battered))]
public sealed class RedirectTests(Everything world)
{
    private static readonly string[] Names = ["returnUrl", "ReturnUrl", "return_url", "next", "url", "redirect", "redirect_uri", "to", "back"];

    [Fact]
    public async Task After_signing_in_one_stays_here()
    {
        // Somebody else: others may have locked Mira out by guessing.
        var player = await world.Invite("led" + Guid.NewGuid().ToString("N")[..8], Role.Member, world.Cast.Red, writes: false);
        await Parallel.ForEachAsync(Attacks.OtherSites, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (evil, _) =>
        {
            var seat = Seat.Empty(world.Url);
            var query = "/account/sign-in?returnUrl=" + Uri.EscapeDataString(evil);
            var page = await seat.Get(query);
            Assert.True(page.Status == 200, page.ToString());
            var token = Seat.Parse(page.Body).QuerySelector("input[name=__RequestVerificationToken]")!.GetAttribute("value")!;
            var signedIn = await seat.Send("POST", query, Seat.Form($"Name={player.Name}&Password={Uri.EscapeDataString(Crucible.Testing.Player.Password)}&ReturnUrl={Uri.EscapeDataString(evil)}"), (Seat.FormHeader, token));
            Stays(signedIn, evil, 302);
            Stays(await seat.Get(query), evil, 302);
        });
    }

    [Fact]
    public async Task No_route_takes_another_site_from_its_query_its_form_or_its_path()
    {
        var seat = await world.Sit(world.Cast.Member);
        var nobody = await world.Sit(null);
        var mira = await world.Token(world.Cast.Member, "write");
        var faults = new ConcurrentQueue<string>();
        void Look(Reply reply)
        {
            foreach (var header in (string[])["Location", "HX-Redirect", "HX-Location", "HX-Push-Url", "HX-Replace-Url", "Content-Location", "Refresh"])
                if (reply.Header(header) is { Length: > 0 } to && !Attacks.StaysHere(to) && !to.StartsWith(Everything.Provider + "?", StringComparison.Ordinal) && !to.StartsWith(world.Url + "/", StringComparison.Ordinal))
                    faults.Enqueue($"{reply.Asked}: {header} {to}");
        }
        var cases = (await world.Cases()).Where(c => c.Route.Pattern != "/live" && c.Route.Policy is null).ToList();
        await Parallel.ForEachAsync(cases, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (one, _) =>
        {
            // What signs somebody in or out would do so in a seat that others sit in, and with codes of theirs.
            var (own, things) = (seat, one.Things);
            if (one.Expected.Reach is Reach.Anybody or Reach.Oneself && one.Route.Changes)
            {
                (var player, own) = await world.Newcomer();
                things = await Things.For(world, mira, player, one.Expected.Template);
            }
            foreach (var evil in (string[])["//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example"])
            {
                var query = string.Join('&', Names.Select(n => $"{n}={Uri.EscapeDataString(evil)}"));
                var path = one.Route.Path(new Dictionary<string, string>());
                path += (path.Contains('?', StringComparison.Ordinal) ? "&" : "?") + query;
                if (one.Route.Name is "POST /account/sign-out" || path.Length == 0)
                    continue;
                var fields = $"{things.Fill(one.Expected.Form)}&{query}";
                Look(await own.Send(one.Route.Method, path, one.Route.Changes ? Seat.Form(fields) : null, own.FormToken!.Value));
                Look(await nobody.Send(one.Route.Method, path, one.Route.Changes ? Seat.Form(fields) : null));
                Look(await nobody.Get(path, ("HX-Request", "true"), ("HX-Current-URL", evil)));
            }
        });
        foreach (var evil in Attacks.OtherSites.Where(e => e[0] is '/' or '\\' && !e.Any(char.IsControl)))
            foreach (var one in (Seat[])[seat, nobody])
                Look(await one.Get(evil.Replace('\\', '/')));
        Assert.Equal(200, (await seat.Get("/account")).Status);
        Assert.True(faults.IsEmpty, string.Join('\n', faults.Distinct().Take(30)));
    }

    private static void Stays(Reply reply, string evil, int status) =>
        Assert.True(reply.Status == status && Attacks.StaysHere(reply.Header("Location")), $"{evil}: {reply.Asked} answered {reply.Status} to '{reply.Header("Location")}'");
}
