using System.Text;
using Crucible.Data;
using Crucible.Host.People;
using Crucible.Host.Tests.Mail;
using Crucible.Host.Tests.People;
using Crucible.People;
using Crucible.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Crucible.Host.Tests.Security;

/// <summary>
/// What nobody may read later: passwords, tokens, session keys, codes. Each is used rightly and wrongly against a host in a
/// process of its own that logs all it can, and then looked for wherever it might have been left.
/// </summary>
public sealed partial class SecretTests(SecretWorld world) : IClassFixture<SecretWorld>
{
    private const string Wrong = "sentinel-wrong-password-7f3a", InName = "sentinel-password-in-the-name-field", New = "sentinel new grey paper boats", Query = "sentinel-in-the-query-91c2", Header = "sentinel-in-a-header-55aa", Body = "sentinel-in-a-body-0d0d";
    private readonly Dictionary<string, string> _secrets = new() { ["the password"] = Player.Password, ["a wrong password"] = Wrong, ["a password typed as name"] = InName, ["the new password"] = New, ["a query"] = Query, ["a header"] = Header, ["a body"] = Body, ["the setting for the first admin"] = OwnHost.Password };
    private readonly List<Reply> _replies = [];

    [Fact]
    public async Task No_secret_is_left_in_a_log_a_metric_an_answer_or_the_database()
    {
        await using var provider = await FakeProvider.Start();
        await using var smtp = new FakeSmtp { Account = ("mailer", MailPassword) };
        await using var host = await OwnHost.Start([.. Outside(provider, smtp), ("ConnectionStrings__Crucible", world.ConnectionString), ("Crucible__LogLevel", "Verbose"), ("Crucible__SignInsPerMinute", "1000"), ("Crucible__PluginsPath", TestServer.BuiltPlugins), ("Crucible__AssetsPath", TestServer.BuiltAssets)]);
        var person = await world.Invite("secretive", Role.Member, world.Cast.Red, writes: true);
        await SignIns(host.Url, person);
        await Tokens(host.Url, person);
        await Links(host.Url, person);
        await Faults(host.Url, person);
        var admin = await Keep("another session", Seat.SignIn(host.Url, world.Cast.Admin));
        await Invitations(host.Url, admin);
        await TwoFactor(host.Url);
        await Provider(host.Url, provider);
        await MailProof(host.Url, smtp);
        await ReadEverything(admin);
        var metrics = await admin.Get("/metrics", ("Accept", "text/plain"));
        _replies.Add(metrics);
        Assert.Contains("http_server_request_duration", metrics.Body, StringComparison.Ordinal);
        await Search(host);
    }

    private async Task SignIns(string url, Player person)
    {
        var seat = Seat.Empty(url);
        foreach (var fields in (string[])[$"Name={person.Name}&Password={Wrong}", $"Name={InName}&Password={Wrong}", $"Name={person.Name}&Password=", $"Name={person.Name}{new string('x', 100)}&Password={Wrong}"])
        {
            var page = await seat.Get("/account/sign-in");
            var token = Seat.Parse(page.Body).QuerySelector("input[name=__RequestVerificationToken]")!.GetAttribute("value")!;
            var refused = await seat.Send("POST", "/account/sign-in", Seat.Form(fields), (Seat.FormHeader, token));
            Assert.Equal(422, refused.Status);
            // A form shows again what was typed as a name; nothing else does.
            if (!fields.Contains(InName, StringComparison.Ordinal))
                _replies.Add(refused);
        }
        var self = await Keep("the session", Seat.SignIn(url, person));
        _replies.Add(await self.Submit("/account?handler=Password", Seat.Form($"Current={Wrong}&Next={Uri.EscapeDataString(New)}")));
        _replies.Add(await self.Submit("/account?handler=Password", Seat.Form($"Current={Uri.EscapeDataString(Player.Password)}&Next=short")));
        var changed = await self.Submit("/account?handler=Password", Seat.Form($"Current={Uri.EscapeDataString(Player.Password)}&Next={Uri.EscapeDataString(New)}"));
        Assert.True(changed.Status == 302, changed.ToString());
        _secrets["the session after it"] = SessionKey(self);
        _replies.Add(await self.Get("/account"));
    }

    private async Task Tokens(string url, Player person)
    {
        var made = "crucible_" + new string('Q', 43);
        (_secrets["a token"], _secrets["a made-up token"], _secrets["a token that is none"]) = (person.Token, made, "crucible_sentinel-short");
        foreach (var token in (string[])[person.Token, made, "crucible_sentinel-short"])
            foreach (var credential in (string[])["Bearer " + token, "Basic " + Base64($"{person.Name}:{token}"), "Basic " + Base64($"{token}:{Wrong}")])
                _replies.Add(await Seat.Empty(url).Get("/api/2.0/mlflow/experiments/search?max_results=1", ("Authorization", credential), ("Accept", "*/*")));
        foreach (var credential in (string[])["Basic " + Base64($"{person.Name}:{Wrong}"), "Basic " + Base64($"{InName}:{Wrong}"), "Basic " + Base64($"{person.Name}:{New}"), $"Digest {Wrong}", $"Bearer {Wrong}", $"Basic {Wrong}"])
            _replies.Add(await Seat.Empty(url).Get("/experiments", ("Authorization", credential), ("Accept", "*/*")));
        Assert.Contains(_replies, r => r.Asked.Contains("mlflow", StringComparison.Ordinal) && r.Status == 200);
        Assert.Contains(_replies, r => r.Status == 401);
    }

    private async Task Links(string url, Player person)
    {
        var link = await world.Services.GetRequiredService<LinkStore>().Create(person.PersonId, default);
        var code = _secrets["a one-time link"] = link[(link.IndexOf('#', StringComparison.Ordinal) + 1)..];
        foreach (var (sent, status) in ((string, int)[])[(Wrong, 422), (code, 302), (code, 422)])
        {
            var seat = Seat.Empty(url);
            var page = await seat.Get("/account/link");
            var token = Seat.Parse(page.Body).QuerySelector("input[name=__RequestVerificationToken]")!.GetAttribute("value")!;
            var reply = await seat.Send("POST", "/account/link", Seat.Form("Code=" + sent), (Seat.FormHeader, token));
            Assert.True(reply.Status == status, reply.ToString());
            if (status == 302)
            {
                _secrets["the session of the link"] = SessionKey(seat);
                _replies.Add(reply);
            }
        }
    }

    /// <summary>Requests full of secrets that break, and forms that are refused.</summary>
    private async Task Faults(string url, Player person)
    {
        var seat = await Keep("the session of the faults", Seat.SignIn(url, world.Cast.Admin));
        (string, string)[] headers = [("X-Api-Key", Header), ("Cookie", $"other={Header}"), ("User-Agent", "Mozilla/5.0"), ("Referer", $"{url}/?token={Query}")];
        foreach (var path in (string[])["/nowhere", "/experiments", "/experiments/runs/none", "/experiments/987654", "/live", "/error", "/api/2.0/mlflow/runs/get", "/admin/plugins"])
            foreach (var accept in (string[])["text/html", "*/*"])
                _replies.Add(await seat.Get($"{path}?password={Query}&token={Query}&run_id={Query}&topics={(path == "/live" ? "run:none" : Query)}", [.. headers, ("Accept", accept)]));
        foreach (var path in (string[])["/api/2.0/mlflow/runs/log-batch", "/api/2.0/mlflow/nothing", "/experiments?handler=Delete", "/account/tokens?handler=Create", "/admin/plugins?handler=Enable", "/account/theme"])
            foreach (var body in (Func<HttpContent>[])[() => Seat.Json($$"""{"run_id": "x", "password": "{{Body}}" """), () => Seat.Form($"id={Body}&theme={Body}&Scope={Body}&password={Body}")])
                foreach (var withToken in (bool[])[true, false])
                    _replies.Add(await seat.Send("POST", path, body(), withToken ? [.. headers, seat.FormToken!.Value] : headers));
        // The database goes away under a request: the one fault that every installation sees. Its log must tell of it.
        await using var connection = await world.Services.GetRequiredService<Database>().Open(default);
        await Execute(connection, "alter table crucible.session rename to session_gone");
        try
        {
            var broken = await seat.Get($"/account?password={Query}", [.. headers, ("Authorization", $"Bearer {person.Token}x")]);
            var fault = await seat.Get($"/account?password={Query}", headers);
            Assert.True(fault.Status == 500, fault.ToString());
            _replies.AddRange([broken, fault]);
        }
        finally
        {
            await Execute(connection, "alter table crucible.session_gone rename to session");
        }
    }

    private async Task Search(OwnHost host)
    {
        List<string> log;
        lock (host.Said)
            log = [.. host.Said];
        foreach (var expected in (string[])["secretive signed in from 127.0.0.1", "Sign-in refused for secretive", "Sign-in refused for an unknown name", "An API token was refused", "GET /account failed for", "was refused: no valid antiforgery token"])
            Assert.True(log.Any(l => l.Contains(expected, StringComparison.Ordinal)), $"The log lacks '{expected}', so that it proves nothing:\n{string.Join('\n', log.TakeLast(40))}");
        var rows = await Everywhere();
        var found = new List<string>();
        foreach (var (what, secret) in _secrets)
            foreach (var form in (string[])[secret, Uri.EscapeDataString(secret), Base64(secret), secret.Replace(' ', '+')])
            {
                found.AddRange(log.Where(l => l.Contains(form, StringComparison.OrdinalIgnoreCase)).Select(l => $"{what} is in the log: {l}"));
                found.AddRange(rows.Where(r => r.Row.Contains(form, StringComparison.Ordinal)).Select(r => $"{what} is in {r.Table}: {r.Row}"));
                // A page holds its own address, to fetch itself again.
                found.AddRange(_replies.Where(r => r.Body.Contains(form, StringComparison.Ordinal) && !r.Asked.Contains(form, StringComparison.Ordinal)).Select(r => $"{what} is in an answer: {r.Asked} {Around(r.Body, form)}"));
            }
        Assert.True(found.Count == 0, string.Join('\n', found.Distinct().Take(20)));
    }

    private async Task<List<(string Table, string Row)>> Everywhere()
    {
        await using var connection = await world.Services.GetRequiredService<Database>().Open(default);
        var tables = new List<string>();
        await using (var list = new NpgsqlCommand("select quote_ident(schemaname) || '.' || quote_ident(tablename) from pg_tables where schemaname not in ('pg_catalog', 'information_schema')", connection))
        await using (var reader = await list.ExecuteReaderAsync())
            while (await reader.ReadAsync())
                tables.Add(reader.GetString(0));
        var rows = new List<(string, string)>();
        foreach (var table in tables)
        {
            await using var all = new NpgsqlCommand($"select to_jsonb(t)::text from {table} t", connection);
            await using var reader = await all.ExecuteReaderAsync();
            while (await reader.ReadAsync())
                rows.Add((table, reader.GetString(0)));
        }
        return rows;
    }

    private async Task<Seat> Keep(string what, Task<Seat> signing)
    {
        var seat = await signing;
        _secrets[what] = SessionKey(seat);
        _secrets[what + ", its form token"] = seat.FormToken!.Value.Item2;
        return seat;
    }

    private static string Around(string text, string part)
    {
        var at = text.IndexOf(part, StringComparison.Ordinal);
        return text[Math.Max(0, at - 80)..Math.Min(text.Length, at + part.Length + 20)];
    }

    private static string SessionKey(Seat seat) => seat.Cookies.GetCookies(new Uri(seat.Url))["crucible"]!.Value;

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static async Task Execute(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
