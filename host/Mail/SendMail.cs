using Crucible.Jobs;

namespace Crucible.Host.Mail;

/// <summary>Sends one mail of the outbox, <c>mail</c>. A server that does not answer is tried again; a recipient that is refused is not.</summary>
internal sealed class SendMail(MailStore mails, Mailer mailer) : IBackgroundJob
{
    public const string Argument = "mail";

    public async Task Run(JobRun run, CancellationToken cancel)
    {
        var id = Guid.Parse(run.Arguments[Argument]);
        if (await mails.Take(id, cancel) is not { } mail)
            return;
        var outcome = new MailOutcome(false, false, "The run was stopped.");
        try
        {
            outcome = await mailer.Send(mail, cancel);
        }
        finally
        {
            // Also when it was cancelled: the next attempt must not find it in hand.
            await mails.Note(id, outcome, CancellationToken.None);
        }
        if (outcome.Sent)
            run.Log("Sent");
        else if (outcome.Final)
            run.Log(outcome.Why!, "warn");
        else
            throw new InvalidOperationException(outcome.Why);
    }
}
