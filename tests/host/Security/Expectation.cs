namespace Crucible.Host.Tests.Security;

/// <summary>Who a route is for.</summary>
internal enum Reach
{
    /// <summary>Everybody, signed in or not.</summary>
    Anybody,

    /// <summary>Whoever is signed in.</summary>
    SignedIn,

    /// <summary>The person themselves at a browser, no program with a token; what belongs to others is not there.</summary>
    Oneself,

    /// <summary>Who may write in some team.</summary>
    Member,

    /// <summary>Who may read in the object's team; to others it is not there.</summary>
    Reader,

    /// <summary>Who may write in the object's team; its readers are refused, to others it is not there.</summary>
    Writer,

    /// <summary>The object's owner and admins; other writers of the team are refused.</summary>
    Owner,

    /// <summary>Who has permissions, by role or by a token's scope.</summary>
    Permitted,
}

/// <summary>What a rightful request does.</summary>
internal enum Effect
{
    /// <summary>Something in the database is different afterwards.</summary>
    Changes,

    /// <summary>It only answers: a search by POST, a call that is not offered.</summary>
    Nothing,

    /// <summary>What it changes cannot be set up by a form alone; another test proves it.</summary>
    ProvedElsewhere,
}

/// <summary>What is expected of one route. The lines stand in <see cref="RouteTable"/>.</summary>
/// <param name="Route">As <see cref="HostRoute.Name"/> writes it.</param>
/// <param name="Reach">Who it is for.</param>
internal sealed record Expectation(string Route, Reach Reach)
{
    /// <summary>What it takes to have each of them: all of these permissions.</summary>
    public IReadOnlyList<string> Permissions { get; init; } = [];

    /// <summary>Values of the route's parameters, <c>id={experiment}</c>. Words in braces are those of <see cref="Things"/>.</summary>
    public string At { get; init; } = "";

    /// <summary>The query.</summary>
    public string Query { get; init; } = "";

    /// <summary>Form fields.</summary>
    public string Form { get; init; } = "";

    /// <summary>A JSON body.</summary>
    public string? Json { get; init; }

    /// <summary>A body of bytes.</summary>
    public string? Bytes { get; init; }

    /// <summary>The one status of a rightful request; null for any that is no error.</summary>
    public int? Answers { get; init; }

    /// <summary>Whether it takes somebody at a browser: a token with all these permissions is refused.</summary>
    public bool Browser { get; init; }

    /// <summary>What people are answered whose it is not, of other teams or with another account; 0 where the answer does not tell, only that nothing changes.</summary>
    public int Hidden { get; init; } = 404;

    public Effect Effect { get; init; } = Effect.Changes;

    /// <summary>Why a route is open to everybody, or which test proves what it does.</summary>
    public string Why { get; init; } = "";

    public string Template => $"{At}&{Query}&{Form}&{Json}";
}
