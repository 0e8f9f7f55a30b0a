using Crucible.Data;
using Crucible.Experiments.Data;
using Crucible.Experiments.Imports.Sources;
using Crucible.Files;
using Crucible.Live;
using Microsoft.Extensions.Configuration;

namespace Crucible.Experiments.Imports;

/// <summary>What the job and the command do alike: open a source, read it, and leave nothing behind on this machine.</summary>
internal sealed class ImportWork(Database database, BroughtStore brought, ExperimentStore experiments, ImportStore imports, IFileStore files, ILiveSignals signals,
    ExperimentsOptions options, ImportLimits limits, ServerImports servers, IConfiguration configuration, TimeProvider time)
{
    private static readonly TimeSpan BetweenReports = TimeSpan.FromMilliseconds(500);

    /// <summary>Where uploads wait in the file store.</summary>
    public const string Uploads = "imports";

    /// <summary>Where archives are unpacked.</summary>
    public string Folder => Path.Combine(configuration["Crucible:DataPath"]!, "imports-at-work");

    /// <summary>Reads what waits in the file store, or a server, for the preview or to write it.</summary>
    public Task<Plan> Of(ImportRow import, Target target, CancellationToken cancel) => Read(import.ImportId, target, async (at, report) =>
    {
        if (import.Kind == "server")
            return await servers.Open(import, target, at, cancel);
        await using var upload = await files.Read($"{Uploads}/{import.ImportId:N}/upload", cancel) ?? throw new ImportFault("The upload is not there any more. Send it again.");
        // A store of any kind gives a stream; readers go to and fro in a file.
        Directory.CreateDirectory(at);
        var copy = Path.Combine(at, "upload");
        await using (var file = File.Create(copy))
            await upload.Content.CopyToAsync(file, cancel);
        return await Opening.Open(copy, import.Title, Path.Combine(at, "unpacked"), limits, target.Settings, report, cancel);
    }, import.ImportId, cancel);

    /// <summary>Reads a file or folder of this machine.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="target">Where it goes.</param>
    /// <param name="each">Hears of what is refused and how far it has come, twice a second.</param>
    /// <param name="cancel">Gives up.</param>
    public Task<Plan> Of(string path, Target target, Progress each, CancellationToken cancel) => Read(Guid.CreateVersion7(time.GetUtcNow()), target, (at, report) =>
        Opening.Open(path, Path.GetFileName(Path.TrimEndingDirectorySeparator(path)), at, limits, target.Settings, report, cancel), target.Id, cancel, each);

    private async Task<Plan> Read(Guid folder, Target target, Func<string, Report, Task<Opened>> open, Guid? noted, CancellationToken cancel, Progress? each = null)
    {
        var at = Path.Combine(Folder, folder.ToString("N"));
        var told = time.GetTimestamp();
        async ValueTask Tell(Counts counts, Report report, CancellationToken stop)
        {
            stop.ThrowIfCancellationRequested();
            if (time.GetElapsedTime(told) < BetweenReports && report.Waiting < 5000)
                return;
            told = time.GetTimestamp();
            await Last(counts, report, stop);
        }
        async Task Last(Counts counts, Report report, CancellationToken stop)
        {
            if (each is not null)
                await each(counts, report, stop);
            if (noted is { } id)
                await imports.Report(id, counts, report, stop);
        }
        var importer = new Importer(database, brought, experiments, files, signals, options, target, Tell);
        try
        {
            Forget(at);
            if (noted is { } id)
                await imports.ForgetRefusals(id, cancel);
            var opened = await open(at, importer.Report);
            await importer.Run(opened.Source, cancel);
            return new(opened.Kind, importer.Counts, importer.Planned, opened.Columns);
        }
        finally
        {
            await Last(importer.Counts, importer.Report, CancellationToken.None);
            Forget(at);
        }
    }

    private static void Forget(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    /// <summary>Takes away what waits of an import that is over.</summary>
    public Task Forget(Guid importId) => files.Delete($"{Uploads}/{importId:N}", CancellationToken.None);

    /// <summary>Takes away what a crash left: of imports that are over, and what no import knows after a day.</summary>
    public async Task Sweep(CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        await imports.Expire(now.AddDays(-1), cancel);
        var waiting = await files.List(Uploads, cancel) ?? [];
        string[] here = Directory.Exists(Folder) ? [.. Directory.EnumerateDirectories(Folder).Select(d => Path.GetFileName(d))] : [];
        var known = await imports.Open([.. waiting.Select(w => w.Name).Concat(here).Where(n => Guid.TryParseExact(n, "N", out _)).Select(n => Guid.ParseExact(n, "N")).Distinct()], cancel);
        bool IsOver(string name) => !Guid.TryParseExact(name, "N", out var id) || (known.TryGetValue(id, out var open) ? !open : Made(id) < now.AddDays(-1));
        foreach (var entry in waiting.Where(w => IsOver(w.Name)))
            await files.Delete($"{Uploads}/{entry.Name}", cancel);
        foreach (var name in here.Where(IsOver))
            Forget(Path.Combine(Folder, name));
    }

    // The first 48 bits of a version 7 id are the time at which it was made.
    private static DateTimeOffset Made(Guid id) => DateTimeOffset.FromUnixTimeMilliseconds(Convert.ToInt64(id.ToString("N")[..12], 16));
}
