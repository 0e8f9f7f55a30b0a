using System.Security.Cryptography;
using Crucible.Data;
using Dapper;
using Microsoft.AspNetCore.DataProtection;

namespace Crucible.Host.Push;

/// <summary>The key pair by which push services know this installation: made once, kept sealed. With another one every browser would have to be asked anew.</summary>
internal sealed class PushKeyStore(Database database, IDataProtectionProvider protection, TimeProvider time)
{
    private readonly IDataProtector _seal = protection.CreateProtector("crucible.push");

    /// <summary>The public key, which browsers ask for, in base64url.</summary>
    public async Task<string> Public(CancellationToken cancel) => PushMessage.Base64Url((await Pair(cancel)).Public);

    /// <summary>The key that signs; the caller disposes it.</summary>
    public async Task<ECDsa> Signer(CancellationToken cancel)
    {
        var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(_seal.Unprotect(Convert.FromBase64String((await Pair(cancel)).Private)), out _);
        return key;
    }

    private async Task<(byte[] Public, string Private)> Pair(CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        const string Read = "select public, private from crucible.push_key";
        if (await connection.QuerySingleOrDefaultAsync<(byte[]?, string)>(new(Read, cancellationToken: cancel)) is ({ } there, { } kept))
            return (there, kept);
        using var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await connection.ExecuteAsync(new("insert into crucible.push_key (public, private, made_at) values (@own, @kept, @now) on conflict do nothing",
            new { own = PushMessage.Point(made.ExportParameters(false).Q), kept = Convert.ToBase64String(_seal.Protect(made.ExportPkcs8PrivateKey())), now = time.GetUtcNow() }, cancellationToken: cancel));
        // Another host may have been faster.
        return await connection.QuerySingleAsync<(byte[], string)>(new(Read, cancellationToken: cancel));
    }
}
