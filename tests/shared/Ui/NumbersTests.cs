using System.Globalization;
using System.Text.Json;
using Crucible.Ui.Text;

namespace Crucible.Tests.Ui;

public sealed class NumbersTests
{
    // The same file is read by web/test/numbers.test.mjs.
    public static IEnumerable<TheoryDataRow<string, string, string>> Shared() =>
        JsonSerializer.Deserialize<string[][]>(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "numbers.json")))!
            .Select(row => new TheoryDataRow<string, string, string>(row[0], row[1], row[2]));

    [Theory, MemberData(nameof(Shared))]
    public void Read_as_people_write_them(string value, string trimmed, string padded)
    {
        var number = double.Parse(value, CultureInfo.InvariantCulture);
        Assert.Equal(trimmed, Numbers.Short(number));
        Assert.Equal(padded, Numbers.Metric(number));
    }

    [Theory]
    [InlineData(0, "0"), InlineData(999, "999"), InlineData(999.7, "1k"), InlineData(1234, "1.2k"), InlineData(18420, "18k")]
    [InlineData(999_600, "1M"), InlineData(3_400_000, "3.4M"), InlineData(-1500, "−1.5k"), InlineData(2e9, "2G")]
    public void Compact_ones_fit_a_badge(double value, string text) => Assert.Equal(text, Numbers.Compact(value));

    [Theory]
    [InlineData(0, "0%"), InlineData(.001, "<1%"), InlineData(.614, "61%"), InlineData(.995, "100%"), InlineData(1, "100%")]
    public void Shares_are_whole_percentages(double share, string text) => Assert.Equal(text, Numbers.Percent(share));

    [Theory]
    [InlineData(0L, "0 B"), InlineData(999L, "999 B"), InlineData(1000L, "1 kB"), InlineData(84_000L, "84 kB"), InlineData(999_600L, "1 MB")]
    [InlineData(2_100_000L, "2.1 MB"), InlineData(452_000_000L, "452 MB"), InlineData(1_800_000_000L, "1.8 GB"), InlineData(-5L, "0 B")]
    public void Sizes_have_decimal_units(long bytes, string text) => Assert.Equal(text, Bytes.Short(bytes));
}
