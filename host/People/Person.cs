using Crucible.People;

namespace Crucible.Host.People;

/// <summary>A person with an account, in the mutable shape that ASP.NET Core Identity works on.</summary>
public sealed class Person
{
    public Guid Id { get; set; } = Guid.CreateVersion7();
    public required string UserName { get; set; }
    public required string DisplayName { get; set; }
    public Role Role { get; set; } = Role.Member;
    public string? PasswordHash { get; set; }
    public string SecurityStamp { get; set; } = "";
    public int FailedCount { get; set; }
    public DateTimeOffset? LockedUntil { get; set; }
    public bool Disabled { get; set; }
    public DateTimeOffset? SignedInAt { get; set; }

    /// <summary>The stamp as read: credentials are only written over the credentials that were seen.</summary>
    public string? StampRead { get; set; }
}
