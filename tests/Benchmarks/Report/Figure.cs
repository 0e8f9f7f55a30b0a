using System.Globalization;

namespace Crucible.Benchmarks.Report;

/// <summary>One row of the table.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Measured">How much; NaN when it could not be, then <see cref="Note"/> says why.</param>
/// <param name="Unit">Of what.</param>
/// <param name="Base">What it is compared with.</param>
/// <param name="Aim">What is aimed for.</param>
internal sealed record Figure(string Name, double Measured, string Unit, Base? Base = null, Aim? Aim = null)
{
    public string? Note { get; init; }

    public double Ratio => Base is null ? double.NaN : Measured / Base.Value;

    public string Met => Aim is null || double.IsNaN(Measured) ? "" : Aim.Met(Measured, Ratio) ? "yes" : "no";

    public override string ToString() => $"{Name}: {Table.Number(Measured)} {Unit}"
        + (Base is null ? "" : $" ({Base}, ratio {Table.Number(Ratio)})") + (Note is null ? "" : $" [{Note}]");
}

/// <summary>The same thing done by as little as can do it, measured in the same run.</summary>
internal sealed record Base(string What, double Value)
{
    public override string ToString() => $"{What}: {Table.Number(Value)}";
}

/// <summary>What a figure should reach.</summary>
internal sealed record Aim(string Text, Func<double, double, bool> Met)
{
    public static Aim Under(double most) => new($"< {Text0(most)}", (measured, _) => measured < most);

    public static Aim AtLeast(double least) => new($"≥ {Text0(least)}", (measured, _) => measured >= least);

    public static Aim AtLeast(double least, double ratio) =>
        new(string.Create(CultureInfo.InvariantCulture, $"≥ {Text0(least)}, ratio ≥ {ratio}"), (measured, reached) => measured >= least && reached >= ratio);

    private static string Text0(double number) => number.ToString("#,0.##", CultureInfo.InvariantCulture);
}
