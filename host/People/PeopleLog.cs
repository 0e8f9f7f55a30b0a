namespace Crucible.Host.People;

/// <summary>
/// What the log says of people. Names stand in it only when they are the name of somebody: people type passwords into
/// the wrong field, and attackers type lines of log.
/// </summary>
internal static partial class PeopleLog
{
    [LoggerMessage(2001, LogLevel.Information, "{Person} signed in from {Address}")]
    public static partial void SignedIn(this ILogger log, string person, string address);

    [LoggerMessage(2002, LogLevel.Information, "{Person} signed out from {Address}")]
    public static partial void SignedOut(this ILogger log, string person, string address);

    [LoggerMessage(2003, LogLevel.Warning, "Sign-in refused for {Person} from {Address}: {Reason}")]
    public static partial void SignInRefused(this ILogger log, string person, string address, string reason);

    [LoggerMessage(2004, LogLevel.Warning, "An API token was refused from {Address}: unknown, expired or revoked")]
    public static partial void TokenRefused(this ILogger log, string address);

    [LoggerMessage(2005, LogLevel.Warning, "{Person} may not {Method} {Path}, asked from {Address}")]
    public static partial void Forbidden(this ILogger log, string person, string method, string path, string address);

    [LoggerMessage(2006, LogLevel.Warning, "A {Method} to {Path} from {Address} was refused: {Reason}")]
    public static partial void RequestRefused(this ILogger log, string method, string path, string address, string reason);

    [LoggerMessage(2007, LogLevel.Information, "{Person}: {What}, by {Actor}")]
    public static partial void PersonChanged(this ILogger log, string person, string what, string actor);

    [LoggerMessage(2008, LogLevel.Error, "The key of {Person}'s authenticator app cannot be read: the Data Protection keys of this database were lost. Reset two-factor on the page of the person")]
    public static partial void TwoFactorKeyUnreadable(this ILogger log, string person, Exception fault);

    [LoggerMessage(2009, LogLevel.Warning, "Signing in with {Provider} failed for {Address}: {Reason}")]
    public static partial void ProviderRefused(this ILogger log, string provider, string address, string reason, Exception? fault);
}
