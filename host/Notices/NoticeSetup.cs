using Crucible.Data;
using Crucible.Host.Mail;
using Crucible.Jobs;
using Crucible.Modules;
using Crucible.Notices;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace Crucible.Host.Notices;

/// <summary>Notices and mail: services, and what of them is declared as plugins declare it.</summary>
internal static class NoticeSetup
{
    public static void AddNotices(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<SmtpOptions>().BindConfiguration("Crucible:Smtp").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<SmtpOptions>, SmtpOptionsRules>();
        builder.Services.AddSingleton<Mailer>().AddSingleton<MailText>().AddSingleton<MailStore>().AddSingleton<MailAddressStore>().AddSingleton<DigestStore>();
        builder.Services.AddSingleton<NoticeKinds>().AddSingleton<NoticeStore>().AddSingleton<INotices>(s => s.GetRequiredService<NoticeStore>());
        builder.Services.AddSingleton<NoticeListStore>().AddSingleton<NoticeChoiceStore>().AddSingleton<SignInPlaces>().AddSingleton<JobNotices>();
        builder.Services.AddHostedService<PluginNotices>();
        builder.Services.Configure<MvcOptions>(mvc => mvc.Filters.Add<BellFill>());
    }

    public static ModuleBuilder AddNotices(this ModuleBuilder module) => module
        .Notice(new("sign-in", "A sign-in from a new address or browser") { Always = true, Mail = true })
        .Notice(new("credentials", "My password or another way to sign in was changed") { Always = true, Mail = true })
        .Notice(new("access", "My role, teams or permissions were changed") { Mail = true })
        .Notice(new("token-ends", "A token of mine ends soon") { Mail = true })
        .Notice(new("job-given-up", "A job failed for good") { Permission = "crucible.jobs", Mail = true })
        .Notice(new("backup-failed", "A nightly backup failed or was not verified") { Permission = "crucible.backup", Mail = true })
        .Notice(new("plugin-failed", "A plugin did not start") { Permission = "crucible.plugins", Mail = true })
        .Notice(new("digest", "The weekly digest, on Monday") { Mail = true, MailOnly = true })
        .Live<NoticesChanged>((_, push) =>
        {
            push.Refresh("bell");
            push.Refresh("notices");
            return ValueTask.CompletedTask;
        })
        .On<AuditWritten>(AuditNotices.React)
        .On<MailQueued>((mail, services, cancel) => services.GetRequiredService<IJobQueue>()
            .Enqueue<SendMail>(new Dictionary<string, string> { [SendMail.Argument] = mail.MailId.ToString() }, cancel))
        .Job<SendMail>(new() { Title = "Send a mail", What = "Hands one mail of the outbox to the mail server", Timeout = TimeSpan.FromMinutes(6) })
        .Every<WarnOfExpiringTokens>("0 10 6 * * ?", new() { Title = "Warn of expiring tokens", What = "Tells owners of tokens that end within a week" })
        .Every<SendDigest>("0 0 7 ? * MON", new() { Title = "Send the weekly digest", What = "Writes the weekly mail of everybody who gets one" })
        .Retention("notices", "Notices, read or not", 90, (services, before, cancel) => services.GetRequiredService<NoticeListStore>().Forget(before, cancel))
        .Retention("mails", "Mails of the outbox, sent or not", 30, (services, before, cancel) => services.GetRequiredService<MailStore>().Forget(before, cancel))
        .Digest(new("This installation", GroundDigest.Installation) { Permission = "crucible.system" })
        .Digest(new("Jobs", GroundDigest.Jobs) { Permission = "crucible.jobs" })
        .Digest(new("Backups", GroundDigest.Backups) { Permission = "crucible.backup" });
}
