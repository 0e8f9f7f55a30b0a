namespace Crucible.Experiments.Domain;

public sealed class SilenceTests
{
    [Theory]
    [InlineData("3", "hours", 180)]
    [InlineData("1.5", "hours", 90)]
    [InlineData(" 1 ", "minutes", 1)]
    [InlineData("30", "days", 30 * 24 * 60)]
    public void A_number_and_its_unit_are_read(string number, string unit, double minutes)
    {
        Assert.Null(Silence.Read(number, unit, out var length));
        Assert.Equal(TimeSpan.FromMinutes(minutes), length);
    }

    [Theory]
    [InlineData("0", "minutes")]
    [InlineData("0.99", "minutes")]
    [InlineData("30.001", "days")]
    [InlineData("99999999999999999999999999", "days")]
    [InlineData("-1", "hours")]
    [InlineData("1e1", "hours")]
    [InlineData("1,5", "hours")]
    [InlineData("NaN", "hours")]
    [InlineData(null, "hours")]
    [InlineData("1", "years")]
    [InlineData("1", null)]
    public void What_is_out_of_range_or_no_number_is_told(string? number, string? unit) =>
        Assert.Contains("between 1 minute and 30 days", Silence.Read(number, unit, out _), StringComparison.Ordinal);

    [Theory]
    [InlineData(60, "1", "minutes")]
    [InlineData(90 * 60, "90", "minutes")]
    [InlineData(3 * 3600, "3", "hours")]
    [InlineData(48 * 3600, "2", "days")]
    [InlineData(90, "1.5", "minutes")]
    public void It_is_written_in_the_longest_unit_that_is_whole(int seconds, string number, string unit)
    {
        Assert.Equal((number, unit), Silence.Write(TimeSpan.FromSeconds(seconds)));
        Assert.Null(Silence.Read(number, unit, out var length));
        Assert.Equal(TimeSpan.FromSeconds(seconds), length);
    }
}
