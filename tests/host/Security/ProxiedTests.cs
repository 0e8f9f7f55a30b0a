using Crucible.Testing;

namespace Crucible.Host.Tests.Security;

/// <summary>The host behind a proxy of its own that speaks TLS with the world.</summary>
public sealed class BehindProxy : World
{
    protected override IEnumerable<string> Settings => ["Crucible:TrustedProxies=127.0.0.1"];
}

public sealed class ProxiedTests(BehindProxy world) : IClassFixture<BehindProxy>
{
    private static readonly (string, string)[] Tls = [("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "crucible.example")];

    [Fact]
    public async Task Over_tls_cookies_are_bound_to_this_host_and_browsers_are_told_to_stay_on_tls()
    {
        var seat = Seat.Empty(world.Url);
        var faults = new List<string>();
        Reply Look(Reply reply)
        {
            faults.AddRange(PageRules.Faults(reply, false));
            faults.AddRange(PageRules.Cookies(reply, tls: true));
            if (reply.Header("Strict-Transport-Security") != "max-age=31536000; includeSubDomains")
                faults.Add($"{reply.Asked}: no HSTS");
            return reply;
        }
        var page = Look(await seat.Get("/account/sign-in", Tls));
        var form = Seat.Parse(page.Body).QuerySelector("input[name=__RequestVerificationToken]")!.GetAttribute("value")!;
        var keep = string.Join("; ", page.Cookies.Select(c => c.Split(';')[0]));
        Assert.Contains("crucible-form=", keep, StringComparison.Ordinal);
        var signedIn = Look(await seat.Send("POST", "/account/sign-in", Seat.Form($"Name=mira&Password={Uri.EscapeDataString(Player.Password)}"), [.. Tls, ("Cookie", keep), (Seat.FormHeader, form), ("Origin", "https://crucible.example")]));
        Assert.Equal(302, signedIn.Status);
        var session = Assert.Single(signedIn.Cookies, c => c.StartsWith("__Host-crucible=", StringComparison.Ordinal));
        Assert.Contains("secure", session, StringComparison.OrdinalIgnoreCase);
        keep += "; " + session.Split(';')[0];
        foreach (var path in (string[])["/", "/account", "/experiments", "/nowhere"])
            Look(await seat.Get(path, [.. Tls, ("Cookie", keep)]));
        // The same key without the prefix is what a neighbour on plain HTTP could have planted.
        Assert.Equal(302, (await seat.Get("/", [.. Tls, ("Cookie", session.Split(';')[0].Replace("__Host-", "", StringComparison.Ordinal))])).Status);
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Fact]
    public async Task A_poisoned_host_name_leads_nobody_away()
    {
        var seat = Seat.Empty(world.Url);
        foreach (var host in (string[])["evil.example", "crucible.example\"><script>", "crucible.example:443@evil.example", "a b", "", "[::1"])
        {
            var reply = await seat.Get("/experiments", ("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", host));
            Assert.True(reply.Status is 302 or 400, reply.ToString());
            Assert.True(reply.Status == 400 || Attacks.StaysHere(reply.Header("Location")), reply.Header("Location"));
        }
    }
}
