using System.Text;

namespace Crucible.Experiments.Api.Tests;

/// <summary>What cannot be meant is refused in the protocol's own form, and never with a status that clients retry.</summary>
public sealed class BadInputTests(TrackingWorld world) : IClassFixture<TrackingWorld>
{
    private readonly Tracking _mira = new(world.Client(world.Cast.Member));

    [Theory]
    [InlineData("{")]
    [InlineData("[1]")]
    [InlineData("\"text\"")]
    [InlineData("{\"run_id\": 5, \"key\": \"m\", \"value\": 1, \"timestamp\": 1}")]
    [InlineData("{\"run_id\": \"../x\", \"key\": \"m\", \"value\": 1, \"timestamp\": 1}")]
    [InlineData("{\"run_id\": \"0123456789abcdef0123456789abcdef\", \"key\": \"m\", \"value\": \"one\", \"timestamp\": 1}")]
    [InlineData("{\"run_id\": \"0123456789abcdef0123456789abcdef\", \"key\": \"../m\", \"value\": 1, \"timestamp\": 1}")]
    [InlineData("{\"run_id\": \"0123456789abcdef0123456789abcdef\", \"key\": \"m\\u0000\", \"value\": 1, \"timestamp\": 1}")]
    public async Task Bodies(string body) => (await _mira.PostText("runs/log-metric", body)).Refused(400, "INVALID_PARAMETER_VALUE");

    [Fact]
    public async Task Broken_UTF8_costs_no_more_than_the_character()
    {
        var run = await _mira.NewRun();
        byte[] body = [.. Encoding.UTF8.GetBytes($"{{\"run_id\": \"{run}\", \"key\": \"k\", \"value\": \"a"), 0xC3, 0x28, .. "\"}"u8];
        (await _mira.PostBytes("runs/set-tag", body)).Ok();
    }

    [Fact]
    public async Task Wrong_kinds_of_body_and_unknown_paths()
    {
        Assert.Equal(400, (int)(await _mira.PostText("runs/create", "{}", "text/plain")).Status);
        (await _mira.Get("runs/nothing")).Refused(404, "ENDPOINT_NOT_FOUND");
        (await _mira.Get("/api/3.0/mlflow/server-info")).Refused(404, "ENDPOINT_NOT_FOUND");
        (await _mira.Send(HttpMethod.Post, "/api/2.0/mlflow-artifacts/mpu/create/x", new StringContent("{}"))).Refused(501, "NOT_IMPLEMENTED");
    }

    [Fact]
    public async Task Bodies_over_the_limit_are_413()
    {
        var large = await _mira.PostText("runs/set-tag", $"{{\"value\": \"{new string('a', 9_000_000)}\"}}");
        large.Refused(413, "INVALID_PARAMETER_VALUE");
    }

    [Theory]
    [InlineData("page_token", "nonsense")]
    [InlineData("page_token", "eyJvZmZzZXQiOiAtMX0=")]
    [InlineData("max_results", "0")]
    [InlineData("max_results", "1.5")]
    [InlineData("metric_key", "")]
    public async Task Histories(string parameter, string value)
    {
        var run = await _mira.NewRun();
        var query = new Dictionary<string, string> { ["run_id"] = run, ["metric_key"] = "m", [parameter] = value };
        (await _mira.Get("metrics/get-history?" + string.Join('&', query.Select(q => $"{q.Key}={Uri.EscapeDataString(q.Value)}")))).Refused(400, "INVALID_PARAMETER_VALUE");
    }

    [Fact]
    public async Task Filters_as_long_as_one_likes()
    {
        var experiment = await _mira.NewExperiment();
        foreach (var filter in new[] { "metrics.a >", "a OR b", new string('(', 100_000), string.Join(" AND ", Enumerable.Repeat("metrics.a > 1", 10_000)), "params.a = 'x\0'" })
            Assert.Equal(400, (int)(await _mira.Post("runs/search", new { experiment_ids = new[] { experiment }, filter })).Status);
    }
}
