using System.Text;

namespace Crucible.Experiments.Api.Tests;

/// <summary>A world that lets each credential call twenty times a second.</summary>
public sealed class SlowWorld : World
{
    protected override IEnumerable<string> Settings => ["Crucible:TrackingPerSecond=20"];
}

public sealed class RateTests(SlowWorld world) : IClassFixture<SlowWorld>
{
    [Fact]
    public async Task Who_calls_too_often_is_told_when_to_come_back_and_nobody_else_is()
    {
        var mira = new Tracker(world.Client(world.Cast.Member));
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => mira.Get("experiments/get?experiment_id=0")));
        Assert.Contains(answers, a => a.Status == 200);
        var refused = answers.Where(a => a.Status != 200).ToArray();
        Assert.NotEmpty(refused);
        Assert.All(refused, a => a.Refused(429, "REQUEST_LIMIT_EXCEEDED"));
        (await new Tracker(world.Client(world.Cast.Viewer)).Get("experiments/get?experiment_id=0")).Ok();
        using var response = await world.Client(world.Cast.Member).GetAsync("/api/2.0/mlflow/experiments/get?experiment_id=0");
        Assert.True((int)response.StatusCode == 200 || response.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        await Until.True(async () => (await mira.Get("experiments/get?experiment_id=0")).Status == 200, "she may call again");
    }

    [Fact]
    public async Task Who_guesses_passwords_is_told_to_wait()
    {
        async Task<Answer> Guess(int i)
        {
            var client = world.Client(null);
            client.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"stan:guess {i}")));
            return await new Tracker(client).Get("experiments/get?experiment_id=0");
        }
        for (var i = 0; i < 5; i++)
            (await Guess(i)).Refused(401, "UNAUTHENTICATED");
        (await Guess(5)).Refused(429, "REQUEST_LIMIT_EXCEEDED", "Try again in");
        (await new Tracker(world.Client(world.Cast.Stranger)).Get("experiments/get?experiment_id=0")).Ok();
    }
}
