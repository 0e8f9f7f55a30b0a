using Crucible.Host.Security;
using Crucible.People;

namespace Crucible.Host.People;

/// <summary>
/// Nobody gives, takes or takes over more than they have: who may manage people without being an admin neither makes an admin
/// nor resets the password of one.
/// </summary>
internal static class Mandate
{
    /// <summary>Whether the actor reaches as far as somebody with this role and these further permissions.</summary>
    public static bool Covers(this Permissions permissions, Actor actor, Role role, IEnumerable<string> grants) =>
        actor.SeesAll || (actor.Role >= role && grants.All(g => permissions.Allows(actor, g)));
}
