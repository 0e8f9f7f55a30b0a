using Crucible.Charts;
using FsCheck;
using FsCheck.Fluent;

namespace Crucible.Tests.Charts;

public sealed class ScaleTests
{
    private static readonly Gen<double[]> AnyValues =
        ArbMap.Default.ArbFor<double>().Generator.ArrayOf();

    [Fact]
    public void Fits_whatever_comes() => Prop.ForAll(AnyValues.ToArbitrary(), values =>
    {
        foreach (var log in (bool[])[false, true])
        {
            var scale = Scale.Fit(values, 5, log && values.Any(v => v > 0 && double.IsFinite(v)));
            Assert.True(scale.Low < scale.High);
            foreach (var value in values.Where(v => double.IsFinite(v) && (!scale.Log || v > 0)))
                Assert.InRange(scale.At(value), -1e-6, Scale.Extent + 1e-6);
            Assert.All(Ticks.Of(scale), t => Assert.InRange(t.At, 0, Scale.Extent));
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void A_constant_lies_in_the_middle()
    {
        foreach (var value in (double[])[0, .25, -3, 1e-9, 1e18])
            Assert.InRange(Scale.Fit([value, value]).At(value), 300, 700);
    }

    [Fact]
    public void Nothing_gets_a_scale_too() => Assert.Equal((0, 1), (Scale.Fit([double.NaN, double.PositiveInfinity]).Low, Scale.Fit([]).High));

    [Fact]
    public void Infinities_lie_on_the_edges()
    {
        var scale = new Scale(0, 10);
        Assert.Equal((1000, 0), (scale.At(double.PositiveInfinity), scale.At(double.NegativeInfinity)));
        Assert.Equal(0, new Scale(.1, 10, log: true).At(-1));
    }

    [Theory]
    [InlineData(.215, .455, 5, "0.2 0.25 0.3 0.35 0.4 0.45 0.5"), InlineData(.15, .78, 3, "0 0.2 0.4 0.6 0.8"), InlineData(0, 3e-4, 3, "0 0.0001 0.0002 0.0003")]
    [InlineData(-3, 3, 3, "-4 -2 0 2 4"), InlineData(94, 98, 3, "94 96 98")]
    public void Ends_lie_on_nice_numbers(double low, double high, int ticks, string at)
    {
        var scale = Scale.Fit([low, high], ticks);
        var places = at.Split(' ').Select(t => double.Parse(t, System.Globalization.CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(places.Select(p => Math.Round(scale.At(p), 3)), Ticks.Of(scale, ticks).Select(t => Math.Round(t.At, 3)));
    }

    [Theory]
    [InlineData(0, 30_000, "0 5k 10k 15k 20k 25k 30k"), InlineData(0, 1, "0 .2 .4 .6 .8 1.0"), InlineData(0, 3e-4, "0 1e-4 2e-4 3e-4"), InlineData(-1, 1, "−1.0 −.5 0 .5 1.0")]
    [InlineData(1_000_000, 2_000_000, "1M 1.2M 1.4M 1.6M 1.8M 2M")]
    public void Labels_are_short_and_of_one_unit(double low, double high, string labels) =>
        Assert.Equal(labels, string.Join(' ', Ticks.Of(new Scale(low, high), high switch { 3e-4 => 4, _ => low < 0 ? 5 : 6 }).Select(t => t.Text)));

    [Fact]
    public void Logarithms_are_labelled_by_decades() =>
        Assert.Equal(["1e-4", ".001", ".01", ".1", "1"], Ticks.Of(Scale.Fit([2e-4, .9], 5, log: true), 6).Select(t => t.Text));

    [Fact]
    public void Time_is_parted_as_clocks_are()
    {
        Assert.Equal(["0", "30m", "1h", "1h 30m", "2h"], Ticks.Of(new Scale(0, 7200), Axis.Elapsed, 5).Select(t => t.Text));
        Assert.Equal(["16:00", "17:00", "18:00"], Ticks.Of(new Scale(1_789_401_600_000, 1_789_408_800_000), Axis.Time, 3).Select(t => t.Text));
    }
}
