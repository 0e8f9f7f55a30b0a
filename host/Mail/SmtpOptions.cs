using System.ComponentModel.DataAnnotations;
using System.Net.Mail;
using Microsoft.Extensions.Options;

namespace Crucible.Host.Mail;

/// <summary>The mail server of the section <c>Crucible:Smtp</c>. Without a host there is no mail, and no page speaks of it.</summary>
public sealed record SmtpOptions
{
    /// <summary>Name or address of the server.</summary>
    public string? Host { get; init; }

    /// <summary>587 is for submission with STARTTLS; 465, TLS from the first byte, is not spoken here.</summary>
    [Range(1, 65535)]
    public int Port { get; init; } = 587;

    /// <summary>Who signs in; null for a server that asks for nothing.</summary>
    public string? User { get; init; }

    /// <summary>And with what.</summary>
    public string? Password { get; init; }

    /// <summary>The sender: <c>crucible@example.org</c> or <c>Crucible &lt;crucible@example.org&gt;</c>.</summary>
    public string From { get; init; } = "";

    /// <summary><c>starttls</c>, which a server must then offer with a certificate that is trusted, or <c>none</c>.</summary>
    public string Tls { get; init; } = "starttls";

    /// <summary>Where people reach this installation; the links of a mail begin with it: <c>https://crucible.example.org</c>.</summary>
    public string Url { get; init; } = "";

    /// <summary>Seconds that sending one mail may take.</summary>
    [Range(1, 300)]
    public int TimeoutSeconds { get; init; } = 20;

    internal bool IsSet => !string.IsNullOrWhiteSpace(Host);
}

/// <summary>The rules that no range states.</summary>
internal sealed class SmtpOptionsRules : IValidateOptions<SmtpOptions>
{
    public ValidateOptionsResult Validate(string? name, SmtpOptions options)
    {
        var faults = options.IsSet ? Faults(options).ToList() : [];
        return faults.Count > 0 ? ValidateOptionsResult.Fail(faults) : ValidateOptionsResult.Success;
    }

    private static IEnumerable<string> Faults(SmtpOptions options)
    {
        if (Uri.CheckHostName(options.Host) == UriHostNameType.Unknown)
            yield return $"Crucible:Smtp:Host is '{options.Host}', which is no name or address of a server.";
        if (!MailAddress.TryCreate(options.From, out _) || options.From.Any(char.IsControl))
            yield return $"Crucible:Smtp:From is '{options.From}', which is no mail address. Write it as crucible@example.org.";
        if (options.Tls is not ("starttls" or "none"))
            yield return $"Crucible:Smtp:Tls is '{options.Tls}'. Use starttls or none.";
        if (!Uri.TryCreate(options.Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            yield return $"Crucible:Smtp:Url is '{options.Url}'. Set where people reach this installation, as https://crucible.example.org: the links of mails begin with it.";
        if (string.IsNullOrEmpty(options.User) != string.IsNullOrEmpty(options.Password))
            yield return "Crucible:Smtp:User and Crucible:Smtp:Password belong together; one of them is missing.";
        if (!string.IsNullOrEmpty(options.Password) && options.Tls == "none" && Uri.TryCreate($"smtp://{options.Host}", UriKind.Absolute, out var server) && !server.IsLoopback)
            yield return "Crucible:Smtp:Password would cross the network in the clear. Set Crucible:Smtp:Tls to starttls.";
    }
}
