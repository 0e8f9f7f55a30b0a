namespace Crucible.Experiments.Demo;

/// <summary>A run of the demo: what it logs follows from its parameters and its seed alone.</summary>
internal sealed record DemoRun(string Name, string Person, TimeSpan Ago, TimeSpan Takes, IReadOnlyDictionary<string, string> Params)
{
    public int Steps { get; init; } = 3000;
    public int Seed { get; init; }
    public string Outcome { get; init; } = "completed";
    public string? Parent { get; init; }
    public string? Note { get; init; }
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Where the validation score ends, before noise.</summary>
    public double Score { get; init; } = .42;

    /// <summary>The step after which the loss is no number.</summary>
    public int? Breaks { get; init; }

    /// <summary>Time-ordered like any id, and the same at every start: the seed can be run again.</summary>
    public Guid Id(DateTimeOffset epoch)
    {
        var bytes = Guid.CreateVersion7(epoch - Ago).ToByteArray(bigEndian: true);
        var hash = System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{Name}/{Person}/{Seed}"));
        for (var i = 9; i < 16; i++) bytes[i] = hash[i];
        (bytes[6], bytes[7], bytes[8]) = ((byte)(0x70 | hash[6] & 0x0f), hash[7], (byte)(0x80 | hash[8] & 0x3f));
        return new(bytes, bigEndian: true);
    }

    public double Param(string key) => double.Parse(Params[key], System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>What training looks like: losses that fall with noise and spikes, scores that rise and level off.</summary>
internal sealed class DemoCurves(DemoRun run)
{
    private readonly Random _random = new(run.Seed * 7919 + 17);
    private double _drift;

    /// <summary>The points of one step, at a time.</summary>
    public IEnumerable<(string Key, double Value)> At(int step)
    {
        var share = (double)step / run.Steps;
        var lr = run.Params.ContainsKey("optimizer.lr") ? run.Param("optimizer.lr") : 3e-4;
        var rate = lr * Math.Min(1, (share + .002) / .08) * (.5 + .5 * Math.Cos(Math.PI * Math.Clamp((share - .08) / .92, 0, 1)));
        _drift = .96 * _drift + .04 * Noise();
        var fall = Math.Exp(-share * 7) * .56 + Math.Exp(-share * 1.6) * .16;
        var floor = .155 + (.45 - run.Score) * .8;
        var spike = _random.NextDouble() < .0016 ? .15 + .5 * _random.NextDouble() : 0;
        var loss = run.Breaks is { } end && step > end ? double.NaN : floor + fall + Noise() * .022 * (1 + 2 * fall) + _drift * .02 + spike;
        if (run.Breaks is { } soon && step > soon - 140 && step <= soon) loss += Math.Pow((step - soon + 140) / 60.0, 3);
        yield return ("train/loss", loss);
        yield return ("train/grad_norm", double.IsNaN(loss) ? double.NaN : .6 + 1.9 * Math.Exp(-share * 5) + Math.Abs(Noise()) * .22 + spike * 5);
        if (step % 5 == 0)
        {
            yield return ("train/lr", rate);
            yield return ("perf/tokens_per_s", 41_800 + 900 * _drift + Noise() * 420 - (step % 1000 == 0 ? 9_000 : 0));
        }
        if (step % 60 == 0 || step == run.Steps)
        {
            var rise = 1 - Math.Exp(-share * 5.5);
            var broken = double.IsNaN(loss);
            yield return ("val/ndcg_10", broken ? .2214 + Noise() * .003 : .24 + (run.Score - .24) * rise + Noise() * .0032);
            yield return ("val/recall_100", broken ? .52 : .55 + (run.Score - .1) * .9 * rise + Noise() * .005);
            yield return ("val/loss", broken ? double.NaN : floor + .018 + fall * .92 + Math.Max(0, share - .72) * .03 + Noise() * .006);
        }
        if (step % 30 == 0)
        {
            yield return ("system/gpu_0_utilization_percentage", Math.Clamp(95 + Noise() * 2.4, 0, 100));
            yield return ("system/gpu_0_memory_usage_megabytes", 59_200 + 40 * Noise() + 3000 * Math.Min(1, share * 20));
            yield return ("system/cpu_utilization_percentage", 31 + Noise() * 5);
            yield return ("system/system_memory_usage_megabytes", 48_000 + share * 5200 + Noise() * 120);
        }
    }

    private double Noise() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
}
