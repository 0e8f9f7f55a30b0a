using Crucible.Data;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Imports.Sources;
using Crucible.Experiments.Live;
using Crucible.Files;
using Crucible.Live;
using Crucible.People;

namespace Crucible.Experiments.Imports;

// One reading of a source, which either counts or writes. What makes a second reading harmless:
//
//   run      known by the source's id: as its id here where that was free, else by the tag crucible.import.id in the experiment
//   params   added where there are none; another value is reported, never overwritten
//   tags     added where there are none: what people changed here stays
//   points   their identity is all of them, so a repeated one adds nothing
//   files    of the same length and SHA-256 are passed over; another content is reported, never overwritten
//
// A run that is new comes in one transaction, with its points: it is there whole or not at all, and nobody waits for it, since
// nobody else can see it. Its files are placed before the commit and taken away when that fails. What a run lacks that was here
// before comes in short pieces instead: a program may be logging to it, and would have to wait for a long transaction.

/// <summary>Where an import goes.</summary>
/// <param name="Id">The import; null when nothing is to be written.</param>
/// <param name="Actor">On whose behalf.</param>
/// <param name="Team">Gets the experiments that are made.</param>
/// <param name="TeamName">What it is called.</param>
/// <param name="Settings">How it is read.</param>
internal sealed record Target(Guid? Id, Actor Actor, Guid Team, string TeamName, Settings Settings);

/// <summary>Reads a source and counts what it holds, or brings it in.</summary>
internal sealed class Importer(Database database, BroughtStore brought, ExperimentStore experiments, IFileStore files, ILiveSignals signals,
    ExperimentsOptions options, Target target, Progress progress)
{
    private const int Piece = 20_000;
    private const int MostPlanned = 100;

    private readonly Report _report = new();
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Experiment?> _places = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Guid> _moved = new(StringComparer.Ordinal);

    /// <summary>What was found or done so far.</summary>
    public Counts Counts { get; } = new();

    /// <summary>The first experiments that were found.</summary>
    public List<PlannedExperiment> Planned { get; } = [];

    /// <summary>What was not taken.</summary>
    public Report Report => _report;

    private bool Dry => target.Id is null;

    /// <summary>Reads all of it.</summary>
    /// <exception cref="ImportFault">The whole cannot be read.</exception>
    public async Task Run(ISource source, CancellationToken cancel)
    {
        await foreach (var experiment in source.Experiments(_report, cancel).WithCancellation(cancel))
        {
            if (experiment.Deleted && !target.Settings.Deleted)
            {
                Counts.Deleted++;
                continue;
            }
            var (place, into, isNew) = await Place(experiment, cancel);
            var (runs, points) = (0L, Counts.Points);
            await foreach (var run in experiment.Runs(cancel).WithCancellation(cancel))
            {
                if (into is not null && await Take(run, place, cancel))
                    runs++;
                await progress(Counts, _report, cancel);
            }
            await foreach (var model in experiment.Models(cancel).WithCancellation(cancel))
                if (into is not null)
                    await Take(model, place, cancel);
            if (!Dry && _moved.Count > 0)
                await brought.Adopt(place!.ExperimentId, _moved, cancel);
            if (Planned.Count < MostPlanned)
                Planned.Add(new(experiment.Name, into, isNew, runs, Counts.Points - points));
            if (!Dry && isNew && experiment.Deleted)
                await experiments.Delete(place!.ExperimentId, target.Actor, cancel);
        }
        await progress(Counts, _report, cancel);
    }

    /// <summary>The experiment to write to: of this name, or where that is another team's, with the team's name behind it.</summary>
    private async Task<(Experiment? Place, string? Into, bool New)> Place(SourceExperiment source, CancellationToken cancel)
    {
        var name = target.Settings.Experiment ?? source.Name.Trim();
        if (Limits.CheckExperimentName(name) is { } wrong)
        {
            _report.Refuse(Wording.Cut(source.Name, 200), 0, $"No experiment can have this name: {wrong.Message}", "Name an experiment to import into.");
            return default;
        }
        foreach (var (attempt, last) in target.Settings.Experiment is null ? [(name, false), ($"{name} ({target.TeamName})", true)] : new[] { (name, true) })
        {
            if (_places.TryGetValue(attempt, out var known))
                return (known, attempt, false);
            var found = await brought.ByName(attempt, cancel);
            var mine = found is null || (!found.Deleted && (target.Settings.Experiment is null ? found.TeamId == target.Team : true) && target.Actor.MayWrite(found.TeamId));
            if (!mine && !last)
                continue;
            if (!mine)
            {
                _report.Refuse(attempt, 0, found!.Deleted && target.Actor.MayRead(found.TeamId) ? "An experiment of this name lies in the trash." : "An experiment of this name belongs to another team.",
                    "Restore it, or name another experiment to import into.");
                return default;
            }
            if (found is null)
                Counts.Experiments++;
            var place = found ?? (Dry ? null : await Make(attempt, source, cancel));
            _places[attempt] = place;
            return (place, attempt, found is null);
        }
        return default;
    }

    private async Task<Experiment> Make(string name, SourceExperiment source, CancellationToken cancel)
    {
        var tags = new Cleaned(_report).Entries(target.Settings.Experiment is null ? source.Tags : [], name, "tag", tags: true);
        tags.RemoveAll(t => Limits.CheckExperimentTag(t.Key, t.Value, out _) is not null);
        var actor = target.Actor with { HomeTeam = target.Team };
        if (await experiments.Create(name, null, tags, actor, cancel) is not { } id)
            throw new ImportFault($"An experiment “{name}” was made by somebody else in this moment. Start the import again.");
        await using var write = await database.Write(target.Actor, cancel);
        await BroughtStore.Note(write, target.Id!.Value, id, null, null, cancel);
        await write.Commit(cancel);
        return (await experiments.Find(id, target.Actor, cancel))!;
    }

    private async Task<bool> Take(SourceRun run, Experiment? place, CancellationToken cancel)
    {
        if (run.Deleted && !target.Settings.Deleted)
        {
            Counts.Deleted++;
            return false;
        }
        var first = _seen.Add(run.Id);
        if (!first && !run.Continues)
        {
            _report.Refuse(run.File, 0, $"A run with the id {Wording.Cut(run.Id, 100)} came before.", "The first one was taken. Two runs cannot have one id.");
            return false;
        }
        var known = await Find(run, place, cancel);
        if (known is { Deleted: true } && !run.Deleted && first)
        {
            _report.Refuse(run.File, 0, "This run lies in the trash here.", "Restore it, or delete it for good, then import again.");
            return false;
        }
        if (first && known is null)
            Counts.Runs++;
        else if (first)
            Counts.Known++;
        if (Dry)
            await Count(run, cancel);
        else if (known is null)
            await Bring(run, place!, cancel);
        else
            await Add(run, known, cancel);
        return first;
    }

    private async Task<Known?> Find(SourceRun run, Experiment? place, CancellationToken cancel)
    {
        if (RunId.TryRead(run.Id, out var id) && await brought.ById(id, cancel) is { } same && target.Actor.MayWrite(same.TeamId))
            return same;
        return place is null ? null : await brought.ByTag(place.ExperimentId, run.Id, cancel);
    }

    private async Task Count(SourceRun run, CancellationToken cancel)
    {
        var clean = new Cleaned(_report);
        clean.Entries(run.Params, run.File, "parameter", tags: false);
        clean.Entries(run.Tags, run.File, "tag", tags: true);
        clean.Datasets(run.Datasets, run.File);
        await foreach (var _ in Kept(run, cancel))
            ;
        foreach (var file in run.Files)
            if (Path(run.File, file) is not null)
                (Counts.Files, Counts.Bytes) = (Counts.Files + 1, Counts.Bytes + file.Length);
    }

    private async IAsyncEnumerable<MetricPoint> Kept(SourceRun run, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        var rules = new PointRules(_report);
        await foreach (var point in run.Points(cancel))
            if (rules.Keep(point) is { } kept)
            {
                if (++Counts.Points % Piece == 0)
                    await progress(Counts, _report, cancel);
                yield return kept;
            }
    }

    private async Task Bring(SourceRun run, Experiment place, CancellationToken cancel)
    {
        var id = RunId.TryRead(run.Id, out var own) && await brought.ById(own, cancel) is null ? own : Guid.CreateVersion7();
        var (parameters, tags, name) = Entries(run);
        tags.RemoveAll(t => t.Key == Domain.Run.NameTag);
        tags.Add(new(Domain.Run.NameTag, name));
        if (id != own)
            tags.Add(new(BroughtStore.IdTag, run.Id));
        var folder = Folder(place.ExperimentId, id);
        await using var write = await database.Write(target.Actor, cancel);
        if (!await BroughtStore.Make(write, id, place, run, name, tags, target.Actor, cancel))
            throw new ImportFault($"The run {id:N} was made by somebody else in this moment. Start the import again.");
        try
        {
            await BroughtStore.AddParams(write.Connection, id, place.ExperimentId, parameters, cancel);
            await BroughtStore.AddTags(write.Connection, id, place.ExperimentId, tags, cancel);
            var series = new Dictionary<string, long>(StringComparer.Ordinal);
            await foreach (var piece in Pieces(run, cancel))
                await BroughtStore.Append(write.Connection, id, place.ExperimentId, piece, series, cancel);
            Counts.NewPoints += await BroughtStore.Points(write.Connection, id, cancel);
            if (run.Start == 0 || (run.End is null && run.Status.IsOver()))
                await BroughtStore.TimesFromPoints(write.Connection, id, run.Start == 0, run.End is null && run.Status.IsOver(), cancel);
            foreach (var file in run.Files)
                await Put(run.File, folder, file, cancel);
            await BroughtStore.Note(write, target.Id!.Value, place.ExperimentId, id, null, cancel);
            write.TellTeam(place.TeamId, id, place.ExperimentId, new RunStarted(id, place.ExperimentId));
            await LinkStore.Link(write, id, place.ExperimentId, new Cleaned(_report).Datasets(run.Datasets, run.File), [.. run.ModelInputs], run.ModelOutputs, cancel);
            await write.Commit(cancel);
        }
        catch
        {
            await files.Delete(folder, CancellationToken.None);
            throw;
        }
        if (id != own && own != default)
            _moved[run.Id] = id;
    }

    private async Task Add(SourceRun run, Known known, CancellationToken cancel)
    {
        var (parameters, tags, _) = Entries(run);
        await using (var write = await database.Write(target.Actor, cancel))
        {
            foreach (var other in await BroughtStore.AddParams(write.Connection, known.RunId, known.ExperimentId, parameters, cancel))
                _report.Refuse(run.File, 0, $"The parameter “{other.Key}” has another value here: “{Wording.Cut(other.Value, 100)}”.", "It was left as it is; a parameter does not change.");
            await BroughtStore.AddTags(write.Connection, known.RunId, known.ExperimentId, tags, cancel);
            await LinkStore.Link(write, known.RunId, known.ExperimentId, new Cleaned(_report).Datasets(run.Datasets, run.File), [.. run.ModelInputs], run.ModelOutputs, cancel);
            write.TellRun(known.RunId, known.ExperimentId, new RunTagged(known.RunId, known.ExperimentId, [.. tags.Select(t => t.Key)]));
            await write.Commit(cancel);
        }
        await using (var connection = await database.Open(cancel))
        {
            var before = await BroughtStore.Points(connection, known.RunId, cancel);
            var series = new Dictionary<string, long>(StringComparer.Ordinal);
            await foreach (var piece in Pieces(run, cancel))
                await BroughtStore.Append(connection, known.RunId, known.ExperimentId, piece, series, cancel);
            Counts.NewPoints += await BroughtStore.Points(connection, known.RunId, cancel) - before;
        }
        foreach (var file in run.Files)
            await Put(run.File, Folder(known.ExperimentId, known.RunId), file, cancel);
        signals.Signal(Topics.Run(known.RunId));
        signals.Signal(Topics.Experiment(known.ExperimentId));
        signals.Signal(Topics.Curves(known.ExperimentId));
    }

    private (List<Entry> Params, List<Entry> Tags, string Name) Entries(SourceRun run)
    {
        var clean = new Cleaned(_report);
        var tags = clean.Entries(run.Tags, run.File, "tag", tags: true);
        return (clean.Entries(run.Params, run.File, "parameter", tags: false), tags, Cleaned.Name(run, tags));
    }

    private async IAsyncEnumerable<List<MetricPoint>> Pieces(SourceRun run, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        var piece = new List<MetricPoint>(1024);
        await foreach (var point in Kept(run, cancel))
        {
            piece.Add(point);
            if (piece.Count < Piece)
                continue;
            yield return piece;
            piece.Clear();
        }
        if (piece.Count > 0)
            yield return piece;
    }

    private async Task Take(SourceModel model, Experiment? place, CancellationToken cancel)
    {
        if (!ArtifactPath.TryRead(model.Id, out var id, out _) || id != model.Id || model.Id.Contains('/') || model.Id.Length > 100)
        {
            _report.Refuse(model.File, 0, "The id of this model cannot be kept.", "A model's id is letters, digits, underscores and dashes.");
            return;
        }
        var taken = await brought.ModelPlace(model.Id, cancel);
        if (taken is not null && taken != place?.ExperimentId)
        {
            _report.Refuse(model.File, 0, "A model of this id is in another experiment.", "It was left out; a model's id is unique.");
            return;
        }
        Counts.Models += taken is null ? 1 : 0;
        if (!Dry && taken is null)
            await Bring(model, place!, cancel);
        foreach (var file in model.Files)
            if (!Dry)
                await Put(model.File, $"artifacts/{place!.ExperimentId}/models/{model.Id}/artifacts", file, cancel);
            else if (Path(model.File, file) is not null)
                (Counts.Files, Counts.Bytes) = (Counts.Files + 1, Counts.Bytes + file.Length);
    }

    private async Task Bring(SourceModel model, Experiment place, CancellationToken cancel)
    {
        var clean = new Cleaned(_report);
        var run = RunId.TryRead(model.RunId, out var runId) && await brought.ById(runId, cancel) is { } known && known.ExperimentId == place.ExperimentId ? runId
            : model.RunId is { } was && _moved.TryGetValue(was, out var moved) ? moved : (Guid?)null;
        await using var write = await database.Write(target.Actor, cancel);
        if (!await BroughtStore.Make(write, place, model, Wording.Whole(Wording.Cut(model.Name.Replace('\0', '_'), 250)), run,
            clean.Entries(model.Params, model.File, "parameter", tags: false), clean.Entries(model.Tags, model.File, "tag", tags: true), target.Actor, cancel))
            return;
        await BroughtStore.Note(write, target.Id!.Value, place.ExperimentId, null, model.Id, cancel);
        await write.Commit(cancel);
    }

    private static string Folder(long experimentId, Guid runId) => $"artifacts/{experimentId}/{runId:N}/artifacts";

    private string? Path(string owner, SourceFile file)
    {
        if (!ArtifactPath.TryRead(file.Path, out var path, out var refusal))
            _report.Refuse($"{owner}/{file.Path}", 0, refusal, "Rename the file in the source.");
        else if (file.Length > options.LargestArtifact)
            _report.Refuse($"{owner}/{file.Path}", 0, $"The file is larger than this server takes ({options.LargestArtifact:N0} bytes).", "An admin can raise LargestArtifact.");
        else
            return path;
        return null;
    }

    private async Task Put(string owner, string folder, SourceFile file, CancellationToken cancel)
    {
        if (Path(owner, file) is not { } path)
            return;
        (Counts.Files, Counts.Bytes) = (Counts.Files + 1, Counts.Bytes + file.Length);
        await progress(Counts, _report, cancel);
        try
        {
            switch (await Same.Find(files, $"{folder}/{path}", file, cancel))
            {
                case true:
                    return;
                case false:
                    _report.Refuse($"{owner}/{file.Path}", 0, "Another file of this name is here.", "It was left as it is. Delete it here to bring this one in.");
                    return;
            }
            await using var content = file.Open();
            var written = await files.Write($"{folder}/{path}", content, options.LargestArtifact, cancel);
            if (written == FileWrite.Kept)
                Counts.NewFiles++;
            else
                _report.Refuse($"{owner}/{file.Path}", 0, written == FileWrite.TooLarge ? "The file grew over the limit while it was read." : "The path is taken by a folder or a file.", "Rename the file in the source.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            _report.Refuse($"{owner}/{file.Path}", 0, "The file could not be read.", "See that it is whole and readable, then import again.");
        }
    }
}
