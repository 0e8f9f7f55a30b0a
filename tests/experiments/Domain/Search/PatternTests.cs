namespace Crucible.Experiments.Domain.Search;

public sealed class PatternTests
{
    private static bool Accepted(string pattern, out string message)
    {
        var accepted = RunFilter.TryParse($"run_name RLIKE '{pattern.Replace("'", "''", StringComparison.Ordinal)}'", out _, out var error);
        message = error?.Message ?? "";
        return accepted;
    }

    [Theory]
    [InlineData("fox")]
    [InlineData("^able-(fox|owl)-[0-9]+$")]
    [InlineData("a.*b+c?")]
    [InlineData("a+?")]
    [InlineData("(?i)fox")]
    [InlineData("(?:ab)*")]
    [InlineData("run-\\d{1,4}")]
    [InlineData("\\w{3}\\s\\.")]
    [InlineData("[^a-z\\]x]")]
    [InlineData("[]a]")]
    [InlineData("")]
    public void Plain_expressions_pass(string pattern) => Assert.True(Accepted(pattern, out var message), message);

    [Theory]
    [InlineData("(a")]
    [InlineData("a)")]
    [InlineData("[a")]
    [InlineData("*a")]
    [InlineData("a**")]
    [InlineData("***=x")]
    [InlineData("(a)\\1")]
    [InlineData("(?=a)")]
    [InlineData("(?<n>a)")]
    [InlineData("(a{1,50}){1,50}")]
    [InlineData("a{1,50}{1,50}")]
    [InlineData("a{51}")]
    [InlineData("a{3,2}")]
    [InlineData("a{x}")]
    [InlineData("a{1,2,3}")]
    [InlineData("\\")]
    [InlineData("\\y")]
    [InlineData("[[:alpha:]]")]
    [InlineData("[z-a]")]
    public void What_could_fail_or_run_away_is_refused(string pattern)
    {
        Assert.False(Accepted(pattern, out var message));
        Assert.Contains("regular expression", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Long_and_deep_expressions_are_refused()
    {
        Assert.False(Accepted(new string('a', 201), out var message));
        Assert.Contains("200", message, StringComparison.Ordinal);
        Assert.False(Accepted(new string('(', 50) + new string(')', 50), out _));
    }
}
