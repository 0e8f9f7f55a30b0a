using Crucible.Live;

namespace Crucible.People;

/// <summary>
/// What a person may do has changed: role, teams, password, tokens, or the end of a session. Told on
/// <see cref="Topic"/> in the transaction of the change; every host then forgets what it remembers of the person and
/// asks again whether the person's open streams may go on.
/// </summary>
/// <param name="PersonId">The person.</param>
public sealed record PersonAccessChanged(Guid PersonId)
{
    /// <summary>The topic of one person, <c>person:{id}</c>.</summary>
    public static Topic Topic(Guid personId) => new("person", personId.ToString());
}
