using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using System.Text;

namespace Crucible.Experiments.Api.Tests;

/// <summary>A real host with its own database, to be killed.</summary>
public sealed class HostToKill : IAsyncLifetime
{
    public OwnHost Host { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Host = await OwnHost.Start();

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}

/// <summary>What was acknowledged is kept, whatever is killed; and what is sent again is not kept twice.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class DurabilityTests(HostToKill fixture) : IClassFixture<HostToKill>
{
    private OwnHost Host => fixture.Host;

    private Tracker Client()
    {
#pragma warning disable RS0030 // a test is a client from outside: no factory, no shared handler
        var client = new HttpClient { BaseAddress = new Uri(Host.Url), Timeout = TimeSpan.FromSeconds(30) };
#pragma warning restore RS0030
        client.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"admin:{OwnHost.Password}")));
        return new(client);
    }

    /// <summary>One call, and the points it brings.</summary>
    private sealed record Sent(string Call, string Body, string Key, Point[] Points, string? Param);

    private static Sent Next(int writer, int i, string run)
    {
        static string N(double value) => value.ToString(CultureInfo.InvariantCulture);
        var key = $"m{writer}";
        if (writer < 3)
            return new("runs/log-metric", $$"""{"run_id": "{{run}}", "key": "{{key}}", "value": {{N(i / 8.0)}}, "timestamp": {{i}}, "step": {{i}}}""", key, [new(i, i, i / 8.0)], null);
        var points = Enumerable.Range(i * 20, 20).Select(n => new Point(n, n, n / 8.0)).ToArray();
        var metrics = string.Join(", ", points.Select(p => $$"""{"key": "{{key}}", "value": {{N(p.Value)}}, "timestamp": {{p.At}}, "step": {{p.Step}}}"""));
        return writer == 3
            ? new("runs/log-batch", $$"""{"run_id": "{{run}}", "metrics": [{{metrics}}]}""", key, points, null)
            : new("runs/log-batch", $$"""{"run_id": "{{run}}", "metrics": [{{metrics}}], "params": [{"key": "p{{i}}", "value": "{{i}}"}], "tags": [{"key": "t{{i}}", "value": "{{i}}"}]}""", key, points, $"{i}");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_acknowledged_point_is_there_once_after_the_host_was_killed_and_its_database_too(bool databaseToo)
    {
        var run = await Client().NewRun();
        var kept = new ConcurrentQueue<Sent>();
        var unsure = new ConcurrentQueue<Sent>();
        var writers = Enumerable.Range(0, 5).Select(writer => Task.Run(async () =>
        {
            var tracker = Client();
            for (var i = 0; ; i++)
            {
                var sent = Next(writer, i, run);
                try
                {
                    var answer = await tracker.Post(sent.Call, sent.Body);
                    if (answer.Status != 200)
                        throw new HttpRequestException(answer.Text);
                    kept.Enqueue(sent);
                }
                catch (HttpRequestException)
                {
                    unsure.Enqueue(sent);
                    return;
                }
            }
        })).ToArray();
        await Until.True(() => Task.FromResult(kept.Count >= 300 && kept.Select(k => k.Key).Distinct().Count() == 5), "three hundred calls are acknowledged");
        using (var database = databaseToo ? Process.GetProcessById(Host.DatabasePid) : null)
        {
            database?.Kill();
            await Host.Kill();
        }
        await Task.WhenAll(writers);

        await Host.Launch();
        var again = Client();
        async Task<Dictionary<string, List<Point>>> Histories()
        {
            var all = new Dictionary<string, List<Point>>();
            for (var writer = 0; writer < 5; writer++)
                all[$"m{writer}"] = await again.History(run, $"m{writer}");
            return all;
        }
        var histories = await Histories();
        var parameters = (await again.Run(run)).Pairs("data.params");
        foreach (var (key, history) in histories)
        {
            Assert.Equal(history.Count, history.Distinct().Count());
            Assert.Subset(history.ToHashSet(), kept.Where(k => k.Key == key).SelectMany(k => k.Points).ToHashSet());
            Assert.Subset(kept.Concat(unsure).Where(k => k.Key == key).SelectMany(k => k.Points).ToHashSet(), history.ToHashSet());
        }
        Assert.All(kept.Where(k => k.Param is not null), k => Assert.Equal(k.Param, parameters[$"p{k.Param}"]));
        // A batch without an answer is there whole or not at all.
        Assert.All(unsure, u => Assert.Contains(u.Points.Count(histories[u.Key].Contains), (int[])[0, u.Points.Length]));
        Assert.All(unsure.Where(u => u.Param is not null), u => Assert.Equal(parameters.ContainsKey($"p{u.Param}"), histories[u.Key].Contains(u.Points[0])));

        foreach (var sent in kept.Concat(unsure))
            (await again.Post(sent.Call, sent.Body)).Is("{}");
        foreach (var (key, history) in await Histories())
            Assert.Equal(kept.Concat(unsure).Where(k => k.Key == key).SelectMany(k => k.Points).Order(Comparer<Point>.Create((a, b) => a.Step.CompareTo(b.Step))), history);
    }
}
