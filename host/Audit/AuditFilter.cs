using Crucible.Search;

namespace Crucible.Host.Audit;

/// <summary>Which lines of the audit log are asked for, and from where a page begins.</summary>
/// <param name="Query">What was typed.</param>
/// <param name="Older">Only lines before this one; null begins at the newest.</param>
internal sealed record AuditFilter(Query Query, long? Older = null)
{
    public const int PageSize = 50;

    public static readonly Vocabulary Words = new(
        new("by", QualifierKind.Text, "who, by sign-in name"),
        new("action", QualifierKind.Text, "what was done: person, person.disable") { Ask = true },
        new("on", QualifierKind.Text, "to what: kind and id, or a kind alone"),
        new("from", QualifierKind.Text, "address of the client"),
        new("via", QualifierKind.Choice, "by what way") { Values = ["browser", "token", "password", "system"] },
        new("after", QualifierKind.Time, "not before this day or moment"),
        new("before", QualifierKind.Time, "before this day or moment"));

    public static AuditFilter Read(string? text, long? older, DateTimeOffset now) => new(Qualifiers.Parse(text, Words, now), older);
}
