using Crucible.Host.Mail;
using Microsoft.Extensions.Options;

namespace Crucible.Host.Tests.Mail;

/// <summary>What goes over the wire to a mail server, and what comes of a bad one.</summary>
public sealed class MailerTests : IAsyncLifetime
{
    private readonly FakeSmtp _server = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_mail_goes_out_as_text_and_as_html()
    {
        Assert.Equal(new(true, true, null), await Send(Letter()));
        var taken = await _server.Next();
        Assert.Equal(("crucible@example.org", "ines@example.org"), (taken.From, taken.To));
        Assert.Contains("multipart/alternative", taken.Data);
        Assert.Contains("text/plain", taken.Data);
        Assert.Contains("text/html", taken.Data);
        Assert.Contains("Subject: A subject", taken.Data);
        Assert.Contains("Auto-Submitted: auto-generated", taken.Data);
        Assert.Null(taken.User);
    }

    [Theory]
    [InlineData("Hello\r\nBcc: victim@example.org")]
    [InlineData("Hello\nBcc: victim@example.org")]
    [InlineData("Hello\r\n\r\nBcc: victim@example.org")]
    [InlineData("Hello\u2028Bcc: victim@example.org\0")]
    public async Task A_line_break_in_a_subject_writes_no_header(string subject)
    {
        Assert.True((await Send(Letter() with { Subject = subject })).Sent);
        var headers = (await _server.Next()).Data.Split("\r\n\r\n")[0];
        Assert.DoesNotContain(headers.Split("\r\n"), line => line.StartsWith("Bcc", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("a@example.org\r\nRCPT TO:<b@example.org>")]
    [InlineData("nobody")]
    [InlineData("a@example.org, b@example.org")]
    public async Task What_is_no_address_is_refused_for_good(string recipient)
    {
        var outcome = await Send(Letter() with { Recipient = recipient });
        Assert.False(outcome.Sent);
        Assert.True(outcome.Final);
        Assert.False(_server.HasAnother);
    }

    [Fact]
    public async Task A_refused_recipient_is_final_and_a_full_mailbox_is_not()
    {
        _server.Refused["ines@example.org"] = "550 no such user";
        var refused = await Send(Letter());
        Assert.True(refused is { Sent: false, Final: true }, refused.Why);
        _server.Refused["ines@example.org"] = "452 too many recipients";
        var later = await Send(Letter());
        Assert.True(later is { Sent: false, Final: false }, later.Why);
    }

    [Fact]
    public async Task A_server_that_is_down_or_slow_is_tried_again_later()
    {
        _server.Hangs = true;
        var slow = await Send(Letter(), o => o with { TimeoutSeconds = 1 });
        Assert.True(slow is { Sent: false, Final: false }, slow.Why);
        Assert.Contains("within 1 s", slow.Why);
        await _server.DisposeAsync();
        var down = await Send(Letter());
        Assert.True(down is { Sent: false, Final: false }, down.Why);
    }

    [Fact]
    public async Task It_signs_in_when_it_is_told_to()
    {
        _server.Account = ("crucible", "a secret of mail");
        Assert.True((await Send(Letter(), o => o with { User = "crucible", Password = "a secret of mail" })).Sent);
        Assert.Equal("crucible", (await _server.Next()).User);
        var wrong = await Send(Letter(), o => o with { User = "crucible", Password = "another" });
        Assert.False(wrong.Sent);
        Assert.DoesNotContain("another", wrong.Why);
    }

    [Theory]
    [InlineData(false)] // the server does not offer it
    [InlineData(true)]  // its certificate is trusted by nobody
    public async Task Without_TLS_it_can_trust_it_sends_nothing(bool offered)
    {
        _server.OffersTls = offered;
        var outcome = await Send(Letter(), o => o with { Tls = "starttls" });
        Assert.True(outcome is { Sent: false, Final: false }, outcome.Why);
        Assert.False(_server.HasAnother);
    }

    [Fact]
    public void Wrong_settings_are_listed_together()
    {
        var result = new SmtpOptionsRules().Validate(null, new() { Host = "mail server", From = "nobody", Tls = "maybe", User = "u" });
        Assert.Equal(5, result.Failures!.Count());
        Assert.True(new SmtpOptionsRules().Validate(null, new()).Succeeded);
        Assert.True(new SmtpOptionsRules().Validate(null, Options(1)).Succeeded);
        Assert.Contains("in the clear", new SmtpOptionsRules().Validate(null, Options(1) with { Host = "mail.example.org", User = "u", Password = "p" }).FailureMessage);
    }

    private Task<MailOutcome> Send(OutgoingMail mail, Func<SmtpOptions, SmtpOptions>? change = null) =>
        new Mailer(Microsoft.Extensions.Options.Options.Create((change ?? (o => o))(Options(_server.Port)))).Send(mail, default);

    private static OutgoingMail Letter() => new("crucible.digest", "A subject", "Words\n.\nand more", "<p>Words</p>") { Recipient = "ines@example.org" };

    private static SmtpOptions Options(int port) => new() { Host = "127.0.0.1", Port = port, From = "Crucible <crucible@example.org>", Tls = "none", Url = "https://crucible.example.org" };
}
