using System.Buffers.Binary;
using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;
using Crucible.Host.Push;

namespace Crucible.Host.Tests.Push;

/// <summary>A message as the push service took it.</summary>
internal sealed record TakenPush(string Path, byte[] Body, IReadOnlyDictionary<string, string> Headers);

/// <summary>A push service on a port of its own.</summary>
internal sealed class FakePushService : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Channel<TakenPush> _taken = Channel.CreateUnbounded<TakenPush>();
    private readonly Task _serving;

    public FakePushService()
    {
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Url = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}";
        }
        _listener.Prefixes.Add(Url + "/");
        _listener.Start();
        _serving = Serve();
    }

    public string Url { get; }

    /// <summary>What it answers next; 201 when there is nothing.</summary>
    public ConcurrentQueue<int> Answers { get; } = new();

    public async Task<TakenPush> Next()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        return await _taken.Reader.ReadAsync(patience.Token);
    }

    public bool HasAnother => _taken.Reader.TryPeek(out _);

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
        _listener.Close();
    }

    private async Task Serve()
    {
        while (true)
        {
            HttpListenerContext http;
            try
            {
                http = await _listener.GetContextAsync();
            }
            catch (Exception fault) when (fault is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            using var body = new MemoryStream();
            await http.Request.InputStream.CopyToAsync(body);
            var headers = http.Request.Headers.AllKeys.OfType<string>().ToDictionary(k => k, k => http.Request.Headers[k]!, StringComparer.OrdinalIgnoreCase);
            http.Response.StatusCode = Answers.TryDequeue(out var status) ? status : 201;
            http.Response.Close();
            _taken.Writer.TryWrite(new(http.Request.Url!.AbsolutePath, body.ToArray(), headers));
        }
    }
}

/// <summary>A browser's side of a subscription: its keys, and what it reads.</summary>
internal sealed class FakeBrowser : IDisposable
{
    private readonly ECDiffieHellman _key;

    public FakeBrowser(ECDiffieHellman? key = null, byte[]? auth = null) => (_key, Auth) = (key ?? ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256), auth ?? RandomNumberGenerator.GetBytes(16));

    public byte[] Auth { get; }

    public byte[] P256dh => PushMessage.Point(_key.ExportParameters(false).Q);

    /// <summary>Decrypts as RFC 8291 and RFC 8188 tell a receiver to.</summary>
    public string Read(byte[] body)
    {
        var (salt, size, length) = (body[..16], BinaryPrimitives.ReadUInt32BigEndian(body.AsSpan(16)), body[20]);
        Assert.Equal((4096u, 65), (size, length));
        var sender = body[21..86];
        using var theirs = ECDiffieHellman.Create(PushMessage.Parameters(sender));
        var secret = HKDF.DeriveKey(HashAlgorithmName.SHA256, _key.DeriveRawSecretAgreement(theirs.PublicKey), 32, Auth, [.. "WebPush: info\0"u8, .. P256dh, .. sender]);
        var text = new byte[body.Length - 86 - 16];
        using var aes = new AesGcm(HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 16, salt, "Content-Encoding: aes128gcm\0"u8.ToArray()), 16);
        aes.Decrypt(HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 12, salt, "Content-Encoding: nonce\0"u8.ToArray()), body.AsSpan(86, text.Length), body.AsSpan(86 + text.Length), text);
        Assert.Equal(2, text[^1]);
        return Encoding.UTF8.GetString(text.AsSpan(0, text.Length - 1));
    }

    public IEnumerable<(string, string)> Fields(string endpoint) => [("endpoint", endpoint), ("p256dh", Base64Url.EncodeToString(P256dh)), ("auth", Base64Url.EncodeToString(Auth))];

    public void Dispose() => _key.Dispose();
}
