using Crucible.Modules;
using Crucible.People;

namespace Crucible.Host.People;

/// <summary>
/// What a token may do: <c>read</c>, <c>write</c> (which reads too), <c>admin</c>, or the name of a permission such as
/// <c>sessions.drive</c>, which adds that one thing to reading. Never more than its owner's role.
/// </summary>
internal static class Scopes
{
    public const string Read = "read", Write = "write", Admin = "admin";

    /// <summary>The role a token acts with.</summary>
    public static Role Cap(Role owner, string[] scopes)
    {
        var most = scopes.Contains(Admin) ? Role.Admin : scopes.Contains(Write) ? Role.Member : Role.Viewer;
        return owner < most ? owner : most;
    }

    /// <summary>The permissions that a token was given by name, as far as its owner still has them, by role or by grant.</summary>
    public static string[] Named(Role owner, string[] grants, string[] scopes, IEnumerable<Permission> permissions) =>
        [.. scopes.Where(s => s.Contains('.') && MayGive(owner, grants, s, permissions))];

    /// <summary>Whether a token of this person may have this scope.</summary>
    public static bool MayGive(Role owner, string[] grants, string scope, IEnumerable<Permission> permissions) => scope switch
    {
        Read => true,
        Write => owner >= Role.Member,
        Admin => owner == Role.Admin,
        _ => permissions.Any(p => p.Name == scope && (owner >= p.Least || grants.Contains(scope))),
    };

    /// <summary>What is wrong with a scope, in words; null when this person may give it.</summary>
    public static string? Fault(Role owner, string[] grants, string scope, IEnumerable<Permission> permissions)
    {
        if (MayGive(owner, grants, scope, permissions))
            return null;
        return scope is Write or Admin || permissions.Any(p => p.Name == scope)
            ? $"The role {PersonStore.Text(owner)} does not reach the scope {scope}."
            : "This is no scope. A token may read, write, do everything its owner may, or have one permission such as plugin.verb.";
    }
}
