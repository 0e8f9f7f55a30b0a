using Crucible.Experiments.Data;
using Crucible.Experiments.Exports;
using Crucible.Experiments.Live;
using Crucible.Files;
using Crucible.Jobs;
using Crucible.Live;

namespace Crucible.Experiments.Jobs;

/// <summary>
/// Writes the file of an export. A second run begins anew and replaces what the first one wrote; one that was cancelled or is
/// there already is left alone.
/// </summary>
internal sealed class WriteExport(ExportStore store, ExportFile file, IFileStore files, ILiveSignals signals) : IBackgroundJob
{
    public const string Export = "export";
    public const int Attempts = 3;

    public static readonly JobPolicy Policy = new()
    {
        Title = "Write an export", What = "Streams runs and points of an experiment into a file for download.", Attempts = Attempts, Timeout = TimeSpan.FromHours(6), AtOnce = 2,
        Arguments = [new(Export, "Id of the export", Required: true)],
    };

    public async Task Run(JobRun run, CancellationToken cancel)
    {
        if (!Guid.TryParse(run.Arguments.GetValueOrDefault(Export), out var id) || await store.Begin(id, cancel) is not { } export)
        {
            run.Log("There is no such export, or it was cancelled, or its file is there.");
            return;
        }
        try
        {
            var written = await file.Write(export, Progress, cancel);
            if (!await store.Complete(id, written.Rows, written.Name, written.Bytes, cancel))
                throw new ExportCancelled();
            run.Log($"{written.Rows} rows, {written.Bytes} bytes as {written.Name}.");
        }
        catch (ExportCancelled)
        {
            await files.Delete(export.Path, CancellationToken.None);
            run.Log("Cancelled by who asked for it.");
        }
        catch (Exception fault)
        {
            await store.Fail(id, fault is OperationCanceledException ? "It was interrupted and begins anew." : fault.Message, fault is not OperationCanceledException && run.Attempt >= Attempts, CancellationToken.None);
            throw;
        }
        finally
        {
            signals.Signal(Topics.Export(id));
        }

        async Task Progress(long done, long total)
        {
            run.Progress(done, total, "rows");
            if (!await store.Progress(id, done, total, cancel))
                throw new ExportCancelled();
            signals.Signal(Topics.Export(id));
        }
    }
}

/// <summary>Somebody cancelled the export while it was written.</summary>
internal sealed class ExportCancelled : Exception;

/// <summary>Removes exports that were kept long enough, and files whose export is gone.</summary>
internal static class ForgetExports
{
    public static async Task<long> Run(ExportStore store, IFileStore files, DateTimeOffset before, CancellationToken cancel)
    {
        long gone = 0;
        while (await store.Old(before, cancel) is { Length: > 0 } old)
        {
            foreach (var id in old)
                await files.Delete(Data.Export.PathOf(id), cancel);
            gone += await store.Remove(old, cancel);
        }
        // An export goes with its experiment; its file is found here.
        var left = (await files.List(ExportStore.Folder, cancel) ?? []).Select(f => Guid.TryParseExact(f.Name, "N", out var id) ? id : Guid.Empty).Where(id => id != Guid.Empty).ToArray();
        foreach (var id in left.Except(await store.Known(left, cancel)))
            await files.Delete(Data.Export.PathOf(id), cancel);
        return gone;
    }
}
