using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading.Channels;

namespace Crucible.Host.Tests.Mail;

/// <summary>A mail as the server took it.</summary>
/// <param name="From">The sender of the envelope.</param>
/// <param name="To">The recipient of the envelope.</param>
/// <param name="User">Who signed in; null without.</param>
/// <param name="Encrypted">Whether the connection was.</param>
/// <param name="Data">Headers and body, dots taken back.</param>
internal sealed record TakenMail(string From, string To, string? User, bool Encrypted, string Data);

/// <summary>A mail server that speaks the real protocol (RFC 5321, AUTH LOGIN, STARTTLS with a certificate nobody trusts) on a port of its own.</summary>
internal sealed class FakeSmtp : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closed = new();
    private readonly Channel<TakenMail> _mails = Channel.CreateUnbounded<TakenMail>();
    private readonly Task _serving;

    public FakeSmtp()
    {
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _serving = Serve();
    }

    public int Port { get; }

    /// <summary>Recipients it refuses, with what it says: <c>550 no such user</c>.</summary>
    public ConcurrentDictionary<string, string> Refused { get; } = new();

    /// <summary>How many mails it turns away for now with 451, before it takes one.</summary>
    public int Busy;

    /// <summary>Says nothing after DATA.</summary>
    public bool Hangs { get; set; }

    public bool OffersTls { get; set; }

    /// <summary>User and password it asks for.</summary>
    public (string User, string Password)? Account { get; set; }

    /// <summary>How many connections there were.</summary>
    public int Connections;

    public async Task<TakenMail> Next()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        return await _mails.Reader.ReadAsync(patience.Token);
    }

    public bool HasAnother => _mails.Reader.TryPeek(out _);

    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        _listener.Stop();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task Serve()
    {
        var open = new List<Task>();
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_closed.Token);
                Interlocked.Increment(ref Connections);
                open.Add(Talk(client));
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(open).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task Talk(TcpClient client)
    {
        using var _ = client;
        Stream stream = client.GetStream();
        var (from, to, user, encrypted) = ("", "", (string?)null, false);
        await Say("220 fake ESMTP");
        while (await Line() is { } line)
        {
            var verb = line.Split(' ', ':')[0].ToUpperInvariant();
            if (verb == "EHLO")
                await Say($"250-fake{(OffersTls && !encrypted ? "\r\n250-STARTTLS" : "")}{(Account is null ? "" : "\r\n250-AUTH LOGIN")}\r\n250-SMTPUTF8\r\n250 8BITMIME");
            else if (verb == "STARTTLS" && OffersTls)
            {
                await Say("220 go ahead");
                var tls = new SslStream(stream);
                await tls.AuthenticateAsServerAsync(Certificate);
                (stream, encrypted) = (tls, true);
            }
            else if (verb == "AUTH")
                user = await Authenticate(line);
            else if (verb == "MAIL" && Account is not null && user is null)
                await Say("530 authentication required");
            else if (verb == "MAIL" && Interlocked.Decrement(ref Busy) >= 0)
                await Say("451 try again later");
            else if (verb == "MAIL")
            {
                from = Address(line);
                await Say("250 ok");
            }
            else if (verb == "RCPT")
            {
                to = Address(line);
                await Say(Refused.GetValueOrDefault(to, "250 ok"));
            }
            else if (verb == "DATA")
            {
                if (Hangs)
                {
                    await Task.Delay(Timeout.Infinite, _closed.Token);
                    return;
                }
                await Say("354 end with a dot");
                var data = new StringBuilder();
                while (await Line() is { } part && part != ".")
                    data.Append(part.StartsWith('.') ? part[1..] : part).Append("\r\n");
                _mails.Writer.TryWrite(new(from, to, user, encrypted, data.ToString()));
                await Say("250 taken");
            }
            else if (verb == "QUIT")
            {
                await Say("221 bye");
                return;
            }
            else
                await Say(verb is "RSET" or "NOOP" ? "250 ok" : "502 not known");
        }

        async Task Say(string text) => await stream.WriteAsync(Encoding.ASCII.GetBytes(text + "\r\n"), _closed.Token);

        async Task<string?> Line()
        {
            var line = new List<byte>();
            var one = new byte[1];
            while (await stream.ReadAsync(one, _closed.Token) == 1)
                if (one[0] == '\n')
                    return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
                else
                    line.Add(one[0]);
            return null;
        }

        async Task<string?> Authenticate(string line)
        {
            var name = line.Split(' ') is [_, _, var first] ? first : await Ask("334 VXNlcm5hbWU6");
            var password = await Ask("334 UGFzc3dvcmQ6");
            var given = (Plain(name), Plain(password));
            await Say(given == Account ? "235 welcome" : "535 wrong");
            return given == Account ? given.Item1 : null;
        }

        async Task<string> Ask(string what)
        {
            await Say(what);
            return await Line() ?? "";
        }
    }

    private static string Plain(string text) => Encoding.UTF8.GetString(Convert.FromBase64String(text));

    private static string Address(string line) => line[(line.IndexOf('<') + 1)..line.IndexOf('>')];

    private static X509Certificate2 Certificate { get; } = MakeCertificate();

    private static X509Certificate2 MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        return new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }
}
