using Crucible.Host.Jobs;

namespace Crucible.Host.Tests.Jobs;

public sealed class CronTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("* * * * * ?", "every second")]
    [InlineData("0 * * * * ?", "every minute")]
    [InlineData("0 */5 * * * ?", "every 5 minutes")]
    [InlineData("30 0/15 * * * ?", "every 15 minutes, 30 s past")]
    [InlineData("0 20 * * * ?", "every hour at 20:00 past")]
    [InlineData("0 0 */6 * * ?", "every 6 hours")]
    [InlineData("0 30 3 * * ?", "every day at 03:30")]
    [InlineData("0 0 18,6 * * ?", "every day at 06:00 and 18:00")]
    [InlineData("0 0 9 ? * mon-fri", "Monday to Friday at 09:00")]
    [InlineData("0 0 9 ? * 2,5", "on Monday and Thursday at 09:00")]
    [InlineData("0 0 9 ? * 6#1", "on the first Friday of the month at 09:00")]
    [InlineData("0 0 0 L * ?", "on the last day of the month at 00:00")]
    [InlineData("0 0 0 1 JAN,JUL ?", "on day 1 of the month at 00:00 in January and July")]
    [InlineData("0 0 8-17 ? * MON-FRI", "every hour from 08:00 to 17:00, Monday to Friday")]
    [InlineData("0 0 0 24 12 ? 2027", "on day 24 of the month at 00:00 in December in 2027")]
    [InlineData("7,9 1-3 * * * ?", "by 7,9 1-3 * * * ?")]
    public void A_schedule_is_said_in_words(string cron, string words) => Assert.Equal(words, Cron.Read(cron, Now).Cron!.InWords());

    [Theory]
    [InlineData("0 0 1--100000000 * *")]
    [InlineData("0 0 1--1000 * * ?")]
    [InlineData("0 0 0 30 2 ?")]
    [InlineData("0 0 0 1 1 ? 1970")]
    [InlineData("0 0 0 1 1 ? 1970-999999999")]
    [InlineData("0 0/0 * * * ?")]
    [InlineData("0 3 * * *")]
    [InlineData("0 0 3 * * ?; drop table")]
    [InlineData("\0")]
    [InlineData("@daily")]
    public void What_never_fires_or_is_absurd_is_refused_in_a_sentence(string cron)
    {
        var (read, error) = Cron.Read(cron, Now);
        Assert.Null(read);
        Assert.InRange(error!.Length, 10, 200);
    }

    /// <summary>Whatever is typed, an answer costs little memory and never an exception.</summary>
    [Fact]
    public void Any_text_is_read_within_bounds()
    {
        const string Letters = "0123456789*/,-?#LW ABCDEFMONTUJ\0é%";
        string[] parts = ["*", "?", "0", "59", "1-5", "*/7", "0/0", "1--9", "L", "LW", "6#5", "31", "FEB", "MON-FRI", "99999", "1970", "2099", "2026-2099", "1,2,3,4,5,6,7,8,9", "15W", "L-3", "6L"];
        var random = new Random(20261120);
        for (var i = 0; i < 4000; i++)
        {
            var text = i % 2 == 0
                ? string.Join(' ', Enumerable.Range(0, random.Next(1, 9)).Select(_ => parts[random.Next(parts.Length)]))
                : string.Concat(Enumerable.Range(0, random.Next(0, 140)).Select(_ => Letters[random.Next(Letters.Length)]));
            var before = GC.GetAllocatedBytesForCurrentThread();
            var (cron, error) = Cron.Read(text, Now);
            var times = cron?.Next(Now, 10);
            var words = cron?.InWords();
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2_000_000);
            Assert.True(cron is null != error is null, text);
            Assert.True(times is null || (times.Count > 0 && times.SequenceEqual(times.Order()) && words!.Length < 400), text);
        }
    }
}
