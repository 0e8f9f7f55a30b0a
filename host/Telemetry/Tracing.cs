using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Crucible.Host.Telemetry;

/// <summary>Traces, sent by OTLP when an endpoint is configured and free otherwise.</summary>
internal static class Tracing
{
    public static readonly ActivitySource Source = new("Crucible");

    public static void AddTracing(this WebApplicationBuilder builder)
    {
        var endpoint = builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] ?? builder.Configuration["Crucible:Otlp"];
        if (string.IsNullOrWhiteSpace(endpoint))
            return;
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var uri))
            throw new StartupFailure($"The OTLP endpoint '{endpoint}' is not a URL. Set OTEL_EXPORTER_OTLP_ENDPOINT to one such as http://collector:4317, or remove it.");
        builder.Services.AddSingleton(_ => Sdk.CreateTracerProviderBuilder()
            .ConfigureResource(resource => resource.AddService("crucible"))
            .AddSource("Crucible", "Microsoft.AspNetCore", "Npgsql", "System.Net.Http")
            .AddOtlpExporter(otlp => otlp.Endpoint = uri)
            .Build());
        builder.Services.AddHostedService<Starter>();
    }

    // Resolving the provider is what starts it; the container disposes it, which flushes what is left.
    private sealed class Starter(TracerProvider provider) : IHostedService
    {
        public Task StartAsync(CancellationToken cancel) => Task.CompletedTask;
        public Task StopAsync(CancellationToken cancel) => Task.FromResult(provider.ForceFlush(2000));
    }
}
