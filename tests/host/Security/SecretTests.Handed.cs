using System.Text.RegularExpressions;
using Crucible.Data;
using Crucible.Host.People;
using Crucible.Host.Tests.Mail;
using Crucible.Host.Tests.People;
using Crucible.People;
using Crucible.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Crucible.Host.Tests.Security;

/// <summary>A world whose jobs another host runs: the one that is listened to.</summary>
public sealed class SecretWorld : World
{
    protected override IEnumerable<string> Settings => ["Crucible:Jobs:Workers=0"];
}

/// <summary>What is handed to somebody once: links, keys of apps, recovery codes; and what the host itself proves itself with elsewhere.</summary>
public sealed partial class SecretTests
{
    private const string MailPassword = "sentinel-mail-password-3b1f", Invited = "sentinel blue paper boats", Reset = "sentinel grey paper cranes", WrongCode = "sentinel-wrong-code", InForm = "sentinel-wrong-link-77e0";

    private static IEnumerable<(string, string)> Outside(FakeProvider provider, FakeSmtp smtp) =>
    [
        .. provider.Settings(("AutoCreateRole", "viewer")).Select(s => (s.Item1.Replace(":", "__", StringComparison.Ordinal), s.Item2)),
        ("Crucible__Smtp__Host", "127.0.0.1"), ("Crucible__Smtp__Port", $"{smtp.Port}"), ("Crucible__Smtp__Tls", "none"), ("Crucible__Smtp__User", "mailer"), ("Crucible__Smtp__Password", MailPassword),
        ("Crucible__Smtp__From", "crucible@example.org"), ("Crucible__Smtp__Url", "https://crucible.example.org"), ("Crucible__Jobs__PollEvery", "00:00:00.100"), ("Crucible__Jobs__RetryAfter", "00:00:00.050"),
    ];

    private async Task Invitations(string url, Seat admin)
    {
        (_secrets["the invited one's password"], _secrets["the password of the reset"], _secrets["a made-up link"]) = (Invited, Reset, InForm);
        // The page that shows a link once is not looked at; every later one is.
        var offer = await admin.Submit("/admin/people/invitations?handler=Create", Seat.Form("UserName=invited&Role=member&Days=1"));
        var code = _secrets["an invitation"] = Code(offer, "invitation");
        _replies.Add(await admin.Get("/admin/people/invitations"));
        _replies.Add(await Post(url, "/account/invitation", "?handler=Open", $"Code={InForm}x", 422));
        await Post(url, "/account/invitation", "?handler=Open", $"Code={code}", 200);
        await Post(url, "/account/invitation", "?handler=Accept", $"Code={code}&DisplayName=Invited&Password=short", 422);
        _replies.Add(await Post(url, "/account/invitation", "?handler=Accept", $"Code={code}&DisplayName=Invited&Password={Uri.EscapeDataString(Invited)}", 302));
        await Post(url, "/account/invitation", "?handler=Open", $"Code={code}", 422);
        var invited = await world.Services.GetRequiredService<PersonStore>().FindByName("invited", default);
        var link = await admin.Submit($"/admin/people/{invited!.Id}?handler=Link", Seat.Form(""));
        var reset = _secrets["a link to reset a password"] = Code(link, "reset");
        _replies.Add(await admin.Get($"/admin/people/{invited.Id}"));
        await Post(url, "/account/reset", "", $"Code={reset}&Next=short", 422);
        _replies.Add(await Post(url, "/account/reset", "", $"Code={reset}&Next={Uri.EscapeDataString(Reset)}", 302));
    }

    private async Task TwoFactor(string url)
    {
        _secrets["a wrong code"] = WrongCode;
        var player = await world.Invite("factored", Role.Member, world.Cast.Red, writes: false);
        var seat = await Keep("the session before two-factor", Seat.SignIn(url, player));
        var begun = (await seat.Submit("/account/two-factor?handler=Begin", Seat.Form(""))).Page;
        var key = _secrets["the key of two-factor"] = TwoFactorTests.KeyOf(begun);
        var setup = _secrets["the key, sealed"] = begun.QuerySelector("#two-factor-turn-on input[name=Setup]")!.GetAttribute("value")!;
        var now = TimeCodes.Code(TimeCodes.Bytes(key), TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() / 30);
        var on = await seat.Submit("/account/two-factor?handler=TurnOn", Seat.Form($"Setup={Uri.EscapeDataString(setup)}&Code={now}&Current={Uri.EscapeDataString(Player.Password)}"));
        Assert.True(on.Status == 200, on.ToString());
        _secrets["the session after two-factor"] = SessionKey(seat);
        var codes = TwoFactorTests.CodesOf(on.Page);
        foreach (var code in codes)
            (_secrets[$"the recovery code {code[..4]}"], _secrets[$"the recovery code {code[..4]} without dashes"]) = (code, code.Replace("-", "", StringComparison.Ordinal));
        foreach (var page in (string[])["/account/two-factor", "/account", "/account/notices"])
            _replies.Add(await seat.Get(page));
        var next = Seat.Empty(url);
        var sign = await Post(next, "/account/sign-in", "", $"Name={player.Name}&Password={Uri.EscapeDataString(Player.Password)}", 302);
        _secrets["the second step"] = next.Cookies.GetCookies(new Uri(url))["crucible-step"]!.Value;
        _replies.Add(sign);
        await Post(next, "/account/second-step", "", $"Code={WrongCode}", 422);
        _replies.Add(await Post(next, "/account/second-step", "", $"Code={codes[0]}", 302));
    }

    private async Task Provider(string url, FakeProvider provider)
    {
        _secrets["the provider's client secret"] = FakeProvider.Secret;
        var seat = Seat.Empty(url);
        var away = await seat.Get("/account/provider/fake");
        var back = await FakeProvider.Answer(new Uri(away.Header("Location")));
        var query = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(back.Query);
        (_secrets["the provider's code"], _secrets["the provider's state"]) = (query["code"]!, query["state"]!);
        var signedIn = await seat.Get(back.PathAndQuery);
        Assert.True(signedIn.Status == 302 && signedIn.Header("Location") == "/", signedIn + " " + signedIn.Header("Location"));
        _secrets["the session by provider"] = SessionKey(seat);
        _replies.Add(await seat.Get("/account/connections"));
        _replies.Add(await Seat.Empty(url).Get(back.PathAndQuery));
        Assert.True(provider.Asked > 0);
    }

    /// <summary>The first attempt at the mail fails, so that its run has an error to keep.</summary>
    private async Task MailProof(string url, FakeSmtp smtp)
    {
        smtp.Busy = 1;
        var seat = await Keep("the session of the mail", Seat.SignIn(url, await world.Invite("mailed", Role.Member, world.Cast.Red, writes: false)));
        Assert.Equal(302, (await seat.Submit("/account/notices/settings?handler=Mail", Seat.Form("Address=mailed@example.org"))).Status);
        var code = _secrets["the proof of a mail address"] = HandedLink("mail").Match(MailTests.Body(await smtp.Next())).Groups[1].Value;
        Assert.NotEmpty(code);
        await Until("select count(*) = 0 from crucible.mail where text is not null");
        _replies.Add(await seat.Get("/account/notices/settings"));
        _replies.Add(await seat.Submit("/account/mail", Seat.Form($"Code={InForm}")));
        Assert.Equal(302, (await seat.Submit("/account/mail", Seat.Form($"Code={code}"))).Status);
        _replies.Add(await seat.Get("/account/notices/settings"));
    }

    /// <summary>Every page on which an admin could come across one.</summary>
    private async Task ReadEverything(Seat admin)
    {
        var runs = new List<string>();
        await using (var connection = await world.Services.GetRequiredService<Database>().Open(default))
        await using (var command = new NpgsqlCommand("select id::text from crucible.job_run order by id desc limit 20", connection))
        await using (var reader = await command.ExecuteReaderAsync())
            while (await reader.ReadAsync())
                runs.Add("/admin/jobs/" + reader.GetString(0));
        Assert.NotEmpty(runs);
        foreach (var page in (string[])["/admin/audit", "/admin/audit?handler=Export&format=csv", "/admin/audit?handler=Export&format=jsonl", "/admin/jobs", "/admin/jobs/job/crucible.SendMail", "/admin/jobs/dead", "/admin/system", "/admin/people", "/admin/people/refused", "/admin/people/invitations?ended=true", "/account", "/account/notices", "/account/tokens", "/account/connections", "/search?q=invited", .. runs])
        {
            var reply = await admin.Get(page);
            Assert.True(reply.Status == 200, reply.ToString());
            _replies.Add(reply);
        }
    }

    private static async Task<Reply> Post(string url, string page, string handler, string fields, int status) => await Post(Seat.Empty(url), page, handler, fields, status);

    private static async Task<Reply> Post(Seat seat, string page, string handler, string fields, int status)
    {
        var token = (await seat.Get(page)).Page.QuerySelector("input[name=__RequestVerificationToken]")!.GetAttribute("value")!;
        var reply = await seat.Send("POST", page + handler, Seat.Form(fields), (Seat.FormHeader, token));
        Assert.True(reply.Status == status, reply.ToString());
        return reply;
    }

    private async Task Until(string sql)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await using var connection = await world.Services.GetRequiredService<Database>().Open(patience.Token);
        await using var command = new NpgsqlCommand(sql, connection);
        while (await command.ExecuteScalarAsync(patience.Token) is not true)
            await Task.Delay(20, patience.Token);
    }

    private static string Code(Reply reply, string page) => HandedLink(page).Match(reply.Body) is { Success: true } match ? match.Groups[1].Value : throw new InvalidOperationException(reply.ToString());

    private static Regex HandedLink(string page) => new($"/account/{page}#([A-Za-z0-9_-]+)");
}
