using Crucible.Host.Jobs;

namespace Crucible.Host.Tests.Jobs;

public sealed class RunQueryTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Every_qualifier_is_read()
    {
        var (filter, error) = RunQuery.Read("""state:failed,queued job:backup plugin:experiments node:a by:mira took:>5s wait:<200ms attempts:2 after:2h before:2026-11-20 arg.id:42 arg.name:"two words" error:"disk full" loose""", Now);
        Assert.Null(error);
        Assert.Equal(["failed", "dead", "queued"], filter.States);
        Assert.Equal("backup", filter.Jobs.Single());
        Assert.Equal(("experiments", "a", "mira"), (filter.Plugin, filter.Node, filter.By));
        Assert.Equal((new Between(5000, null), new Between(null, 200), new Between(2, 2)), (filter.Took, filter.Wait, filter.Attempts));
        Assert.Equal((Now.AddHours(-2), new DateTimeOffset(2026, 11, 20, 0, 0, 0, TimeSpan.Zero)), (filter.After, filter.Before));
        Assert.Equal([("id", "42"), ("name", "two words")], filter.Arguments);
        Assert.Equal(("disk full", "loose"), (filter.Error, filter.Words.Single()));
    }

    [Theory]
    [InlineData("stat:failed", "There is no qualifier 'stat'", 0)]
    [InlineData("job:x state:fled", "There is no state 'fled'", 6)]
    [InlineData("took:long", "length of time", 0)]
    [InlineData("took:>", "length of time", 0)]
    [InlineData("after:yesterday", "how long ago", 0)]
    [InlineData("node:", "Say what comes after node:", 0)]
    [InlineData("after:999999999d", "how long ago", 0)]
    public void What_is_wrong_is_said_with_its_place(string text, string why, int at)
    {
        var (filter, error) = RunQuery.Read(text, Now);
        Assert.Contains(why, error!.Message);
        Assert.Equal(at, error.Position);
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
            var (filter, error) = RunQuery.Read(text, Now);
            Assert.True(error is null || (error.Position <= text.Length && error.Message.Length > 0 && filter.IsEverything));
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
