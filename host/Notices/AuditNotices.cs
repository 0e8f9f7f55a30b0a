using Crucible.Data;
using Crucible.Notices;
using Crucible.People;

namespace Crucible.Host.Notices;

/// <summary>
/// Tells people what was done to their account. It follows the audit log: whatever writes these actions there, now or later,
/// needs no further line.
/// </summary>
internal static class AuditNotices
{
    private static readonly Dictionary<string, (string Kind, string Title)> Rules = new()
    {
        ["person.password.change"] = ("crucible.credentials", "Your password was changed"),
        ["person.password.set"] = ("crucible.credentials", "Your password was set"),
        ["person.two-factor.on"] = ("crucible.credentials", "Two-factor sign-in was switched on"),
        ["person.two-factor.off"] = ("crucible.credentials", "Two-factor sign-in was switched off"),
        ["person.two-factor.reset"] = ("crucible.credentials", "Two-factor sign-in was reset"),
        ["person.two-factor.recovered"] = ("crucible.credentials", "A recovery code was used to sign in"),
        ["person.two-factor.codes"] = ("crucible.credentials", "New recovery codes were made"),
        ["person.link.reset"] = ("crucible.credentials", "A link was made that sets your password"),
        ["person.link.sign-in"] = ("crucible.credentials", "A link was made that signs in as you"),
        ["person.identity.link"] = ("crucible.credentials", "An account elsewhere can sign in as you now"),
        ["person.identity.unlink"] = ("crucible.credentials", "An account elsewhere can no longer sign in as you"),
        ["person.role"] = ("crucible.access", "Your role was changed"),
        ["person.team"] = ("crucible.access", "Your teams were changed"),
        ["person.grant"] = ("crucible.access", "You were given a permission"),
        ["person.revoke"] = ("crucible.access", "A permission was taken from you"),
    };

    /// <summary>Reacts to news of the audit log. The same news twice makes one notice.</summary>
    public static async Task React(AuditWritten news, IServiceProvider services, CancellationToken cancel)
    {
        var lines = (news.Lines ?? []).Select(l => (Rule: Rules.GetValueOrDefault(l.Action), Person: PersonOf(l.Subject), l.Action))
            // What somebody did to the own role or teams is no news to them; their password is, should it not have been them.
            .Where(l => l.Rule.Kind is not null && l.Person is not null && (l.Rule.Kind == "crucible.credentials" || l.Person != news.PersonId)).ToList();
        if (lines.Count == 0)
            return;
        var notices = services.GetRequiredService<INotices>();
        await using var write = await services.GetRequiredService<Database>().Write(Actor.System(news.By), cancel);
        foreach (var (rule, person, action) in lines)
            await notices.Notify(write, person!.Value, new(rule.Kind, rule.Title, "/account")
            {
                Text = person == news.PersonId ? "If that was not you, tell an admin at once." : $"By {news.By}.",
                Key = action,
                Status = rule.Kind == "crucible.credentials" ? "cancelled" : null,
            }, cancel);
        await write.Commit(cancel);
    }

    private static Guid? PersonOf(string subject) =>
        subject.StartsWith("person:", StringComparison.Ordinal) && Guid.TryParse(subject.AsSpan("person:".Length), out var id) ? id : null;
}
