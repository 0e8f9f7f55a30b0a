using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Fragments;
using Microsoft.AspNetCore.Mvc;

namespace Crucible.Experiments.Pages;

/// <summary>Every point of a panel of curves, streamed: <c>run_id,run,metric,step,time,value</c>, time in milliseconds of the Unix epoch.</summary>
public sealed class ChartCsvModel(ExperimentStore experiments, ChartReader reader, ChartStore charts, SeriesStore series) : PluginPage
{
    private const int FlushFrom = 64 * 1024;

    /// <summary>The points of the runs that the page draws; a zoom does not cut them.</summary>
    public async Task<IActionResult> OnGet(long id, CancellationToken cancel)
    {
        if (BoardPanel.Read(Request.Query.Select(q => KeyValuePair.Create(q.Key, q.Value.ToString()))) is not { Kind: BoardPanel.Line } panel || panel.Setting("key") is not { } key
            || await experiments.Find(id, Actor, cancel) is not { } experiment)
            return NotFound();
        var runs = (await reader.Choose(experiment.ExperimentId, Query, Actor, cancel)).Shown;
        var ids = runs.Select(r => r.Run.RunId).ToArray();
        var keys = await LineKind.Keys(charts, ids, key, cancel);
        var names = runs.ToDictionary(r => r.Run.RunId, r => r.Run.Name);
        var lines = await charts.Series(ids, keys, ChartStore.MostKeys, cancel);
        Response.ContentType = "text/csv; charset=utf-8";
        Response.Headers.ContentDisposition = $"attachment; filename=\"{string.Concat(key.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'))}.csv\"";
        var body = Response.BodyWriter;
        body.Write("run_id,run,metric,step,time,value\r\n"u8);
        var heads = lines.ToDictionary(l => l.SeriesId, l => Encoding.UTF8.GetBytes($"{l.RunId:N},{Field(names[l.RunId])},{Field(l.Key)},"));
        var waiting = 0L;
        await foreach (var (seriesId, point) in series.Points([.. lines.Select(l => l.SeriesId)], cancel))
        {
            waiting += Line(body, heads[seriesId], point);
            if (waiting < FlushFrom)
                continue;
            waiting = 0;
            await body.FlushAsync(cancel);
        }
        await body.FlushAsync(cancel);
        return new EmptyResult();
    }

    private static int Line(PipeWriter body, byte[] head, CurvePoint point)
    {
        var span = body.GetSpan(head.Length + 96);
        head.CopyTo(span);
        var at = head.Length;
        Utf8Formatter.TryFormat(point.Step, span[at..], out var written);
        at += written;
        span[at++] = (byte)',';
        Utf8Formatter.TryFormat(point.At, span[at..], out written);
        at += written;
        span[at++] = (byte)',';
        point.Value.TryFormat(span[at..], out written, "R", CultureInfo.InvariantCulture);
        at += written;
        "\r\n"u8.CopyTo(span[at..]);
        body.Advance(at + 2);
        return at + 2;
    }

    // RFC 4180; what a spreadsheet would run as a formula gets a quote before it.
    private static string Field(string text)
    {
        var safe = text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' ? "'" + text : text;
        return safe.AsSpan().IndexOfAny("\",\r\n") >= 0 ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : safe;
    }
}
