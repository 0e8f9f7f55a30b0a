using System.Text.Json;
using Crucible.Data;
using Crucible.Host.Plugins;
using Dapper;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Crucible.Host.Health;

/// <summary><c>/healthz/live</c>: the process answers. <c>/healthz/ready</c>: so do the database, migrations, the job loop and plugins.</summary>
internal static class HealthSetup
{
    public static void AddHealth(this WebApplicationBuilder builder, PluginCatalogue catalogue)
    {
        var checks = builder.Services.AddHealthChecks()
            .AddCheck<DatabaseCheck>("database", timeout: TimeSpan.FromSeconds(5))
            .AddCheck<MigrationCheck>("migrations", timeout: TimeSpan.FromSeconds(5))
            .AddCheck<Jobs.JobLoopCheck>("jobs")
            .AddCheck<PluginCheck>("plugins");
        foreach (var offer in catalogue.Offers)
            foreach (var check in offer.HealthChecks)
                checks.Add(new($"{offer.Info.Id}.{check.Name}", services => (IHealthCheck)ActivatorUtilities.CreateInstance(services, check), HealthStatus.Degraded, null, TimeSpan.FromSeconds(5)));
    }

    public static void MapHealth(this WebApplication app)
    {
        app.MapHealthChecks("/healthz/live", new() { Predicate = _ => false }).AllowAnonymous();
        app.MapHealthChecks("/healthz/ready", new HealthCheckOptions { ResponseWriter = Write }).AllowAnonymous();
    }

    // Anonymous, so it names what is wrong but shows no message: those may hold addresses and paths.
    private static Task Write(HttpContext http, HealthReport report)
    {
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync(JsonSerializer.Serialize(new
        {
            status = report.Status.ToString().ToLowerInvariant(),
            checks = report.Entries.ToDictionary(e => e.Key, e => e.Value.Status.ToString().ToLowerInvariant()),
        }), http.RequestAborted);
    }
}

internal sealed class DatabaseCheck(Database database) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancel = default)
    {
        await using var connection = await database.Open(cancel);
        await connection.ExecuteScalarAsync(new CommandDefinition("select 1", cancellationToken: cancel));
        return HealthCheckResult.Healthy();
    }
}

internal sealed class MigrationCheck(Database database) : IHealthCheck
{
    private static readonly int Expected = typeof(MigrationCheck).Assembly.GetManifestResourceNames().Count(n => n.StartsWith("Migrations.", StringComparison.Ordinal));

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancel = default)
    {
        await using var connection = await database.Open(cancel);
        var applied = await connection.ExecuteScalarAsync<int>(new CommandDefinition("select count(*) from crucible.migration where module = 'crucible'", cancellationToken: cancel));
        return applied >= Expected ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy();
    }
}

internal sealed class PluginCheck(PluginCatalogue catalogue) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancel = default) =>
        Task.FromResult(catalogue.Plugins.All(p => p.State != PluginState.Failed) ? HealthCheckResult.Healthy() : HealthCheckResult.Degraded());
}
