using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Crucible.Data;
using Crucible.Host.Mail;
using Crucible.Host.Tests.Notices;
using Crucible.Jobs;
using Crucible.Notices;
using Crucible.People;
using Crucible.Testing;
using Dapper;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Host.Tests.Mail;

/// <summary>Mail from the page to the wire: an address is proved, notices and digests follow it.</summary>
public sealed partial class MailTests(MailWorld world) : IClassFixture<MailWorld>
{
    [Fact]
    public async Task An_address_counts_once_its_link_was_opened_by_who_asked()
    {
        var player = await world.Newcomer("paula", Role.Member, world.Cast.Red);
        var visitor = await world.Visit(player);
        using (var asked = await visitor.Submit("/account/notices/settings", "#notice-mail form", ("Address", "paula@example.org")))
            Assert.Contains("A link is on its way", await asked.Content.ReadAsStringAsync());
        Assert.Contains("paula@example.org", (await visitor.Get("/account/notices/settings")).QuerySelector("#notice-mail")!.TextContent);
        var mail = await Mail("paula@example.org");
        var code = Link().Match(Body(mail)).Groups[1].Value;
        Assert.NotEmpty(code);
        // The mail is gone from the outbox, its link with it.
        await Until("select state = 'sent' and text is null and html is null from crucible.mail where recipient = 'paula@example.org'");

        var other = await world.Visit(world.Cast.Stranger);
        using (var stolen = await other.Submit("/account/mail", "#mail", ("Code", code)))
            Assert.Equal(HttpStatusCode.UnprocessableEntity, stolen.StatusCode);
        using (var proved = await visitor.Submit("/account/mail", "#mail", ("Code", "#" + code)))
            Assert.Contains("Your address is confirmed", await proved.Content.ReadAsStringAsync());
        using (var again = await visitor.Submit("/account/mail", "#mail", ("Code", code)))
            Assert.Equal(HttpStatusCode.UnprocessableEntity, again.StatusCode);

        await Notify(player, "crucible.access", "Your role was changed");
        var told = await Mail("paula@example.org");
        Assert.Contains("Your role was changed", Body(told));
        Assert.Contains("https://crucible.example.org/account", Body(told));

        using (var removed = await visitor.Submit("/account/notices/settings", "#notice-mail form[action*=Remove]"))
            Assert.Contains("No more mail", await removed.Content.ReadAsStringAsync());
        Assert.False(await Sql<bool>("select exists (select from crucible.mail_address where address = 'paula@example.org')"));
    }

    [Fact]
    public async Task What_is_no_address_is_said_at_the_field_and_links_are_counted()
    {
        var visitor = await world.Visit(await world.Invite("quentin", Role.Viewer, world.Cast.Red, false));
        foreach (var wrong in new[] { "", "nobody", "a@b@c", "Name <a@example.org>", "a@example.org\r\nBcc: b@example.org" })
        {
            using var refused = await visitor.Submit("/account/notices/settings", "#notice-mail form", ("Address", wrong));
            Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
            Assert.Contains("no mail address", await refused.Content.ReadAsStringAsync());
        }
        for (var i = 0; i < 3; i++)
            (await visitor.Submit("/account/notices/settings", "#notice-mail form", ("Address", $"q{i}@example.org"))).Dispose();
        using var tooMany = await visitor.Submit("/account/notices/settings", "#notice-mail form", ("Address", "q4@example.org"));
        Assert.Contains("Three links", await tooMany.Content.ReadAsStringAsync());
        Assert.Equal(3, await Sql<long>("select count(*) from crucible.mail where recipient like 'q_@example.org'"));
    }

    [Fact]
    public async Task A_kind_that_is_switched_off_is_not_mailed()
    {
        var player = await WithAddress("rosa");
        var visitor = await world.Visit(player);
        using (var saved = await visitor.Http.PostAsync("/account/notices/settings?handler=Choices", new FormUrlEncodedContent(
            [new("__RequestVerificationToken", await Token(visitor)), new("Bell", "crucible.access")])))
            Assert.Equal(HttpStatusCode.OK, saved.StatusCode);
        await Notify(player, "crucible.access", "Quiet");
        Assert.Equal(0, await Sql<long>($"select count(*) from crucible.mail where person_id = '{player.PersonId}'"));
        Assert.Equal(1, await Sql<long>($"select count(*) from crucible.notice where person_id = '{player.PersonId}' and read_at is null and title = 'Quiet'"));
    }

    [Fact]
    public async Task A_refused_recipient_ends_the_mail_and_a_busy_server_does_not()
    {
        var refused = await WithAddress("sven");
        world.Server.Refused["sven@example.org"] = "550 no such user";
        await Notify(refused, "crucible.access", "Never arrives");
        await Until($"select state = 'refused' and text is null and error like '%550%' from crucible.mail where person_id = '{refused.PersonId}'");

        var busy = await WithAddress("tess");
        world.Server.Refused["tess@example.org"] = "451 later";
        await Notify(busy, "crucible.access", "Arrives later");
        await Until($"select state = 'queued' and taken_at is null and error is not null and text is not null from crucible.mail where person_id = '{busy.PersonId}'");
        world.Server.Refused.Clear();
        // The scheduler would come back after ten seconds; its run is asked for here.
        await world.Services.GetRequiredService<IJobQueue>().Enqueue<SendMail>(new Dictionary<string, string>
        { [SendMail.Argument] = (await Sql<Guid>($"select id from crucible.mail where person_id = '{busy.PersonId}'")).ToString() }, default);
        Assert.Contains("Arrives later", Body(await Mail("tess@example.org")));
    }

    [Fact]
    public async Task That_mails_cannot_be_sent_is_told_behind_the_bell_and_not_by_the_next_mail()
    {
        var admin = await WithAddress("tilo", role: Role.Admin);
        await using (var connection = await world.Services.GetRequiredService<Database>().Open(default))
            await connection.ExecuteAsync("""
                insert into crucible.job_run (id, job, asked_by, state, attempt, node, node_id, started_at)
                select gen_random_uuid(), job, 'tests', 'running', 25, 'ghost', -1, now() from unnest(array['crucible.SendMail', 'crucible.WarnOfExpiringTokens']) job
                """);
        await Until($"select count(*) = 2 from crucible.notice where person_id = '{admin.PersonId}' and kind = 'crucible.job-given-up'");
        Assert.Equal("Warn of expiring tokens failed for good", await Sql<string>($"select subject from crucible.mail where person_id = '{admin.PersonId}' and kind = 'crucible.job-given-up'"));
    }

    [Fact]
    public async Task A_flood_of_notices_is_no_flood_of_mails()
    {
        var player = await WithAddress("uma");
        for (var i = 0; i < 30; i++)
            await Notify(player, "crucible.access", $"Change {i}");
        Assert.Equal(20, await Sql<long>($"select count(*) from crucible.mail where person_id = '{player.PersonId}'"));
        Assert.Equal(30, await Sql<long>($"select count(*) from crucible.notice where person_id = '{player.PersonId}' and title like 'Change %'"));
    }

    [Fact]
    public async Task The_digest_tells_a_week_once_to_those_who_want_it_and_only_of_their_teams()
    {
        var (reader, stranger, declined) = (await WithAddress("vera"), await WithAddress("walt", world.Cast.Blue), await WithAddress("xeno"));
        var client = world.Client(world.Cast.Member);
        var tracking = new RunMaker(client);
        var run = await tracking.Ended("Digest of red", "FAILED", await LastWeek());
        Assert.NotEmpty(run);
        var visitor = await world.Visit(declined);
        (await visitor.Http.PostAsync("/account/notices/settings?handler=Choices", new FormUrlEncodedContent([new("__RequestVerificationToken", await Token(visitor))]))).Dispose();

        await Digest();
        await Digest();
        var mail = await Mail("vera@example.org");
        Assert.Contains("Digest of red: 1 failed", Body(mail));
        Assert.Matches("https://crucible.example.org/experiments/[0-9]+", Body(mail));
        await Until($"select count(*) = 1 from crucible.mail where kind = 'crucible.digest' and person_id = '{reader.PersonId}' and state = 'sent'");
        Assert.Equal(0, await Sql<long>($"select count(*) from crucible.mail where kind = 'crucible.digest' and person_id in ('{stranger.PersonId}', '{declined.PersonId}')"));
    }

    [Fact]
    public async Task An_admin_reads_in_it_what_failed_and_what_was_backed_up_and_others_do_not()
    {
        await WithAddress("yves", role: Role.Admin);
        var member = await WithAddress("zoe");
        var at = await LastWeek();
        await using (var connection = await world.Services.GetRequiredService<Database>().Open(default))
            await connection.ExecuteAsync("""
                insert into crucible.job_run (id, job, asked_by, state, ended_at)
                select gen_random_uuid(), job, 'tests', state, @at - age from (values
                    ('crucible.SendMail', 'dead', interval '0'), ('crucible.SendMail', 'failed', interval '0'), ('crucible.SendMail', 'dead', interval '7 days'),
                    ('crucible.NightlyBackup', 'succeeded', interval '0'), ('crucible.MakeBackup', 'succeeded', interval '0'), ('crucible.NightlyBackup', 'dead', interval '0')) v(job, state, age)
                """, new { at });
        var folder = Directory.CreateDirectory(world.Services.GetRequiredService<Crucible.Host.Backup.Backups>().Folder).FullName;
        foreach (var (name, note) in new[] { ("crucible-20260101-000000.zip", null), ("crucible-20260102-000000.zip", """{"outcome":"failed","what":"It is cut."}"""), ("crucible-20260103-000000.zip", """{"outcome":"restored","what":"Fine."}""") })
        {
            await File.WriteAllTextAsync(Path.Combine(folder, name), "x");
            File.SetLastWriteTimeUtc(Path.Combine(folder, name), at.UtcDateTime);
            if (note is not null)
                await File.WriteAllTextAsync(Path.Combine(folder, name + ".json"), note);
        }

        await Digest();
        var body = Body(await Mail("yves@example.org"));
        Assert.All(new[] { "Send a mail: 2 runs failed for good", "2 backups made", "1 backup failed", "1 backup not verified", "crucible-20260102-000000.zip cannot be restored. It is cut." }, line => Assert.Contains(line, body));
        Assert.Equal(0, await Sql<long>($"select count(*) from crucible.mail where kind = 'crucible.digest' and person_id = '{member.PersonId}' and text like '%backup%'"));
    }

    private async Task Digest()
    {
        await using var scope = world.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<SendDigest>().Run(new(Guid.NewGuid(), 1, new Dictionary<string, string>(), new Silent()), default);
    }

    private async Task<DateTimeOffset> LastWeek() =>
        new(await Sql<DateTime>("select (date_trunc('week', now() at time zone 'utc') - interval '3 days') at time zone 'utc'"), TimeSpan.Zero);

    private async Task<Player> WithAddress(string name, Guid? team = null, Role role = Role.Member)
    {
        var player = await world.Newcomer(name, role, team ?? world.Cast.Red);
        await using var connection = await world.Services.GetRequiredService<Database>().Open(default);
        await connection.ExecuteAsync($"insert into crucible.mail_address (person_id, address, proved_at) values ('{player.PersonId}', '{name}@example.org', now())");
        return player;
    }

    private async Task Notify(Player player, string kind, string title)
    {
        await using var write = await world.Services.GetRequiredService<Database>().Write(Actor.System("test"), default);
        await world.Services.GetRequiredService<INotices>().Notify(write, player.PersonId, new(kind, title, "/account"), default);
        await write.Commit(default);
    }

    private async Task<TakenMail> Mail(string to)
    {
        while (true)
            if (await world.Server.Next() is var mail && mail.To == to)
                return mail;
    }

    private static async Task<string> Token(Visitor visitor) => (await visitor.Get("/account")).QuerySelector("meta[name=csrf]")!.GetAttribute("content")!;

    private async Task<T> Sql<T>(string sql)
    {
        await using var connection = await world.Services.GetRequiredService<Database>().Open(default);
        return (await connection.QuerySingleAsync<T>(sql))!;
    }

    private async Task Until(string sql)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await using var connection = await world.Services.GetRequiredService<Database>().Open(default);
        while (await connection.QuerySingleOrDefaultAsync<bool?>(sql) != true)
            await Task.Delay(20, patience.Token);
    }

    /// <summary>The plain part as people read it: quoted-printable taken back.</summary>
    internal static string Body(TakenMail mail)
    {
        var part = mail.Data[mail.Data.IndexOf("text/plain", StringComparison.Ordinal)..];
        var text = part[(part.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..].Replace("=\r\n", "");
        return QuotedPrintable().Replace(text, hex => ((char)Convert.ToByte(hex.Groups[1].Value, 16)).ToString());
    }

    [GeneratedRegex("/account/mail#([A-Za-z0-9_-]+)")]
    private static partial Regex Link();

    [GeneratedRegex("=([0-9A-F]{2})")]
    private static partial Regex QuotedPrintable();

    private sealed class Silent : IJobReport
    {
        public void Progress(double done, double total, string? what) { }

        public void Log(string text, string level) { }
    }
}

/// <summary>Without a mail server nothing is offered.</summary>
public sealed class NoMailTests(World world) : IClassFixture<World>
{
    [Fact]
    public async Task No_page_speaks_of_mail_and_none_is_written()
    {
        var visitor = await world.Visit(world.Cast.Member);
        var page = await visitor.Get("/account/notices/settings");
        Assert.Null(page.QuerySelector("#notice-mail, input[name=ByMail], input[value='crucible.digest']"));
        Assert.NotNull(page.QuerySelector("input[name=Bell]"));
        var token = page.QuerySelector("meta[name=csrf]")!.GetAttribute("content")!;
        using var asked = await visitor.Http.PostAsync("/account/notices/settings?handler=Mail", new FormUrlEncodedContent([new("Address", "a@example.org"), new("__RequestVerificationToken", token)]));
        Assert.Equal(HttpStatusCode.NotFound, asked.StatusCode);
    }
}
