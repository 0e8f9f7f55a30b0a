using System.Diagnostics;
using System.Text.Json;
using Crucible.Jobs;
using Crucible.Modules;
using Microsoft.Extensions.Options;

namespace Crucible.Host.Jobs;

/// <summary>
/// Plays a claimed run: creates the job, gives it its time, and turns whatever it does into an end: it returns, throws, is
/// stopped, or does not stop and is given up.
/// </summary>
internal sealed class RunPlayer(IServiceScopeFactory scopes, JobNews news, RunsHere here, RunWriter writer, IOptions<JobOptions> options, JobMetrics metrics, ILogger<RunPlayer> logger)
{
    private readonly JobOptions _options = options.Value;

    public RunUnderWay Start(ClaimedRun claim, JobRule rule)
    {
        var run = new RunUnderWay(claim, rule, _options.AbandonAfter, writer.HasNews);
        here.UnderWay[run.Id] = run;
        // On a thread of the pool: a job that never awaits must not hold the loop.
        _ = Task.Run(() => Play(run));
        return run;
    }

    private async Task Play(RunUnderWay run)
    {
        var code = Run(run);
        run.StartTimer();
        await Task.WhenAny(code, run.Abandoned).ConfigureAwait(false);
        var took = Stopwatch.GetElapsedTime(run.Started);
        var end = code.IsCompleted ? Ended(run, code.Exception?.InnerException ?? (code.IsCanceled ? new OperationCanceledException() : null), took) : GivenUp(run, took);
        if (!code.IsCompleted)
        {
            here.Abandon(1);
            _ = code.ContinueWith(t => { _ = t.Exception; here.Abandon(-1); }, TaskScheduler.Default);
        }
        if (end is not null)
        {
            metrics.Ended(run.Rule.Key, end.State == RunState.Succeeded ? "succeeded" : end.State == RunState.Cancelled ? "cancelled" : "failed", took);
            writer.Ended(end);
        }
        // In this order: the loop counts free places by what is under way.
        here.UnderWay.TryRemove(run.Id, out _);
        run.Dispose();
        news.Wake();
    }

    private async Task Run(RunUnderWay run)
    {
        await Task.Yield();
        using var activity = Telemetry.Tracing.Source.StartActivity(run.Rule.Key);
        await using var scope = scopes.CreateAsyncScope();
        var job = (IBackgroundJob)scope.ServiceProvider.GetRequiredService(run.Rule.Job);
        await job.Run(new(run.Id, run.Claim.Attempt, Arguments(run.Claim.Arguments), run), run.Token);
    }

    // Strings by name and nothing else, whoever wrote the row.
    private static Dictionary<string, string> Arguments(string? json)
    {
        if (json is null)
            return [];
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, string>>(json) ?? [];
        }
        catch (JsonException)
        {
            throw new InvalidDataException("The arguments of this run are not strings by name. The row was not written by Crucible.");
        }
    }

    private RunEnd? Ended(RunUnderWay run, Exception? fault, TimeSpan took)
    {
        if (run.Reason == StopReason.Lost)
            return null; // another host has it
        if (fault is null)
            return new(run, RunState.Succeeded, took);
        var error = RunUnderWay.Clean(fault.Message.ReplaceLineEndings(" "), 500);
        var details = RunUnderWay.Clean(fault.ToString(), 16_000);
        switch (run.Reason)
        {
            case StopReason.HostStops:
                return new(run, RunState.Queued, took);
            case StopReason.Cancelled:
                return new(run, RunState.Cancelled, took, "cancelled", fault is OperationCanceledException ? "It stopped when it was cancelled." : error, details);
            case StopReason.TimedOut:
                return Failed(run, took, "timed out", $"It took longer than {Ui.Text.Durations.Short(run.Rule.Policy.Timeout)}.", details);
            default:
                logger.LogError(fault, "The job {Job} failed, attempt {Attempt} of run {Run}", run.Rule.Key, run.Claim.Attempt, run.Id);
                return Failed(run, took, "failed", error.Length == 0 ? fault.GetType().Name : error, details);
        }
    }

    // Its code still runs somewhere, so another attempt now would be a second one beside it: that is for somebody to decide.
    private RunEnd? GivenUp(RunUnderWay run, TimeSpan took)
    {
        var since = Ui.Text.Durations.Short(_options.AbandonAfter);
        if (run.Reason is not StopReason.Lost and not StopReason.HostStops)
            logger.LogError("The job {Job} (run {Run}) ignores that it was told to stop; its code goes on until this host is restarted", run.Rule.Key, run.Id);
        return run.Reason switch
        {
            StopReason.Lost => null,
            StopReason.HostStops => new(run, RunState.Queued, took),
            StopReason.Cancelled => new(run, RunState.Cancelled, took, "cancelled", $"It was still running {since} after it was cancelled. Its code goes on until the host is restarted."),
            _ => new(run, RunState.Dead, took, "timed out", $"It was still running {since} after its time was up. Its code goes on until the host is restarted."),
        };
    }

    private RunEnd Failed(RunUnderWay run, TimeSpan took, string outcome, string error, string details)
    {
        var counted = run.Claim.Attempt - run.Claim.Forgiven;
        return counted >= run.Rule.Policy.Attempts
            ? new(run, RunState.Dead, took, outcome, error, details)
            : new(run, RunState.Retrying, took, outcome, error, details, _options.Pause(counted));
    }
}
