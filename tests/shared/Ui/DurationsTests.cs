using Crucible.Ui.Text;

namespace Crucible.Tests.Ui;

public sealed class DurationsTests
{
    private static readonly DateTimeOffset Now = new(2026, 9, 14, 16, 4, 9, TimeSpan.Zero);

    [Theory]
    [InlineData(0, "0ms"), InlineData(.24, "240ms"), InlineData(3.14, "3.1s"), InlineData(9.99, "9.9s"), InlineData(38, "38s"), InlineData(59.9, "59s")]
    [InlineData(72, "1m 12s"), InlineData(3599.9, "59m 59s"), InlineData(3600, "1h 00m"), InlineData(7260, "2h 01m"), InlineData(86399, "23h 59m")]
    [InlineData(273600, "3d 04h"), InlineData(-72, "−1m 12s")]
    public void Have_two_units_at_most(double seconds, string text) => Assert.Equal(text, Durations.Short(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(3, "just now"), InlineData(38, "38s ago"), InlineData(200, "3m ago"), InlineData(18_000, "5h ago"), InlineData(12 * 86_400, "12d ago")]
    [InlineData(90 * 86_400, "16 Jun 2026"), InlineData(-200, "in 3m")]
    public void Distances_have_one_unit(double seconds, string text) => Assert.Equal(text, Durations.Ago(Now.AddSeconds(-seconds), Now));

    [Theory]
    [InlineData(38, "38s"), InlineData(2770, "46m"), InlineData(5100, "1h 25m")]
    public void Estimates_do_not_claim_seconds(double seconds, string text) => Assert.Equal(text, Durations.Rough(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void Titles_say_exactly_when() => Assert.Equal("14 Sep 2026, 16:04:09 UTC", Durations.Full(Now.ToOffset(TimeSpan.FromHours(5))));
}
