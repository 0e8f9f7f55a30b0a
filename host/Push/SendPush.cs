using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Crucible.Jobs;
using Crucible.Net;
using Microsoft.Extensions.Options;

namespace Crucible.Host.Push;

/// <summary>Whether push services are reached at all: a house without a way out is told once, not with every message.</summary>
internal sealed class PushReach(ILogger<PushReach> logger)
{
    private int _lost;

    public void Lost(string why)
    {
        if (Interlocked.Exchange(ref _lost, 1) == 0)
            logger.LogWarning("Push services cannot be reached, so browsers are not notified: {Reason}", why);
    }

    public void Reached() => Volatile.Write(ref _lost, 0);
}

/// <summary>Sends one message, <c>push</c>, to one browser's push service. A service that is busy is asked again; a browser that is gone is forgotten.</summary>
internal sealed class SendPush(PushStore pushes, PushKeyStore keys, PushReach reach, IHttpClientFactory clients, IOptions<PushOptions> options, TimeProvider time) : IBackgroundJob
{
    public const string Argument = "push";
    public const string Client = "crucible.push";
    public const int Attempts = 5;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    // Half a day: who switches the laptop on the next morning finds it behind the bell.
    private const string Life = "43200";

    public async Task Run(JobRun run, CancellationToken cancel)
    {
        var id = Guid.Parse(run.Arguments[Argument]);
        if (await pushes.Take(id, cancel) is not { } push)
            return;
        var (again, why) = await Try(push, cancel);
        if (again && run.Attempt < Attempts)
            throw new InvalidOperationException(why);
        await pushes.Done(id, CancellationToken.None);
        run.Log(why ?? "Sent", why is null ? "info" : "warn");
    }

    private async Task<(bool Again, string? Why)> Try(OutgoingPush push, CancellationToken cancel)
    {
        var endpoint = new Uri(push.Endpoint);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Patience);
        try
        {
            using var signer = await keys.Signer(cancel);
            using var request = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new ByteArrayContent(PushMessage.Encrypt(Encoding.UTF8.GetBytes(push.Body), push.P256dh, push.Auth)) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
            request.Content.Headers.ContentEncoding.Add("aes128gcm");
            request.Headers.TryAddWithoutValidation("Authorization", PushMessage.Vapid(signer, endpoint, options.Value.Contact, time.GetUtcNow()));
            request.Headers.Add("TTL", Life);
            request.Headers.Add("Urgency", "normal");
            using var client = clients.CreateClient(Client);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
            reach.Reached();
            if (response.IsSuccessStatusCode)
                return (false, null);
            if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone)
            {
                await pushes.Gone(push.SubscriptionId, cancel);
                return (false, "The browser has gone; it is notified no more.");
            }
            return (response.StatusCode == HttpStatusCode.TooManyRequests || (int)response.StatusCode >= 500, $"{endpoint.Host} answered {(int)response.StatusCode}.");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            reach.Lost($"{endpoint.Host} did not answer within {Patience.TotalSeconds:0} s.");
            return (true, $"{endpoint.Host} did not answer in time.");
        }
        catch (HttpRequestException fault)
        {
            var inside = (fault as InsideAddressException ?? fault.InnerException) as InsideAddressException;
            reach.Lost(fault.Message);
            return (inside is null, fault.Message);
        }
    }
}
