using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Crucible.Host.Push;

// What a push service carries it must not read. RFC 8291: the browser has made a key pair and a secret; the sender makes a
// key pair for this one message, agrees with the browser's key (ECDH on P-256), and derives from that and the secret the key
// of RFC 8188's aes128gcm. .NET has the primitives, and the libraries for it are not in the package sources this is built from.

/// <summary>Encrypts a message for one browser.</summary>
internal static class PushMessage
{
    /// <summary>Most bytes before encryption: services take 4,096 in all (RFC 8030 §7.2), and 103 are header, mark and tag.</summary>
    public const int Most = 4096 - HeaderLength - Tag - 1;

    private const int Tag = 16;
    private const int HeaderLength = 16 + 4 + 1 + PointLength;
    private const int PointLength = 65;

    /// <summary>The body of the request, with <c>Content-Encoding: aes128gcm</c>.</summary>
    /// <param name="text">At most <see cref="Most"/> bytes.</param>
    /// <param name="p256dh">The browser's public key, 65 bytes uncompressed.</param>
    /// <param name="auth">The browser's secret, 16 bytes.</param>
    public static byte[] Encrypt(ReadOnlySpan<byte> text, byte[] p256dh, byte[] auth)
    {
        using var own = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        return Encrypt(text, p256dh, auth, own, RandomNumberGenerator.GetBytes(16));
    }

    /// <summary>The same with a key pair and a salt that are given, for the test vector of RFC 8291.</summary>
    public static byte[] Encrypt(ReadOnlySpan<byte> text, byte[] p256dh, byte[] auth, ECDiffieHellman own, byte[] salt)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(text.Length, Most);
        var ownPublic = Point(own.ExportParameters(false).Q);
        using var theirs = ECDiffieHellman.Create(Parameters(p256dh));
        var agreed = own.DeriveRawSecretAgreement(theirs.PublicKey);
        var secret = HKDF.DeriveKey(HashAlgorithmName.SHA256, agreed, 32, auth, [.. "WebPush: info\0"u8, .. p256dh, .. ownPublic]);
        var key = HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 16, salt, "Content-Encoding: aes128gcm\0"u8.ToArray());
        var nonce = HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 12, salt, "Content-Encoding: nonce\0"u8.ToArray());
        var body = new byte[HeaderLength + text.Length + 1 + Tag];
        salt.CopyTo(body, 0);
        BinaryPrimitives.WriteUInt32BigEndian(body.AsSpan(16), 4096);
        body[20] = PointLength;
        ownPublic.CopyTo(body, 21);
        using var aes = new AesGcm(key, Tag);
        // 2 marks the last record; there is one.
        aes.Encrypt(nonce, [.. text, 2], body.AsSpan(HeaderLength, text.Length + 1), body.AsSpan(HeaderLength + text.Length + 1));
        return body;
    }

    /// <summary>Whether a browser could have sent these: a point of the curve, and 16 bytes.</summary>
    public static bool AreKeys(byte[] p256dh, byte[] auth)
    {
        if (p256dh.Length != PointLength || p256dh[0] != 4 || auth.Length != 16)
            return false;
        try
        {
            using var key = ECDiffieHellman.Create(Parameters(p256dh));
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    public static byte[] Point(ECPoint point) => [4, .. point.X!, .. point.Y!];

    public static ECParameters Parameters(byte[] point) => new() { Curve = ECCurve.NamedCurves.nistP256, Q = new() { X = point[1..33], Y = point[33..65] } };

    /// <summary>Who sends, RFC 8292: <c>vapid t=…, k=…</c>, signed for one push service and half a day.</summary>
    /// <param name="key">The key of this installation.</param>
    /// <param name="endpoint">Where it goes.</param>
    /// <param name="contact">Whom the service may turn to.</param>
    /// <param name="now">The time.</param>
    public static string Vapid(ECDsa key, Uri endpoint, string contact, DateTimeOffset now)
    {
        var claims = System.Text.Json.JsonSerializer.Serialize(new { aud = endpoint.GetLeftPart(UriPartial.Authority), exp = now.AddHours(12).ToUnixTimeSeconds(), sub = contact });
        var signed = $"{Base64Url("""{"typ":"JWT","alg":"ES256"}"""u8)}.{Base64Url(Encoding.UTF8.GetBytes(claims))}";
        var signature = key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        return $"vapid t={signed}.{Base64Url(signature)}, k={Base64Url(Point(key.ExportParameters(false).Q))}";
    }

    public static string Base64Url(ReadOnlySpan<byte> bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
}
