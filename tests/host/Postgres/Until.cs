using System.Diagnostics;

namespace Crucible.Host.Tests.Postgres;

/// <summary>Waits for a condition, never for a time.</summary>
internal static class Until
{
    public static async Task True(Func<bool> condition, int seconds = 20)
    {
        var began = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(began).TotalSeconds < seconds, $"Not true within {seconds} s.");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }
}
