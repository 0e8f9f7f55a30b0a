using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Crucible.Experiments.Imports.Sources;

/// <summary>
/// Calls of a tracking server: each with a timeout, repeated with growing pauses where that may help. Answers are read up to a limit,
/// for the server may be anybody's.
/// </summary>
internal sealed class ServerCalls(HttpClient http, TimeProvider time)
{
    private const int Attempts = 4;
    private const long LargestAnswer = 256 << 20; // MLflow 2 sends a whole history at once
    private static readonly TimeSpan ToAnswer = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>Posts an object and reads one; null when the server knows no such call or thing (404).</summary>
    public Task<JsonElement?> Post(string call, object body, CancellationToken cancel) =>
        Json(() => new(HttpMethod.Post, call) { Content = Whole(body) }, cancel);

    // MLflow takes neither a charset behind the type nor a body without a length.
    private static ByteArrayContent Whole(object body) =>
        new(JsonSerializer.SerializeToUtf8Bytes(body)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };

    /// <summary>Gets an object; null when there is no such thing (404).</summary>
    public Task<JsonElement?> Get(string call, CancellationToken cancel) => Json(() => new(HttpMethod.Get, call), cancel);

    /// <summary>Saves a file; how many bytes it has. Null when the server does not give it.</summary>
    public Task<long?> Save(string call, string path, long limit, CancellationToken cancel) => Again(async () =>
    {
        using var answer = await Send(new(HttpMethod.Get, call), cancel);
        if (!answer.IsSuccessStatusCode)
            return (long?)null;
        await using var file = File.Create(path);
        await using var content = await answer.Content.ReadAsStreamAsync(cancel);
        return await Copy(content, file, limit, cancel);
    }, cancel);

    private Task<JsonElement?> Json(Func<HttpRequestMessage> request, CancellationToken cancel) => Again(async () =>
    {
        using var answer = await Send(request(), cancel);
        if (answer.StatusCode == HttpStatusCode.NotFound)
            return (JsonElement?)null;
        if (!answer.IsSuccessStatusCode)
            throw new ImportFault($"The server answered {(int)answer.StatusCode} {answer.ReasonPhrase}. Check the address; it is what MLFLOW_TRACKING_URI would be.");
        await using var content = await answer.Content.ReadAsStreamAsync(cancel);
        using var held = new MemoryStream();
        if (await Copy(content, held, LargestAnswer, cancel) is null)
            throw new ImportFault("The server answered more than this one reads at once.");
        try
        {
            using var json = JsonDocument.Parse(held.GetBuffer().AsMemory(0, (int)held.Length));
            return json.RootElement.ValueKind == JsonValueKind.Object ? json.RootElement.Clone() : throw new JsonException();
        }
        catch (JsonException)
        {
            throw new ImportFault("What answers at this address is no MLflow server. It is what MLFLOW_TRACKING_URI would be.");
        }
    }, cancel);

    private async Task<HttpResponseMessage> Send(HttpRequestMessage request, CancellationToken cancel)
    {
        using (request)
        {
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            timeout.CancelAfter(ToAnswer);
            var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timeout.Token);
            if (answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
                using (answer)
                    throw new ImportFault($"The server refused the sign-in ({(int)answer.StatusCode}). Check user and password, or the token.");
            if (answer.StatusCode is not (HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout))
                return answer;
            using (answer)
                throw new Busy(answer.Headers.RetryAfter?.Delta);
        }
    }

    private async Task<T> Again<T>(Func<Task<T>> call, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
            try
            {
                return await call();
            }
            catch (Exception fault) when (fault is Busy or HttpRequestException or IOException || (fault is OperationCanceledException && !cancel.IsCancellationRequested))
            {
                if (attempt == Attempts)
                    throw new ImportFault(fault is Busy ? "The server is too busy to answer. Import again later." : "The server does not answer. Check the address and that it can be reached from this machine.");
                var pause = (fault as Busy)?.After ?? TimeSpan.FromSeconds(1 << (attempt - 1));
                await Task.Delay(pause < LongestPause ? pause : LongestPause, time, cancel);
            }
    }

    private static async Task<long?> Copy(Stream from, Stream to, long limit, CancellationToken cancel)
    {
        var buffer = new byte[81_920];
        var total = 0L;
        int read;
        while ((read = await Read(from, buffer, cancel)) > 0)
        {
            if ((total += read) > limit)
                return null;
            await to.WriteAsync(buffer.AsMemory(0, read), cancel);
        }
        return total;
    }

    // A server that stops in the middle of an answer is one that does not answer.
    private static async Task<int> Read(Stream from, byte[] buffer, CancellationToken cancel)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        timeout.CancelAfter(ToAnswer);
        return await from.ReadAsync(buffer, timeout.Token);
    }

    private sealed class Busy(TimeSpan? after) : Exception
    {
        public TimeSpan? After { get; } = after;
    }
}
