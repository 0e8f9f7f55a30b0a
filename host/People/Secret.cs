using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Crucible.Host.People;

/// <summary>256 random bits, known to their holder; the database keeps only their SHA-256.</summary>
internal static class Secret
{
    public const string TokenPrefix = "crucible_";
    private const int Length = 43;

    public static string New() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    public static string NewToken() => TokenPrefix + New();

    /// <summary>Whether it has the form of a secret, so that anything else costs no look-up.</summary>
    public static bool IsOne(ReadOnlySpan<char> text) => text.Length == Length && Base64Url.IsValid(text);

    public static bool IsToken(ReadOnlySpan<char> text) =>
        text.StartsWith(TokenPrefix, StringComparison.Ordinal) && IsOne(text[TokenPrefix.Length..]);

    // No salt and no stretching: 256 random bits have neither duplicates nor a dictionary.
    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    public static string HashText(string secret) => Convert.ToHexStringLower(Hash(secret));
}

/// <summary>32 bytes as a key of a dictionary.</summary>
internal readonly record struct Digest(long A, long B, long C, long D)
{
    public static Digest Of(ReadOnlySpan<byte> hash) => MemoryMarshal.Read<Digest>(hash);
}
