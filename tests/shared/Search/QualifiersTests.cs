using Crucible.Search;
using FsCheck;
using FsCheck.Fluent;

namespace Crucible.Tests.Search;

public sealed class QualifiersTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 16, 4, 9, TimeSpan.Zero);

    private static readonly Vocabulary Words = new(
        new("state", QualifierKind.Choice, "how it ended") { Values = ["failed", "done", "running"] },
        new("job", QualifierKind.Text, "its name"), new("node", QualifierKind.Text, "where"),
        new("attempts", QualifierKind.Number, "how often"), new("took", QualifierKind.Duration, "how long"), new("after", QualifierKind.Time, "not before"));

    private static Query Read(string text) => Qualifiers.Parse(text, Words, Now);

    [Fact]
    public void Terms_and_words_are_told_apart()
    {
        var query = Read("""state:failed,done job:"x y" -node:a took:>5s after:2026-11-01 free "two words" -not""");
        Assert.Empty(query.Errors);
        Assert.Equal(["state:failed,done", "job:\"x y\"", "-node:a", "took:>5s", "after:2026-11-01"], query.Terms.Select(t => t.ToString()));
        Assert.Equal([("free", false), ("two words", false), ("not", true)], query.Words.Select(w => (w.Text, w.Negated)));
        Assert.Equal("x y", query.Of("JOB").Single().Values.Single());
        Assert.False(query.Has("node", out _));
        Assert.True(query.Has("took", out var took));
        Assert.Equal((Comparison.More, TimeSpan.FromSeconds(5)), (took.Comparison, took.Duration));
        Assert.Equal(new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero), query.Of("after").Single().Time);
        Assert.Equal("free \"two words\" -not", query.Rest);
        Assert.Equal("job:\"x y\" -node:a took:>5s after:2026-11-01 free \"two words\" -not", query.Without(query.Terms[0]));
    }

    [Theory]
    [InlineData("took:1m30s", 90), InlineData("took:<=500ms", .5), InlineData("took:>=2h", 7200), InlineData("took:1.5d", 129_600)]
    public void Lengths_of_time_have_units(string text, double seconds) => Assert.Equal(seconds, Read(text).Terms.Single().Duration.TotalSeconds);

    [Theory]
    [InlineData("after:today", "2026-11-20T00:00:00Z"), InlineData("after:Yesterday", "2026-11-19T00:00:00Z"), InlineData("after:7d", "2026-11-13T16:04:09Z"), InlineData("after:2026-11-01T14:30", "2026-11-01T14:30:00Z")]
    public void Moments_are_in_utc(string text, string moment) => Assert.Equal(DateTimeOffset.Parse(moment), Read(text).Terms.Single().Time);

    [Theory]
    [InlineData("status:failed", 0, "status", "state:"), InlineData("wat:1", 0, "wat", "in quotes")]
    [InlineData("a state:", 2, "state:", "needs a value, for example state:failed"), InlineData("state:failed,", 0, "state:failed,", "needs a value")]
    [InlineData("state:faild", 6, "faild", "failed, done, running"), InlineData("attempts:many", 9, "many", "no number"), InlineData("attempts:1e999", 9, "1e999", "no number")]
    [InlineData("took:>5", 6, "5", "500ms"), InlineData("took:1s,2s", 5, "1s,2s", "one value"), InlineData("after:tomorrow", 6, "tomorrow", "2026-11-01"), InlineData("after:2026-13-01", 6, "2026-13-01", "no date")]
    [InlineData("x job:\"open", 6, "\"open", "not closed"), InlineData("job:\"a\"b", 7, "b", "closing quote"), InlineData("took:99999999d", 5, "99999999d", "no length")]
    public void What_is_wrong_is_said_where_it_stands(string text, int start, string wrong, string says)
    {
        var query = Read(text);
        var error = Assert.Single(query.Errors);
        Assert.Equal((start, wrong), (error.Start, text.Substring(error.Start, error.Length)));
        Assert.Contains(says, error.Message);
        Assert.Empty(query.Terms);
    }

    [Fact]
    public void A_quoted_word_may_hold_a_colon() =>
        Assert.Equal("http://x", Assert.Single(Read("\"http://x\"").Words).Text);

    [Fact]
    public void Too_much_is_read_in_part_and_refused()
    {
        var query = Read(string.Join(' ', Enumerable.Repeat("job:a", 50_000)));
        Assert.Equal(Qualifiers.Longest, query.Text.Length);
        Assert.Contains(query.Errors, e => e.Message.Contains("1000"));
    }

    // Pieces that matter to the grammar, in any order, come closer to its corners than any text would.
    private static readonly Gen<string> Texts = Gen.OneOf(
        Gen.Elements("state:", "job:", "took:", "after:", "attempts:", "nope:", "-", "\"", "\\", ",", " ", "\t", ">", "<=", "=", "failed", "5s", "2026-11-01", "3", "a", ":", "\u00a0", "😀").ListOf().Select(p => string.Concat(p)),
        ArbMap.Default.GeneratorFor<string>().Where(s => s is not null));

    [Fact]
    public void Whatever_comes_is_read_without_a_fault() => Prop.ForAll(Texts.ToArbitrary(), text =>
    {
        var query = Read(text);
        Assert.All(query.Errors, e => Assert.True(e.Start >= 0 && e.Length >= 0 && e.Start + e.Length <= query.Text.Length));
        Assert.All(query.Terms, t => Assert.Equal(t.ToString(), Read(query.Text.Substring(t.Start, t.Length)).Terms.Single().ToString()));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void What_was_understood_is_read_back_the_same() => Prop.ForAll(Texts.ToArbitrary(), text =>
    {
        var query = Read(text);
        var again = Read(query.ToString());
        Assert.Empty(again.Errors);
        Assert.Equal(query.ToString(), again.ToString());
        Assert.Equal(query.Terms.Select(t => (t.Key, t.Comparison, string.Join('|', t.Values), t.Negated, t.Duration, t.Number)), again.Terms.Select(t => (t.Key, t.Comparison, string.Join('|', t.Values), t.Negated, t.Duration, t.Number)));
        Assert.Equal(query.Words, again.Words);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void A_term_that_is_taken_out_leaves_the_others() => Prop.ForAll(Texts.ToArbitrary(), text =>
    {
        var query = Read(text);
        foreach (var term in query.Terms)
            Assert.Equal(query.Terms.Where(t => t != term).Select(t => t.ToString()), Read(query.Without(term)).Terms.Select(t => t.ToString()));
        Assert.Empty(Read(query.Rest).Terms);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
}
