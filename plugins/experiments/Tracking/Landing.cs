using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Crucible.Experiments.Tracking;

/// <summary>
/// What clients probe before they speak, and the address they print. That is <c>/#/experiments/1/runs/…</c>, whose
/// fragment never reaches a server: <c>web/js/address.js</c> on the home page goes on to the address behind it.
/// </summary>
internal static class Landing
{
    /// <summary>The version of MLflow that we speak like; clients of 3.x look at it before they send spans.</summary>
    public const string Version = "3.6.1";

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/health", () => Results.Text("OK")).AllowAnonymous();
        app.MapGet("/version", () => Results.Text(Version)).AllowAnonymous();
        app.MapGet("/mlflow", () => Results.Redirect("/experiments"));
        app.MapGet("/experiments/{experimentId:long}/runs/{runId}/{**rest}", (string runId) => Results.Redirect($"/experiments/runs/{Uri.EscapeDataString(runId)}"));
    }
}
