using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Alerts;
using Crucible.Jobs;
using Crucible.Net;

namespace Crucible.Experiments.Jobs;

/// <summary>One attempt at a <c>delivery</c> of a webhook. When the next one is due is noted with the delivery, so a receiver that is down for hours costs no dead letters.</summary>
public sealed class DeliverWebhook(DeliveryStore deliveries, WebhookStore hooks, IHttpClientFactory clients, ExperimentsOptions options, TimeProvider time) : IBackgroundJob
{
    /// <summary>Name of the argument.</summary>
    public const string Argument = "delivery";

    /// <summary>Name of the client, whose connections go outside only.</summary>
    public const string Client = "experiments.webhooks";

    private const string Off = "The webhook is switched off.";
    private const int MostAnswer = 1_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public async Task Run(JobRun run, CancellationToken cancel)
    {
        if (await deliveries.Take(Guid.Parse(run.Arguments[Argument]), cancel) is not { } delivery)
            return;
        var attempt = await hooks.Target(delivery.HookId, cancel) is { } target
            ? await Try(delivery, target.Url, target.Secret, cancel) : new DeliveryAttempt(null, 0, Off, null);
        var pause = attempt.Done || attempt.Error == Off ? null : options.PauseAfter(delivery.Attempts + 1);
        await deliveries.Note(delivery.DeliveryId, attempt, pause, CancellationToken.None);
        run.Log(attempt.Done ? $"Answered {attempt.Status}" : $"{attempt.Error ?? $"Answered {attempt.Status}"}; {(pause is null ? "given up" : "tried again later")}", attempt.Done ? "info" : "warn");
    }

    private async Task<DeliveryAttempt> Try(Delivery delivery, string url, string secret, CancellationToken cancel)
    {
        var began = Stopwatch.GetTimestamp();
        int Ms() => (int)Math.Min(int.MaxValue, Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Patience);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new StringContent(delivery.Body, Encoding.UTF8, "application/json") };
            request.Headers.UserAgent.Add(new ProductInfoHeaderValue("Crucible", "1"));
            request.Headers.Add(WebhookSignature.Header, WebhookSignature.Of(secret, time.GetUtcNow(), delivery.Body));
            request.Headers.Add("Crucible-Delivery", delivery.DeliveryId.ToString());
            request.Headers.Add("Crucible-Event", delivery.Event);
            request.Headers.Add("Crucible-Attempt", (delivery.Attempts + 1).ToString(CultureInfo.InvariantCulture));
            using var client = clients.CreateClient(Client);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
            var answer = await Beginning(response, patience.Token);
            var status = (int)response.StatusCode;
            return new(status, Ms(), status is >= 300 and < 400 ? "It leads elsewhere; redirects are not followed." : null, answer);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new(null, Ms(), $"It did not answer within {Patience.TotalSeconds:0} s.", null);
        }
        catch (HttpRequestException fault)
        {
            return new(null, Ms(), Wording.Cut(fault.InnerException is InsideAddressException inside ? inside.Message : fault.Message, 300), null);
        }
    }

    // The status is the answer; a body that comes slowly or breaks off takes nothing from it.
    private static async Task<string> Beginning(HttpResponseMessage response, CancellationToken cancel)
    {
        var bytes = new byte[MostAnswer];
        var read = 0;
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(cancel);
            for (int more; read < bytes.Length && (more = await stream.ReadAsync(bytes.AsMemory(read), cancel)) > 0;)
                read += more;
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException)
        {
        }
        // PostgreSQL holds no NUL, and what a receiver answers may be anything.
        return Encoding.UTF8.GetString(bytes, 0, read).Replace('\0', ' ');
    }
}
