using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Crucible.Benchmarks.Figures;

namespace Crucible.Benchmarks;

/// <summary>What to measure and how much of it.</summary>
internal sealed record Options
{
    public IReadOnlyList<Family> Families { get; private init; } = Family.All;

    /// <summary>Small sizes, to see that everything works; the figures then say little.</summary>
    public bool Small { get; private init; }

    public int Listeners { get; private init; } = 5_000;
    public double SoakMinutes { get; private init; } = 3;

    /// <summary>The folder of the built host.</summary>
    public string Host { get; private init; } = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "Crucible.Host", new DirectoryInfo(AppContext.BaseDirectory).Name));

    public int Experiments => Small ? 5 : 50;
    public int RunsOfEach => Small ? 100 : 1_500;
    public int SearchedRuns => Small ? 100 : 1_000;
    public int CurvePoints => Small ? 20_000 : 100_000;
    public int Batches => Small ? 20 : 300;
    public int Calls => Small ? 500 : 5_000;
    public int Repeats => Small ? 10 : 40;
    public int Runs => Small ? 1_000 : 10_000;
    public int PastRuns => Small ? 20_000 : 1_000_000;
    public int LivePoints => Small ? 100 : 1_200;
    public int Changes => Small ? 10 : 40;

    public static bool TryRead(string[] args, [NotNullWhen(true)] out Options? options, [NotNullWhen(false)] out string? fault)
    {
        (options, fault) = (new Options(), null);
        var named = new List<Family>();
        for (var i = 0; i < args.Length; i++)
        {
            var value = i + 1 < args.Length ? args[i + 1] : "";
            if (args[i] == "--small")
                options = options with { Small = true, Listeners = 200, SoakMinutes = 0.5 };
            else if (args[i] == "--listeners" && int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var listeners) && listeners > 0)
                (options, i) = (options with { Listeners = listeners }, i + 1);
            else if (args[i] == "--soak" && double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var minutes) && minutes > 0)
                (options, i) = (options with { SoakMinutes = minutes }, i + 1);
            else if (args[i] == "--host" && File.Exists(Path.Combine(value, "Crucible.Host.dll")))
                (options, i) = (options with { Host = Path.GetFullPath(value) }, i + 1);
            else if (Family.All.FirstOrDefault(f => f.Name == args[i]) is { } family)
                named.Add(family);
            else
                fault = $"'{args[i]}' is not understood. Name any of {string.Join(", ", Family.All.Select(f => f.Name))}; --small; --listeners N; --soak MINUTES; --host FOLDER of a built host.";
        }
        if (named.Count > 0)
            options = options with { Families = named };
        if (fault is null && !File.Exists(Path.Combine(options.Host, "Crucible.Host.dll")))
            fault = $"There is no built host in {options.Host}.";
        return fault is null;
    }
}
