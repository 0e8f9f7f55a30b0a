using System.Diagnostics;
using Crucible.Experiments.Imports.Sources;
using Crucible.Modules;
using Crucible.People;
using Crucible.Ui.Text;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Experiments.Imports;

/// <summary><c>crucible import PATH</c>: brings a file or folder of this machine in, as the system.</summary>
internal static class ImportCommand
{
    public const string Usage = "PATH [--experiment NAME] [--team T] [--deleted] [--dry-run]";
    private const int MostShown = 20;

    private sealed record Asked(string Path, string? Experiment, string? Team, bool Deleted, bool Dry);

    public static async Task<int> Run(ModuleCommand command, CancellationToken cancel)
    {
        if (Read(command.Given) is not { } asked)
        {
            await command.Errors.WriteLineAsync($"crucible import {Usage}");
            return 2;
        }
        if (!File.Exists(asked.Path) && !Directory.Exists(asked.Path))
        {
            await command.Errors.WriteLineAsync($"There is no file or folder {asked.Path}.");
            return 1;
        }
        var teams = await command.Services.GetRequiredService<IPeople>().Teams(cancel);
        var team = asked.Team is null ? teams.First(t => t.Id == Actor.Everyone) : teams.FirstOrDefault(t => t.Name.Equals(asked.Team, StringComparison.OrdinalIgnoreCase));
        if (team is null)
        {
            await command.Errors.WriteLineAsync($"There is no team {asked.Team}. There are: {string.Join(", ", teams.Select(t => t.Name))}.");
            return 1;
        }
        return await Run(command, asked, team, cancel);
    }

    private static async Task<int> Run(ModuleCommand command, Asked asked, TeamName team, CancellationToken cancel)
    {
        var imports = command.Services.GetRequiredService<ImportStore>();
        var work = command.Services.GetRequiredService<ImportWork>();
        var actor = Actor.System("import command");
        var settings = new Settings { Experiment = asked.Experiment, Deleted = asked.Deleted };
        var row = asked.Dry ? null : Row(asked, team, settings, command.Services.GetRequiredService<TimeProvider>().GetUtcNow().UtcDateTime);
        if (row is not null)
            await imports.Begin(row, actor, null, cancel);
        var began = Stopwatch.GetTimestamp();
        var shown = 0;
        Report? refused = null;
        try
        {
            var plan = await work.Of(asked.Path, new(row?.ImportId, actor, team.Id, team.Name, settings), async (counts, report, _) =>
            {
                refused = report;
                foreach (var line in report.Peek().Take(MostShown - shown))
                {
                    shown++;
                    await command.Errors.WriteLineAsync($"{line.File}{(line.Line > 0 ? $":{line.Line}" : "")}: {line.What} {line.Mend}");
                }
                if (row is null)
                    report.Take();
            }, cancel);
            if (row is not null)
                await imports.End(row, "done", plan, null, actor, cancel);
            await Tell(command, asked, plan, refused?.Count ?? 0, Stopwatch.GetElapsedTime(began));
            return 0;
        }
        catch (ImportFault fault)
        {
            if (row is not null)
                await imports.End(row, "failed", null, fault.Message, actor, CancellationToken.None);
            await command.Errors.WriteLineAsync(fault.Message);
            return 1;
        }
        catch when (row is not null)
        {
            await imports.End(row, cancel.IsCancellationRequested ? "cancelled" : "failed", null, cancel.IsCancellationRequested ? null : "The command ended with a fault.", actor, CancellationToken.None);
            throw;
        }
    }

    private static ImportRow Row(Asked asked, TeamName team, Settings settings, DateTime now) =>
        new(Guid.CreateVersion7(), "folder", System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(asked.Path))), team.Id, null, "import command", "running",
            ImportJson.Write(settings), null, null, null, null, 0, null, now, now, null);

    private static async Task Tell(ModuleCommand command, Asked asked, Plan plan, long refused, TimeSpan took)
    {
        var counts = plan.Counts;
        foreach (var experiment in plan.Experiments)
            await command.Output.WriteLineAsync($"{experiment.Name}: {Count(experiment.Runs, "run")}, {Count(experiment.Points, "point")} {(experiment.Into is { } into ? $"→ {into}{(experiment.New ? " (new)" : "")}" : "left out")}");
        await command.Output.WriteLineAsync($"{plan.Kind}: {(asked.Dry ? "would make" : "made")} {Count(counts.Experiments, "experiment")}, {Count(counts.Runs, "run")} and {Count(counts.Models, "model")}; "
            + $"{Count(counts.Known, "run")} known already; {Count(counts.Points, "point")}{(asked.Dry ? "" : $" ({counts.NewPoints} new)")}; {Count(counts.Files, "file")}{(asked.Dry ? "" : $" ({counts.NewFiles} new)")}, {Bytes.Short(counts.Bytes)}; "
            + $"{counts.Deleted} left out as deleted; {refused} refused; {Durations.Short(took)}.");
        if (refused > MostShown && !asked.Dry)
            await command.Errors.WriteLineAsync($"… and {refused - MostShown} more, on the page of this import below /experiments/import.");
    }

    private static string Count(long count, string noun) => $"{count} {noun}{(count == 1 ? "" : "s")}";

    private static Asked? Read(IReadOnlyList<string> given)
    {
        var asked = new Asked("", null, null, false, false);
        for (var i = 0; i < given.Count; i++)
            switch (given[i])
            {
                case "--experiment" when i + 1 < given.Count:
                    asked = asked with { Experiment = given[++i] };
                    break;
                case "--team" when i + 1 < given.Count:
                    asked = asked with { Team = given[++i] };
                    break;
                case "--deleted":
                    asked = asked with { Deleted = true };
                    break;
                case "--dry-run":
                    asked = asked with { Dry = true };
                    break;
                case [not '-', ..] path when asked.Path.Length == 0:
                    asked = asked with { Path = System.IO.Path.GetFullPath(path) };
                    break;
                default:
                    return null;
            }
        return asked.Path.Length == 0 ? null : asked;
    }
}
