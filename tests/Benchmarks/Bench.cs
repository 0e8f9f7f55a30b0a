using System.Diagnostics;
using System.Globalization;
using Crucible.Benchmarks.Client;
using Crucible.Benchmarks.Data;
using Crucible.Benchmarks.Processes;
using Crucible.Benchmarks.Report;

namespace Crucible.Benchmarks;

/// <summary>What every family of figures works with: the host, the bases, the large sets, the table.</summary>
internal sealed class Bench : IAsyncDisposable
{
    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly Table _table;
    private ManyRuns? _manyRuns;
    private LongCurves? _longCurves;
    private LongCurves? _hundredCurves;
    private WideRuns? _wideRuns;

    private Bench(Options options, Table table, Site site, CancellationToken cancel) => (Options, _table, Site, Cancel) = (options, table, site, cancel);

    public Options Options { get; }
    public Site Site { get; }
    public CancellationToken Cancel { get; }

    public static async Task<Bench> Open(Options options, Table table, CancellationToken cancel)
    {
        var site = new Site(options.Host, cancel);
        try
        {
            await site.Make();
            return new(options, table, site, cancel);
        }
        catch
        {
            await site.DisposeAsync();
            throw;
        }
    }

    public void Say(string line) =>
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"[{Stopwatch.GetElapsedTime(_began).TotalSeconds,6:0.0} s, load {Machine.Load()}] {line}"));

    public void Add(Figure figure)
    {
        _table.Add(figure);
        Say("  " + figure);
    }

    /// <summary>A kept-alive connection to the host.</summary>
    public RawConnection Connect() => new(Site.Address);

    /// <summary>50 experiments with 1,500 runs each; made once, by COPY.</summary>
    public async Task<ManyRuns> ManyRuns()
    {
        if (_manyRuns is null)
        {
            Say($"  making {Options.Experiments} × {Options.RunsOfEach} runs");
            _manyRuns = await Data.ManyRuns.Make(Site.Database, Options.Experiments, Options.RunsOfEach, Cancel);
            await Site.Restart(); // its last checkpoint writes the set out, so that no figure pays for that
        }
        return _manyRuns;
    }

    /// <summary>10 runs with 100,000 points each, one of them with ten such metrics; made once, by COPY.</summary>
    public async Task<LongCurves> LongCurves()
    {
        if (_longCurves is null)
        {
            Say($"  making 10 runs × {Options.CurvePoints} points and waiting for their roll-up");
            _longCurves = await Data.LongCurves.Make(Site.Database, 10, 10, Options.CurvePoints, Cancel);
            await Site.Restart();
        }
        return _longCurves;
    }

    /// <summary>100 runs with 100,000 points each of one metric; made once, by COPY.</summary>
    public async Task<LongCurves> HundredCurves()
    {
        if (_hundredCurves is null)
        {
            Say($"  making 100 runs × {Options.CurvePoints} points and waiting for their roll-up");
            _hundredCurves = await Data.LongCurves.Make(Site.Database, 100, 1, Options.CurvePoints, Cancel);
            await Site.Restart();
        }
        return _hundredCurves;
    }

    /// <summary>50 experiments × 1,500 runs × 200 metrics; made once, by COPY.</summary>
    public async Task<WideRuns> WideRuns()
    {
        if (_wideRuns is null)
        {
            Say($"  making {Options.Experiments} × {Options.RunsOfEach} runs with {Data.WideRuns.Keys} metrics each");
            _wideRuns = await Data.WideRuns.Make(this, Options.Experiments, Options.RunsOfEach);
            await Site.Restart();
        }
        return _wideRuns;
    }

    public ValueTask DisposeAsync() => Site.DisposeAsync();
}
