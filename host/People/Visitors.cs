using Crucible.People;

namespace Crucible.Host.People;

/// <summary>Who the audit log names while nobody is signed in yet.</summary>
internal static class Visitors
{
    /// <summary>Somebody who has just proved to be this person.</summary>
    public static Actor Themselves(Person person, string? address) =>
        new(person.Id, person.UserName, person.DisplayName, person.Role, [Actor.Everyone], [], Actor.Everyone) { Origin = new("browser", address, null) };

    /// <summary>Somebody who has proved nothing.</summary>
    public static Actor Unknown(string via, string? address) =>
        new(null, "nobody", "Nobody", Role.Viewer, [], [], Actor.Everyone) { Origin = new(via, address, null) };
}
