using System.Net;
using System.Net.Mail;
using System.Net.Mime;
using System.Text;
using Microsoft.Extensions.Options;

namespace Crucible.Host.Mail;

/// <summary>What came of an attempt to send.</summary>
/// <param name="Sent">The server has taken it.</param>
/// <param name="Final">It never will: the recipient or the mail was refused for good.</param>
/// <param name="Why">In words, without anything of the mail; null when it was sent.</param>
internal sealed record MailOutcome(bool Sent, bool Final, string? Why);

/// <summary>
/// The one place that speaks to a mail server, with the framework's own client, which speaks plain SMTP and STARTTLS. A mail
/// goes out as text with an HTML alternative.
/// </summary>
internal sealed class Mailer(IOptions<SmtpOptions> options)
{
    public async Task<MailOutcome> Send(OutgoingMail mail, CancellationToken cancel)
    {
        var smtp = options.Value;
        if (!smtp.IsSet)
            return new(false, false, "No mail server is set.");
        // A bare address: what parses as a name with another address behind it was not what was proved.
        if (!MailAddress.TryCreate(mail.Recipient, out var recipient) || recipient.Address != mail.Recipient)
            return new(false, true, "Its recipient is no mail address.");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(TimeSpan.FromSeconds(smtp.TimeoutSeconds));
        var client = new SmtpClient(smtp.Host, smtp.Port) { EnableSsl = smtp.Tls == "starttls", DeliveryFormat = SmtpDeliveryFormat.International };
        if (!string.IsNullOrEmpty(smtp.User))
            client.Credentials = new NetworkCredential(smtp.User, smtp.Password);
        try
        {
            using var message = Message(mail, recipient, smtp.From);
            // The client answers its token late, or not at all while a server keeps silent: it is left behind then.
            await client.SendMailAsync(message, patience.Token).WaitAsync(patience.Token);
            return new(true, true, null);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new(false, false, $"{smtp.Host} did not take it within {smtp.TimeoutSeconds} s.");
        }
        catch (SmtpFailedRecipientException fault)
        {
            return new(false, IsFinal(fault.StatusCode), $"{smtp.Host} refused the recipient: {(int)fault.StatusCode} {fault.StatusCode}.");
        }
        catch (SmtpException fault)
        {
            return new(false, fault.StatusCode is SmtpStatusCode.TransactionFailed or SmtpStatusCode.ExceededStorageAllocation,
                $"{smtp.Host} did not take it: {fault.InnerException?.Message ?? fault.Message}");
        }
        finally
        {
            // Says goodbye, for which a server that hangs takes its time as well.
            _ = Task.Run(client.Dispose, CancellationToken.None);
        }
    }

    private static MailMessage Message(OutgoingMail mail, MailAddress recipient, string from)
    {
        var message = new MailMessage
        {
            From = new MailAddress(from),
            Subject = Line(mail.Subject),
            SubjectEncoding = Encoding.UTF8,
            HeadersEncoding = Encoding.UTF8,
            Body = mail.Text,
            BodyEncoding = Encoding.UTF8,
            BodyTransferEncoding = TransferEncoding.QuotedPrintable,
        };
        message.To.Add(recipient);
        message.Headers.Add("Auto-Submitted", "auto-generated");
        message.AlternateViews.Add(AlternateView.CreateAlternateViewFromString(mail.Html, Encoding.UTF8, "text/html"));
        return message;
    }

    // Whatever stands in a header is one line: a name with a line break in it would else write headers of its own.
    private static string Line(string text) => string.Concat(text.Select(c => char.IsControl(c) || c is '\u2028' or '\u2029' ? ' ' : c)).Trim();

    private static bool IsFinal(SmtpStatusCode status) => (int)status is >= 500 and < 600;
}
