using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;

namespace Crucible.Host.People;

/// <summary>
/// The codes of authenticator apps: RFC 6238 with HMAC-SHA1, six digits and steps of 30 seconds, which is what every app
/// takes. The framework's own provider lets a code be used again as long as it is fresh; here a step is good once (RFC
/// 6238, 5.2), and one step of clock error to either side is allowed instead of two.
/// </summary>
internal sealed class TimeCodes(CredentialStore credentials, TimeProvider time) : IUserTwoFactorTokenProvider<Person>
{
    public const int Digits = 6;
    private const int StepSeconds = 30, Tolerance = 1;
    private const string Base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// <summary>160 random bits in base 32, the form in which apps take a key typed by hand.</summary>
    public static string NewKey() => RandomNumberGenerator.GetString(Base32, 32);

    /// <summary>The code of a step, <c>seconds since 1970 / 30</c>.</summary>
    public static string Code(ReadOnlySpan<byte> key, long step)
    {
        Span<byte> counter = stackalloc byte[8], hash = stackalloc byte[HMACSHA1.HashSizeInBytes];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
#pragma warning disable CA5350 // RFC 6238 as the apps speak it; HMAC does not suffer from collisions of SHA-1
        HMACSHA1.HashData(key, counter, hash);
#pragma warning restore CA5350
        var number = BinaryPrimitives.ReadInt32BigEndian(hash[(hash[^1] & 15)..]) & int.MaxValue;
        return (number % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }

    public static byte[] Bytes(string key)
    {
        var bytes = new byte[key.Length * 5 / 8];
        for (var bit = 0; bit < bytes.Length * 8; bit++)
            if ((Base32.IndexOf(key[bit / 5], StringComparison.Ordinal) >> (4 - (bit % 5)) & 1) == 1)
                bytes[bit / 8] |= (byte)(128 >> (bit % 8));
        return bytes;
    }

    public async Task<bool> ValidateAsync(string purpose, string token, UserManager<Person> manager, Person user)
    {
        var typed = new string([.. token.Where(char.IsAsciiDigit)]);
        if (typed.Length != Digits || await manager.GetAuthenticatorKeyAsync(user) is not { Length: > 0 } text)
            return false;
        var key = Bytes(text);
        var now = time.GetUtcNow().ToUnixTimeSeconds() / StepSeconds;
        long? found = null;
        // All of them, whichever fits: the time this takes says nothing.
        for (var step = now - Tolerance; step <= now + Tolerance; step++)
            if (CryptographicOperations.FixedTimeEquals(System.Text.Encoding.ASCII.GetBytes(Code(key, step)), System.Text.Encoding.ASCII.GetBytes(typed)))
                found = step;
        return found is { } fits && await credentials.TakeStep(user.Id, fits);
    }

    public Task<bool> CanGenerateTwoFactorTokenAsync(UserManager<Person> manager, Person user) => Task.FromResult(user.TwoFactor);

    public Task<string> GenerateAsync(string purpose, UserManager<Person> manager, Person user) =>
        throw new NotSupportedException("The app makes the codes.");
}
