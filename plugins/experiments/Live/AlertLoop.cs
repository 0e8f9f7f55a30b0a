using Crucible.Experiments.Data;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Crucible.Experiments.Live;

// Logging pays nothing for alerts: no statement, no lock, no signal is added to it. Every other second each host asks which
// running runs have points that a rule has not read; that costs one statement, and nothing more while there are no rules.
// What a host had not got to when it died is found by the others, or by itself after its start: the time up to which all was
// looked at is kept, and a curve's total says what is left of it. The end of a run is a change of the log, which does not
// get lost either.

/// <summary>Looks for what alert rules wait for, and for webhooks whose next attempt is due.</summary>
internal sealed class AlertLoop(AlertStateStore states, AlertEventStore events, DeliveryStore deliveries, AlertWatch watch,
    ExperimentsOptions options, TimeProvider time, ILogger<AlertLoop> logger) : BackgroundService
{
    private const int AtOnce = 200;
    private const int Rarely = 5;

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        var pause = TimeSpan.FromSeconds(options.AlertSeconds);
        DateTime? since = null;
        for (var round = 0; !stopping.IsCancellationRequested; round++)
        {
            try
            {
                since = await Metrics(since, round % Rarely == 0, stopping);
                if (round % Rarely == 0)
                    await Each((after, cancel) => events.Lost(after, AtOnce, cancel), watch.Lost, stopping);
                await deliveries.AskDue(stopping);
            }
            catch (Exception fault) when (!stopping.IsCancellationRequested)
            {
                logger.LogWarning("Alerts could not be looked for: {Reason}", fault.Message);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            await Task.Delay(pause, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<DateTime> Metrics(DateTime? since, bool beat, CancellationToken cancel)
    {
        var (lookedAt, now) = await states.Pulse(cancel);
        var from = since ?? lookedAt;
        await Each((after, stop) => states.Touched(from, after, AtOnce, stop), watch.Read, cancel);
        if (beat)
            await states.Beat(now, cancel);
        return now;
    }

    private async Task Each(Func<Guid, CancellationToken, Task<IReadOnlyList<Guid>>> find, Func<Guid, CancellationToken, Task> look, CancellationToken cancel)
    {
        for (var after = Guid.Empty; ;)
        {
            var runs = await find(after, cancel);
            foreach (var run in runs)
                try
                {
                    await look(run, cancel);
                }
                catch (Exception fault) when (!cancel.IsCancellationRequested)
                {
                    // One run that cannot be read must not keep the others from being told.
                    logger.LogError(fault, "The alerts of run {Run} could not be looked at", run);
                }
            if (runs.Count < AtOnce)
                return;
            after = runs[^1];
        }
    }
}
