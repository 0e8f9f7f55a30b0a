using System.Diagnostics;

namespace Crucible.Experiments.Api.Tests;

/// <summary>Waits for a condition, never for a time.</summary>
internal static class Until
{
    public static async Task True(Func<Task<bool>> condition, string what, int seconds = 30)
    {
        var began = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(began).TotalSeconds < seconds, $"Not within {seconds} s: {what}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
