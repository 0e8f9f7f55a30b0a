using System.Security.Cryptography;
using System.Text;
using Crucible.Api;
using Crucible.People;

namespace Crucible.Host.Api;

/// <summary>
/// <c>Idempotency-Key</c> on POST: the answer to a request that was carried out is kept for a day and given again to the same
/// person's same request. The same key with another request is 422; while the first is under way its twin is 409. A request
/// that was refused gives its key back. Between the commit of a write and the keeping of its answer a killed host forgets that
/// it answered: five minutes later the key counts as unused.
/// </summary>
internal sealed class Repeats(KeptAnswerStore store)
{
    private const string Name = "Idempotency-Key";
    private const int MostBody = 1 << 20;
    private static readonly string[] Repeated = ["Content-Type", "Location", "ETag"];

    public static bool Applies(HttpContext http, ApiDoc doc) => !doc.KeepsKeys && HttpMethods.IsPost(http.Request.Method) && http.Request.Headers.ContainsKey(Name);

    public async Task Answer(HttpContext http, RequestDelegate next)
    {
        var key = http.Request.Headers[Name].ToString();
        if (key.Length is 0 or > 255 || key.Any(c => c is < ' ' or > '~') || Actor.Of(http).PersonId is not { } person)
        {
            await ApiEndpoints.Refuse(http, ApiError.Invalid(Name, "must be 1 to 255 printable ASCII characters."));
            return;
        }
        http.Request.EnableBuffering();
        if (await Hash(http) is not { } request)
        {
            await ApiEndpoints.Refuse(http, ApiError.TooLarge(MostBody));
            return;
        }
        if (await store.Take(person, key, request, http.RequestAborted) is { } earlier)
            await Repeat(http, earlier, request);
        else
            await CarryOut(http, next, person, key);
    }

    private static async Task<byte[]?> Hash(HttpContext http)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{http.Request.Method} {http.Request.Path}{http.Request.QueryString}\n"));
        var buffer = new byte[16 * 1024];
        var length = 0;
        while (await http.Request.Body.ReadAsync(buffer, http.RequestAborted) is > 0 and var read)
        {
            if ((length += read) > MostBody)
                return null;
            hash.AppendData(buffer, 0, read);
        }
        http.Request.Body.Position = 0;
        return hash.GetHashAndReset();
    }

    private static async Task Repeat(HttpContext http, KeptAnswer earlier, byte[] request)
    {
        if (!earlier.Request.AsSpan().SequenceEqual(request))
            await ApiEndpoints.Refuse(http, ApiError.Invalid(Name, "was used for another request. Take a new key for each thing that is to be done."));
        else if (earlier.Status is not { } status)
        {
            http.Response.Headers.RetryAfter = "1";
            await ApiEndpoints.Refuse(http, ApiError.Conflict("The same request is under way. Ask again in a second for its answer."));
        }
        else
        {
            http.Response.StatusCode = status;
            foreach (var line in (earlier.Headers ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries))
                http.Response.Headers[line[..line.IndexOf(':', StringComparison.Ordinal)]] = line[(line.IndexOf(':', StringComparison.Ordinal) + 2)..];
            http.Response.Headers["Idempotent-Replayed"] = "true";
            await http.Response.Body.WriteAsync(earlier.Body ?? [], http.RequestAborted);
        }
    }

    private async Task CarryOut(HttpContext http, RequestDelegate next, Guid person, string key)
    {
        var answer = http.Response.Body;
        using var kept = new MemoryStream();
        http.Response.Body = kept;
        var done = false;
        try
        {
            await next(http);
            done = http.Response.StatusCode is >= 200 and < 300;
        }
        finally
        {
            http.Response.Body = answer;
            // Whether or not the caller is still there.
            if (done)
                await store.Keep(person, key, http.Response.StatusCode, string.Join('\n', Repeated.Where(http.Response.Headers.ContainsKey).Select(h => $"{h}: {http.Response.Headers[h]}")), kept.ToArray(), CancellationToken.None);
            else
                await store.Release(person, key, CancellationToken.None);
        }
        kept.Position = 0;
        await kept.CopyToAsync(answer, http.RequestAborted);
    }
}
