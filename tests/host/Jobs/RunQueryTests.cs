using Crucible.Host.Jobs;

namespace Crucible.Host.Tests.Jobs;

public sealed class RunQueryTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Every_qualifier_is_read()
    {
        var (query, filter) = RunQuery.Read("""state:failed,queued job:backup plugin:experiments -node:a by:mira took:>5s wait:<200ms attempts:2 after:2h before:2026-11-20 arg.Id:42 ARG.name:"two words" error:"disk full" loose""", Now);
        Assert.Empty(query.Errors);
        Assert.Equal(["queued", "dead", "failed"], filter.States);
        Assert.Equal("backup", filter.Jobs.Single());
        Assert.Equal(["plugin:experiments", "-node:a", "by:mira", "took:>5s", "wait:<200ms", "attempts:2", "after:2h", "before:2026-11-20", "arg.Id:42", "arg.name:\"two words\"", "error:\"disk full\""], filter.Terms.Select(t => t.ToString()));
        Assert.Equal((Now.AddHours(-2), new DateTimeOffset(2026, 11, 20, 0, 0, 0, TimeSpan.Zero)), (filter.Terms[6].Time, filter.Terms[7].Time));
        Assert.Equal("loose", filter.Words.Single().Text);
    }

    [Theory]
    [InlineData("-state:succeeded", "queued,running,retrying,dead,failed,cancelled")]
    [InlineData("state:failed -state:dead", "failed")]
    [InlineData("state:queued state:running", "none")]
    [InlineData("-state:nope", "")]
    public void States_are_taken_together(string text, string states) => Assert.Equal(states, string.Join(',', RunQuery.Read(text, Now).Filter.States));

    [Theory]
    [InlineData("stat:failed", "Did you mean “state:”", 0)]
    [InlineData("job:x state:fled", "“fled” is no state", 12)]
    [InlineData("took:long", "length of time", 5)]
    [InlineData("took:>", "needs a value", 0)]
    [InlineData("after:soon", "no date", 6)]
    [InlineData("node:", "needs a value", 0)]
    [InlineData("arg.:x", "There is no “arg.:”", 0)]
    [InlineData("after:999999999d", "no date", 6)]
    public void What_is_wrong_is_said_with_its_place(string text, string why, int at)
    {
        var (query, filter) = RunQuery.Read(text, Now);
        Assert.Contains(why, query.Errors[0].Message);
        Assert.Equal(at, query.Errors[0].Start);
        Assert.True(filter.IsEverything);
    }

    [Fact]
    public void Any_text_is_read_without_a_fault()
    {
        string[] parts = ["state:", "job:", "took:", ">", "<", "5s", "\"", ":", " ", "arg.", "a", "1e9", "dead", ",", "after:", "2026-11-20", "-", "é", "\0", "\u2028", "999999999d"];
        var random = new Random(7);
        for (var i = 0; i < 5000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(0, 30)).Select(_ => parts[random.Next(parts.Length)]));
            var (query, filter) = RunQuery.Read(text, Now);
            Assert.True(query.Errors.Count == 0 || (query.Errors.All(e => e.Start <= text.Length && e.Message.Length > 0) && filter.IsEverything));
        }
    }

    [Fact]
    public void A_quantile_lies_within_a_fifth_of_the_truth()
    {
        var random = new Random(3);
        var truth = Enumerable.Range(0, 5000).Select(_ => Math.Exp(random.NextDouble() * 12)).Order().ToList();
        var counts = new long[Spread.Slots];
        foreach (var ms in truth)
            counts[Spread.SlotOf(ms)]++;
        foreach (var share in new[] { .1, .5, .95, .99 })
            Assert.InRange(Spread.Quantile(counts, share)!.Value / truth[(int)(share * 5000)], .8, 1.2);
        Assert.Null(Spread.Quantile(new long[Spread.Slots], .5));
    }
}
