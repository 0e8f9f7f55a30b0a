using Crucible.People;

namespace Crucible.Host.People;

/// <summary>A person with an account, in the mutable shape that ASP.NET Core Identity works on.</summary>
public sealed class Person
{
    public Guid Id { get; set; } = Guid.CreateVersion7();
    public required string UserName { get; set; }
    public required string DisplayName { get; set; }
    public string? Email { get; set; }
    public Role Role { get; set; } = Role.Member;
    public string? PasswordHash { get; set; }
    public string SecurityStamp { get; set; } = "";
    public int FailedCount { get; set; }
    public DateTimeOffset? LockedUntil { get; set; }
    public bool Disabled { get; set; }
    public DateTimeOffset? SignedInAt { get; set; }

    /// <summary>The key of the authenticator app, sealed; null while two-factor is off.</summary>
    public string? TwoFactorKey { get; set; }

    /// <summary>Whether a code of an authenticator app is asked for.</summary>
    public bool TwoFactor => TwoFactorKey is not null;

    /// <summary>The stamp as read: credentials are only written over the credentials that were seen.</summary>
    public string? StampRead { get; set; }

    /// <summary>Hashes of fresh recovery codes, written with the credentials; null leaves those there are.</summary>
    internal IReadOnlyList<byte[]>? NewRecoveryCodes { get; set; }

    /// <summary>What the audit log says of the next write: Identity's managers have no place for it.</summary>
    internal CredentialChange? Because { get; set; }
}

/// <summary>Who changes a person's credentials, and how the audit log calls it.</summary>
internal sealed record CredentialChange(Actor Actor, string Action, object? Before = null, object? After = null);
