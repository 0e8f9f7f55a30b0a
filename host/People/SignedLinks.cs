using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace Crucible.Host.People;

/// <summary>
/// What stands behind the <c>#</c> of a link: a secret and its end, sealed with Data Protection for one kind of link. A forged or
/// an old one, or one made for something else, costs no look-up; that it is good once is in the database, with a hash of the secret.
/// </summary>
public sealed class SignedLinks(IDataProtectionProvider protection, TimeProvider time)
{
    private const int SecretBytes = 32;

    /// <summary>A fresh secret and its sealed form.</summary>
    public (string Sealed, byte[] Hash) Make(string kind, DateTimeOffset until)
    {
        Span<byte> content = stackalloc byte[SecretBytes + sizeof(long)];
        RandomNumberGenerator.Fill(content[..SecretBytes]);
        BinaryPrimitives.WriteInt64BigEndian(content[SecretBytes..], until.ToUnixTimeSeconds());
        return (Base64Url.EncodeToString(For(kind).Protect(content.ToArray())), SHA256.HashData(content[..SecretBytes]));
    }

    /// <summary>The hash under which the secret is kept; null when it was not sealed here, for this, or is over.</summary>
    public byte[]? Open(string kind, string? text)
    {
        // What stands after the # sign, however it was copied.
        if (text?.Trim().TrimStart('#') is not { Length: > 0 and < 400 } code || !Base64Url.IsValid(code))
            return null;
        try
        {
            var content = For(kind).Unprotect(Base64Url.DecodeFromChars(code));
            return DateTimeOffset.FromUnixTimeSeconds(BinaryPrimitives.ReadInt64BigEndian(content.AsSpan(SecretBytes))) > time.GetUtcNow()
                ? SHA256.HashData(content.AsSpan(0, SecretBytes)) : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private IDataProtector For(string kind) => protection.CreateProtector("crucible.link", kind);
}
