using System.Text.Json;
using Crucible.People;
using Crucible.Testing;

namespace Crucible.Host.Tests.Security;

/// <summary>Nobody writes lines of their own into the log, nor colours, nor what clears a terminal.</summary>
[Collection(nameof(Battered))]
public sealed class LogForgeryTests(Everything world)
{
    [Theory]
    [InlineData("text")]
    [InlineData("json")]
    public async Task What_people_send_stays_within_its_line(string format)
    {
        await using var host = await OwnHost.Start(("ConnectionStrings__Crucible", world.ConnectionString), ("Crucible__LogLevel", "Verbose"), ("Crucible__SignInsPerMinute", "1000"), ("Crucible__Logs", format), ("Crucible__PluginsPath", TestServer.BuiltPlugins), ("Crucible__AssetsPath", TestServer.BuiltAssets));
        var mira = await Seat.SignIn(host.Url, await world.Invite("forger" + format, Role.Member, world.Cast.Red, writes: true));
        var nobody = Seat.Empty(host.Url);
        const string Forged = "FORGED admin signed in from 10.0.0.1";
        foreach (var end in (string[])["\r\n", "\n", "\r", "\u0085", "\u2028", "\u001b[2J\u001b[31m", "\u0007\b\b\b", "\u009b31m", "\0"])
        {
            var evil = Uri.EscapeDataString($"x{end}12:00:00 INF {Forged}");
            foreach (var seat in (Seat[])[mira, nobody])
                foreach (var (method, path) in ((string, string)[])[("GET", $"/{evil}"), ("GET", $"/experiments/{evil}"), ("GET", $"/api/2.0/mlflow/{evil}"), ("POST", $"/{evil}"), ("DELETE", $"/api/2.0/{evil}"), ("GET", $"/live?topics={evil}"), ("GET", $"/live?topics=run:{evil}"), ("GET", $"/nav/{evil}/badge"), ("GET", $"/account/sign-in?returnUrl={evil}"), ("POST", $"/experiments/runs/{evil}?handler={evil}")])
                    await seat.Send(method, path, method == "POST" ? Seat.Form($"id={evil}") : null, ("X-Request-Id", evil), ("User-Agent", "x"), ("traceparent", "00-" + new string('a', 32) + "-bbbbbbbbbbbbbbbb-01"));
            await mira.Submit("/admin/plugins?handler=Enable", Seat.Form($"id={evil}"));
            await mira.Submit("/account?handler=Name", Seat.Form($"DisplayName={evil}"));
            await nobody.Get("/experiments", ("Authorization", "Basic " + Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"nobody{end}{Forged}:wrong password"))), ("Accept", "*/*"));
        }
        await mira.Get("/nowhere/the-last-line");
        await nobody.Get("/the-last-line", ("Accept", "*/*"));
        List<string> log;
        lock (host.Said)
            log = [.. host.Said];
        Assert.True(log.Count(l => l.Contains("FORGED", StringComparison.Ordinal)) > 5, "The paths are not in the log, so that it proves nothing:\n" + string.Join('\n', log.TakeLast(20)));
        Assert.DoesNotContain(log, l => l.Any(c => char.IsControl(c) && c != '\t') || l.Contains('\u2028') || l.Contains('\u2029'));
        Assert.All(log.SkipWhile(l => !l.Contains("is ready", StringComparison.Ordinal)).Skip(1), line =>
        {
            if (format == "json")
                Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(line).RootElement.ValueKind);
            else if (line.Contains("FORGED", StringComparison.Ordinal))
                Assert.Matches("^[0-9]{2}:[0-9]{2}:[0-9]{2} (VRB|DBG|INF|WRN|ERR) ", line[..13] + " ");
        });
        // A line that begins as the attacker wrote it.
        Assert.DoesNotContain(log, l => l.StartsWith($"12:00:00 INF {Forged}", StringComparison.Ordinal));
    }
}
