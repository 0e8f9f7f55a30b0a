using Crucible.Charts;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Fragments;

namespace Crucible.Experiments.Pages;

/// <summary>Reads the points of curves, all of a panel at once.</summary>
public sealed class CurveReader(SeriesStore series, ChartStore charts)
{
    /// <summary>The curves with their columns, in the order given. One that has no place on the axis comes back without any.</summary>
    /// <param name="wanted">Which lines; their columns are passed over.</param>
    /// <param name="columns">Into how many columns each is gathered.</param>
    /// <param name="filter">Which part is shown, over which axis.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<IReadOnlyList<RunCurve>> Read(IReadOnlyList<RunCurve> wanted, int columns, ChartFilter filter, CancellationToken cancel)
    {
        if (wanted.Count == 0)
            return [];
        if (filter.XMetric is { } across)
            return await Across(wanted, across, columns, filter, cancel);
        var ranges = wanted.Select(w => RunCurve.Range(filter, w.Run.StartTime)).ToList();
        var read = await series.Curves([.. wanted.Select((w, i) => (w.Line, ranges[i].From, ranges[i].To))], filter.Axis == Axis.Step ? CurveAxis.Step : CurveAxis.Time, columns, cancel);
        return [.. wanted.Select((w, i) => w with { Columns = read[i].Columns })];
    }

    // Over another metric: points are joined by their step to the last value that it had by then. A zoom is one of values, so
    // the steps that have them are looked up first, and their columns cut anew.
    private async Task<IReadOnlyList<RunCurve>> Across(IReadOnlyList<RunCurve> wanted, string key, int columns, ChartFilter filter, CancellationToken cancel)
    {
        var scales = (await charts.Series([.. wanted.Select(w => w.Run.RunId).Distinct()], [key], wanted.Count, cancel)).ToDictionary(s => s.RunId);
        var zoomed = filter.From is not null || filter.To is not null;
        var steps = zoomed ? await series.Steps([.. scales.Values.Select(s => s.SeriesId)], filter.From ?? double.MinValue, filter.To ?? double.MaxValue, cancel) : null;
        var placed = wanted.Select((w, i) => (Wanted: w, Place: i, Scale: scales.GetValueOrDefault(w.Run.RunId))).Where(w => w.Scale is not null && (steps is null || steps.ContainsKey(w.Scale.SeriesId))).ToList();
        var read = await series.Curves([.. placed.Select(w => (w.Wanted.Line, steps is null ? (long?)null : steps[w.Scale!.SeriesId].From, steps is null ? (long?)null : steps[w.Scale!.SeriesId].To))], CurveAxis.Step, columns, cancel);
        var probes = placed.Zip(read).SelectMany(p => p.Second.Columns.SelectMany(c => c.Drawn()).Select(d => (Id: p.First.Scale!.SeriesId, d.Step))).Distinct().ToList();
        var values = await series.ValuesAt([.. probes.Select(p => p.Id)], [.. probes.Select(p => p.Step)], cancel);
        var result = wanted.ToArray();
        for (var i = 0; i < placed.Count; i++)
            result[placed[i].Place] = wanted[placed[i].Place] with { Columns = read[i].Columns, Across = values[placed[i].Scale!.SeriesId].ToDictionary(v => v.Step, v => v.Value) };
        return result;
    }
}
