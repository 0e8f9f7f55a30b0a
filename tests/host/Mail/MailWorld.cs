using Crucible.Testing;

namespace Crucible.Host.Tests.Mail;

/// <summary>A world with a mail server.</summary>
public sealed class MailWorld : World
{
    internal FakeSmtp Server { get; } = new();

    protected override IEnumerable<string> Settings =>
        ["Crucible:Smtp:Host=127.0.0.1", $"Crucible:Smtp:Port={Server.Port}", "Crucible:Smtp:Tls=none", "Crucible:Smtp:From=crucible@example.org", "Crucible:Smtp:Url=https://crucible.example.org", "Crucible:Jobs:BeatEvery=00:00:00.200"];
}
