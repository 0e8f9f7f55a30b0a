using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Crucible.Host.Telemetry;

/// <summary>
/// Everything the process measures, as Prometheus text (exposition format 0.0.4). Counters and histograms are summed
/// as they happen; gauges are asked when somebody scrapes. At most 2,000 label sets for an instrument are kept.
/// </summary>
internal sealed class MetricsText : IDisposable
{
    private const int MostSeries = 2000;
    private static readonly string[] Meters = ["Crucible", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Npgsql", "System.Runtime"];
    private static readonly double[] Bounds = [.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10];

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<Instrument, ConcurrentDictionary<string, Series>> _instruments = new();

    public MetricsText()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (Meters.Any(m => instrument.Meter.Name == m || instrument.Meter.Name.StartsWith(m + ".", StringComparison.Ordinal)))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<double>((i, v, tags, _) => Record(i, v, tags));
        _listener.SetMeasurementEventCallback<float>((i, v, tags, _) => Record(i, v, tags));
        _listener.SetMeasurementEventCallback<long>((i, v, tags, _) => Record(i, v, tags));
        _listener.SetMeasurementEventCallback<int>((i, v, tags, _) => Record(i, v, tags));
        _listener.Start();
    }

    public string Write()
    {
        _listener.RecordObservableInstruments();
        var text = new StringBuilder(16_384);
        foreach (var (instrument, series) in _instruments.OrderBy(i => i.Key.Name, StringComparer.Ordinal))
        {
            var name = NameOf(instrument);
            if (instrument.Description is { Length: > 0 } description)
                text.Append("# HELP ").Append(name).Append(' ').Append(description.Replace("\\", @"\\").Replace("\n", @"\n")).Append('\n');
            text.Append("# TYPE ").Append(name).Append(IsHistogram(instrument) ? " histogram\n" : IsCounter(instrument) ? " counter\n" : " gauge\n");
            foreach (var (labels, one) in series.OrderBy(s => s.Key, StringComparer.Ordinal))
                one.Write(text, name, labels, IsHistogram(instrument));
        }
        return text.ToString();
    }

    /// <summary>What waits in the queues of this host: every gauge whose unit is <c>{waiting}</c>, with its description.</summary>
    public IReadOnlyList<(string What, double Value)> Queues()
    {
        _listener.RecordObservableInstruments();
        return [.. _instruments.Where(i => i.Key.Unit == "{waiting}").OrderBy(i => i.Key.Name, StringComparer.Ordinal)
            .Select(i => (i.Key.Description ?? i.Key.Name, i.Value.Values.Sum(s => s.Value)))];
    }

    public void Dispose() => _listener.Dispose();

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var all = _instruments.GetOrAdd(instrument, _ => new());
        var labels = Labels(tags);
        if (!all.TryGetValue(labels, out var series))
        {
            if (all.Count >= MostSeries)
                return;
            series = all.GetOrAdd(labels, _ => new());
        }
        // Observable counters report their total, the others what was added.
        series.Record(value, IsHistogram(instrument), adds: !instrument.IsObservable && !instrument.GetType().Name.StartsWith("Gauge", StringComparison.Ordinal));
    }

    private static bool IsHistogram(Instrument i) => i.GetType().Name.StartsWith("Histogram", StringComparison.Ordinal);

    private static bool IsCounter(Instrument i) => i.GetType().Name is { } n && (n.StartsWith("Counter", StringComparison.Ordinal) || n.StartsWith("ObservableCounter", StringComparison.Ordinal));

    private static string NameOf(Instrument i)
    {
        var name = new string([.. i.Name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_')]);
        var unit = i.Unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" };
        return name + (name.EndsWith(unit, StringComparison.Ordinal) ? "" : unit) + (IsCounter(i) ? "_total" : "");
    }

    private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.Length == 0)
            return "";
        var text = new StringBuilder();
        foreach (var (key, value) in tags)
        {
            if (text.Length > 0)
                text.Append(',');
            foreach (var c in key)
                text.Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
            text.Append("=\"").Append(Convert.ToString(value, CultureInfo.InvariantCulture)?.Replace("\\", @"\\").Replace("\"", "\\\"").Replace("\n", @"\n")).Append('"');
        }
        return text.ToString();
    }

    private sealed class Series
    {
        private readonly Lock _lock = new();
        private long[]? _buckets;
        private long _count;
        private double _sum;

        public double Value
        {
            get
            {
                lock (_lock)
                    return _sum;
            }
        }

        public void Record(double value, bool histogram, bool adds)
        {
            lock (_lock)
            {
                _sum = histogram || adds ? _sum + value : value;
                if (!histogram)
                    return;
                _count++;
                _buckets ??= new long[Bounds.Length];
                for (var i = 0; i < Bounds.Length; i++)
                    if (value <= Bounds[i])
                        _buckets[i]++;
            }
        }

        public void Write(StringBuilder text, string name, string labels, bool histogram)
        {
            lock (_lock)
            {
                if (!histogram)
                {
                    Line(text, name, labels, _sum);
                    return;
                }
                var prefix = labels.Length > 0 ? labels + "," : "";
                for (var i = 0; i < Bounds.Length; i++)
                    Line(text, name + "_bucket", string.Create(CultureInfo.InvariantCulture, $"{prefix}le=\"{Bounds[i]}\""), _buckets![i]);
                Line(text, name + "_bucket", prefix + "le=\"+Inf\"", _count);
                Line(text, name + "_sum", labels, _sum);
                Line(text, name + "_count", labels, _count);
            }
        }

        private static void Line(StringBuilder text, string name, string labels, double value)
        {
            text.Append(name);
            if (labels.Length > 0)
                text.Append('{').Append(labels).Append('}');
            text.Append(' ').Append(double.IsPositiveInfinity(value) ? "+Inf" : double.IsNegativeInfinity(value) ? "-Inf" : value.ToString(CultureInfo.InvariantCulture)).Append('\n');
        }
    }
}
