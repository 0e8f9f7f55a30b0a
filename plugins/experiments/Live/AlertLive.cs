using Crucible.Experiments.Data;
using Crucible.Experiments.Fragments;
using Crucible.Experiments.Jobs;
using Crucible.Live;
using Crucible.Modules;
using Crucible.Net;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Experiments.Live;

/// <summary>Alerts: what looks for them, what they tell, and the pages that show it.</summary>
internal static class AlertLive
{
    public static ModuleBuilder AddAlerts(this ModuleBuilder module) => module
        .Services(services =>
        {
            services.AddSingleton<AlertWatch>().AddHostedService<AlertLoop>();
            services.AddHttpClient(DeliverWebhook.Client).ConfigurePrimaryHttpMessageHandler(s => OutsideConnection.Handler(s.GetRequiredService<ExperimentsOptions>().WebhookHosts))
                .RemoveAllLoggers(); // they would write addresses down, which often are secrets
        })
        .Notice(new("alert-run", "An alert told me of a run that ended, failed or fell silent") { Mail = true })
        .Notice(new("alert-metric", "An alert told me of a metric") { Mail = true })
        .Job<DeliverWebhook>(new() { Title = "Send a webhook", What = "Makes one attempt at a delivery of a webhook", Timeout = TimeSpan.FromMinutes(1) })
        .Retention("alerts", "Firings of alerts", 365, (services, before, cancel) => services.GetRequiredService<AlertEventStore>().Forget(before, cancel))
        .Retention("webhook-deliveries", "Deliveries of webhooks", 30, (services, before, cancel) => services.GetRequiredService<DeliveryStore>().Forget(before, cancel))
        .Live<AlertFired>((change, push) => Refresh(push, Dom.AlertEvents(change.ExperimentId)))
        .Live<AlertsChanged>((change, push) => Refresh(push, Dom.AlertRules(change.ExperimentId)));

    /// <summary>A run has another status. Called for every topic the change is told on.</summary>
    public static Task Ended(RunStatusChanged change, IServiceProvider services, CancellationToken cancel) =>
        change.Status is "completed" or "failed" or "cancelled" ? services.GetRequiredService<AlertWatch>().Ended(change.RunId, cancel) : Task.CompletedTask;

    private static ValueTask Refresh(LivePush push, string id)
    {
        if (push.Topic.Kind == "experiment")
            push.Refresh(id);
        return ValueTask.CompletedTask;
    }
}
