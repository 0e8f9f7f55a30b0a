using System.Diagnostics;
using System.IO.Compression;
using System.IO.Pipelines;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Search;
using Crucible.Files;
using Crucible.People;

namespace Crucible.Experiments.Exports;

/// <summary>What was written.</summary>
/// <param name="Rows">Runs, points and console lines.</param>
/// <param name="Bytes">Size of the file.</param>
/// <param name="Name">What a download is called.</param>
internal sealed record ExportWritten(long Rows, long Bytes, string Name);

/// <summary>
/// Streams an export into the file store. PostgreSQL sends rows, they are written into a pipe of a few hundred kilobytes, and the file
/// store takes them from there: whichever is slowest holds the others back, and nothing grows with the rows but the ids of the
/// runs, 16 bytes each, and the names of the columns.
/// </summary>
/// <remarks>
/// One part is one file, as it is or compressed; several parts as CSV are a zip of files, since a CSV is one table. JSON is one
/// document; JSONL has a line for each thing, its <c>type</c> first. CSV follows RFC 4180 with a line feed at the end of lines;
/// values are never altered, also not those that a spreadsheet takes for formulas.
/// </remarks>
internal sealed class ExportFile(ExportDataStore data, RunListStore runs, RunDetailStore details, ExperimentStore experiments, ConfigStore configs, IFileStore files)
{
    private const int RunsAtOnce = 100;
    private const int KeysAtOnce = 5000;
    private static readonly TimeSpan BetweenReports = TimeSpan.FromMilliseconds(400);

    public async Task<ExportWritten> Write(Export export, Func<long, long, Task> progress, CancellationToken cancel)
    {
        var wish = export.Wish;
        var ids = await Ids(export, cancel);
        long total = wish.HasRuns ? ids.Length : 0;
        if (wish.Include.Contains("points"))
            foreach (var some in ids.Chunk(KeysAtOnce))
                total += await data.CountPoints(some, cancel);
        if (wish.Include.Contains("logs"))
            foreach (var some in ids.Chunk(KeysAtOnce))
                total += await data.CountLines(some, cancel);
        await progress(0, total);

        var pipe = new Pipe(new(pauseWriterThreshold: 512 * 1024, resumeWriterThreshold: 256 * 1024));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var counted = new CountingStream(pipe.Reader.AsStream());
        var kept = files.Write(export.Path, counted, long.MaxValue, stop.Token);
        var count = new Count(progress, total);
        try
        {
            // Not on this thread: the store reads at its own pace.
            await Produce(export, ids, pipe.Writer.AsStream(leaveOpen: true), count, cancel);
            await pipe.Writer.CompleteAsync();
        }
        catch (Exception fault)
        {
            await pipe.Writer.CompleteAsync(fault);
            await stop.CancelAsync();
            await ((Task)kept).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
        if (await kept != FileWrite.Kept)
            throw new IOException("The file store has a folder where the export should be.");
        return new(count.Rows, counted.Bytes, Name(export));
    }

    private async Task<Guid[]> Ids(Export export, CancellationToken cancel)
    {
        if (export.RunIds is { } named)
            return await data.Runs(export.ExperimentId, named, cancel);
        RunFilter.TryParse(export.Filter, out var filter, out _);
        return await runs.Page(new() { Search = filter, Experiments = [export.ExperimentId] }, SearchOrder.Default, int.MaxValue, 0, null, Actor.System("export"), cancel);
    }

    private async Task Produce(Export export, Guid[] ids, Stream target, Count count, CancellationToken cancel)
    {
        var wish = export.Wish;
        if (wish.Format == "csv" && Tables(wish) > 1)
        {
            await using var zip = await ZipArchive.CreateAsync(target, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancel);
            if (wish.Include.Contains("config"))
                await Entry(zip, "experiment.json", text => Head(export, new JsonForm(text, lines: true), cancel), cancel);
            if (wish.HasRuns)
                await Entry(zip, "runs.csv", async text => await Rows(wish, ids, await CsvForm.Of(text, wish, data, ids, KeysAtOnce, cancel), count, cancel), cancel);
            if (wish.Include.Contains("points"))
                await Entry(zip, "points.csv", text => Points(ids, CsvForm.Plain(text), count, cancel), cancel);
            if (wish.Include.Contains("logs"))
                await Entry(zip, "logs.csv", text => Lines(ids, CsvForm.Plain(text), count, cancel), cancel);
            return;
        }
        await using var packed = wish.Gzip ? new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true) : null;
        var text = new ExportText(packed ?? target);
        IExportForm form = wish.Format != "csv" ? new JsonForm(text, wish.Format == "jsonl")
            : wish.HasRuns ? await CsvForm.Of(text, wish, data, ids, KeysAtOnce, cancel) : CsvForm.Plain(text);
        if (wish.Include.Contains("config"))
            await Head(export, form, cancel);
        if (wish.HasRuns)
            await Rows(wish, ids, form, count, cancel);
        if (wish.Include.Contains("points"))
            await Points(ids, form, count, cancel);
        if (wish.Include.Contains("logs"))
            await Lines(ids, form, count, cancel);
        form.End();
        await text.Flush(cancel);
    }

    private static async Task Entry(ZipArchive zip, string name, Func<ExportText, Task> write, CancellationToken cancel)
    {
        await using var stream = await zip.CreateEntry(name, CompressionLevel.Fastest).OpenAsync(cancel);
        var text = new ExportText(stream);
        await write(text);
        await text.Flush(cancel);
    }

    private async Task Head(Export export, IExportForm form, CancellationToken cancel)
    {
        var system = Actor.System("export");
        if (await experiments.Find(export.ExperimentId, system, cancel) is { } experiment)
            form.Experiment(experiment, (await configs.Find(experiment.ExperimentId, experiment.ConfigVersion, cancel))?.Document, [.. (await experiments.Tags([experiment.ExperimentId], cancel))[experiment.ExperimentId]]);
    }

    private async Task Rows(ExportWish wish, Guid[] ids, IExportForm form, Count count, CancellationToken cancel)
    {
        form.BeginRuns();
        foreach (var some in ids.Chunk(RunsAtOnce))
            foreach (var run in await details.Read(some, cancel))
            {
                form.Run(run, wish);
                await form.Text.FlushIfFull(cancel);
                await count.One();
            }
        form.EndRuns();
    }

    private async Task Points(Guid[] ids, IExportForm form, Count count, CancellationToken cancel)
    {
        form.BeginPoints();
        foreach (var some in ids.Chunk(RunsAtOnce))
        {
            var series = await data.Series(some, cancel);
            var at = -1;
            await foreach (var point in data.Points(series, cancel))
            {
                if (at != point.Series)
                    form.Series(series[at = point.Series]);
                form.Point(point);
                if (form.Text.IsFull)
                    await form.Text.Flush(cancel);
                if (count.OneIsDue())
                    await count.Report();
            }
        }
        form.EndPoints();
    }

    private async Task Lines(Guid[] ids, IExportForm form, Count count, CancellationToken cancel)
    {
        form.BeginLines();
        foreach (var some in ids.Chunk(RunsAtOnce))
            await foreach (var line in data.Lines(some, cancel))
            {
                form.Line(line);
                if (form.Text.IsFull)
                    await form.Text.Flush(cancel);
                if (count.OneIsDue())
                    await count.Report();
            }
        form.EndLines();
    }

    private static int Tables(ExportWish wish) => (wish.Include.Contains("config") ? 2 : 0) + (wish.HasRuns ? 1 : 0) + (wish.Include.Contains("points") ? 1 : 0) + (wish.Include.Contains("logs") ? 1 : 0);

    private static string Name(Export export)
    {
        var wish = export.Wish;
        var name = new string([.. export.ExperimentName.Take(60).Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '-')]).Trim('.', '-');
        var ending = wish.Format == "csv" && Tables(wish) > 1 ? "zip" : wish.Gzip ? $"{wish.Format}.gz" : wish.Format;
        return $"{(name.Length == 0 ? "experiment" : name)}-{export.CreatedAt:yyyyMMdd-HHmmss}.{ending}";
    }

    /// <summary>How many rows were written, told now and then.</summary>
    private sealed class Count(Func<long, long, Task> progress, long total)
    {
        private long _told = Stopwatch.GetTimestamp();

        public long Rows { get; private set; }

        public ValueTask One() => OneIsDue() ? new(Report()) : default;

        // The clock is looked at every thousand rows.
        public bool OneIsDue() => ++Rows % 1000 == 0 && Stopwatch.GetElapsedTime(_told) >= BetweenReports;

        public async Task Report()
        {
            _told = Stopwatch.GetTimestamp();
            await progress(Rows, Math.Max(total, Rows));
        }
    }

    /// <summary>Counts what is read through it.</summary>
    private sealed class CountingStream(Stream inner) : Stream
    {
        public long Bytes { get; private set; }
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => Bytes; set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await inner.ReadAsync(buffer, cancellationToken);
            Bytes += read;
            return read;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override void Flush() => inner.Flush();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
