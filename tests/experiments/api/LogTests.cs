using System.Text;
using System.Text.Json;

namespace Crucible.Experiments.Api.Tests;

/// <summary>What is logged, and in how many ways clients write it.</summary>
public sealed class LogTests(World world) : IClassFixture<World>
{
    private readonly Tracker _mira = new(world.Client(world.Cast.Member));

    [Theory]
    [InlineData("""{"run_id": "RUN", "key": "m", "value": 0.5, "timestamp": 1700000000001, "step": 3}""", 3, 1700000000001, 0.5)]
    [InlineData("""{"run_id": "RUN", "key": "m", "value": "0.5", "timestamp": "1700000000001", "step": "3"}""", 3, 1700000000001, 0.5)]
    [InlineData("""{"run_uuid": "RUN", "key": "m", "value": 1, "timestamp": 0}""", 0, 0, 1)]
    [InlineData("""{"run_id": "RUN", "run_uuid": "RUN", "key": "m", "value": 1e-300, "timestamp": 1.7e12, "step": -5}""", -5, 1700000000000, 1e-300)]
    [InlineData("""{"run_id": "RUN", "key": "m", "value": "NaN", "timestamp": 1}""", 0, 1, double.NaN)]
    [InlineData("""{"run_id": "RUN", "key": "m", "value": NaN, "timestamp": 7, "step": 9}""", 9, 7, double.NaN)]
    [InlineData("""{"run_id": "RUN", "key": "m", "value": "Infinity", "timestamp": 1}""", 0, 1, double.MaxValue)]
    [InlineData("""{"run_id": "RUN", "key": "m", "value": -Infinity, "timestamp": 1}""", 0, 1, double.MinValue)]
    [InlineData("""{"run_id": "RUN", "key": "m", "value": 1, "timestamp": 1, "step": 9223372036854775807}""", long.MaxValue, 1, 1)]
    [InlineData("""{"run_id": "RUN", "key": "m", "value": 1, "timestamp": 1, "step": "-9223372036854775808"}""", long.MinValue, 1, 1)]
    [InlineData("""{"run_id": "RUN", "key": "m", "value": 0.1234567890123456789, "timestamp": 1, "step": null}""", 0, 1, 0.1234567890123456789)]
    [InlineData("""{"run_id": "RUN", "key": "m", "value": 1, "timestamp": 1, "surprise": {"a": [1, {"b": null}]}, "Step": 8}""", 0, 1, 1)]
    [InlineData("""{"run_id": "RUN", "key": "x", "key": "m", "value": 2, "value": 1, "timestamp": 1}""", 0, 1, 1)]
    [InlineData(""" "{\"run_id\": \"RUN\", \"key\": \"m\", \"value\": 1, \"timestamp\": 5}" """, 0, 5, 1)]
    [InlineData("\uFEFF{\"run_id\": \"RUN\", \"key\": \"m\", \"value\": 1, \"timestamp\": 5}", 0, 5, 1)]
    public async Task A_metric_is_read_by_the_rules_of_proto_json_alone_and_in_a_batch(string body, long step, long at, double value)
    {
        var run = await _mira.NewRun();
        (await _mira.Post("runs/log-metric", body.Replace("RUN", run, StringComparison.Ordinal))).Is("{}");
        Assert.Equal([new(step, at, value)], await _mira.History(run, "m"));

        if (body.TrimStart()[0] != '{')
            return;
        var batched = await _mira.NewRun();
        var metric = body.Replace("\"run_id\": \"RUN\", ", "", StringComparison.Ordinal).Replace("\"run_uuid\": \"RUN\", ", "", StringComparison.Ordinal);
        (await _mira.Post("runs/log-batch", $$"""{"run_id": "{{batched}}", "metrics": [{{metric}}]}""")).Is("{}");
        Assert.Equal([new(step, at, value)], await _mira.History(batched, "m"));
        var latest = (await _mira.Run(batched)).At("data.metrics[0]");
        Assert.Equal((step, at, value), (latest.At("step").GetInt64(), latest.At("timestamp").GetInt64(), latest.Number("value")));
    }

    [Theory]
    [InlineData("""{"key": "m", "value": "abc", "timestamp": 1}""", "value")]
    [InlineData("""{"key": "m", "value": null, "timestamp": 1}""", "value")]
    [InlineData("""{"key": "m", "value": true, "timestamp": 1}""", "value")]
    [InlineData("""{"key": "m", "value": {}, "timestamp": 1}""", "value")]
    [InlineData("""{"key": "m", "value": [], "timestamp": 1}""", "value")]
    [InlineData("""{"key": "m", "value": "", "timestamp": 1}""", "value")]
    [InlineData("""{"key": "m", "timestamp": 1}""", "value")]
    [InlineData("""{"key": "m", "value": 1}""", "timestamp")]
    [InlineData("""{"key": "m", "value": 1, "timestamp": "soon"}""", "timestamp")]
    [InlineData("""{"key": "m", "value": 1, "timestamp": -1}""", "timestamp")]
    [InlineData("""{"key": "m", "value": 1, "timestamp": 1.5}""", "timestamp")]
    [InlineData("""{"key": "m", "value": 1, "timestamp": 9223372036854775808}""", "timestamp")]
    [InlineData("""{"key": "m", "value": 1, "timestamp": 1, "step": 1.5}""", "step")]
    [InlineData("""{"key": "m", "value": 1, "timestamp": 1, "step": "NaN"}""", "step")]
    [InlineData("""{"key": "m", "value": 1, "timestamp": 1, "step": NaN}""", "step")]
    [InlineData("""{"key": "m", "value": 1, "timestamp": 1, "step": 1e30}""", "step")]
    [InlineData("""{"key": "m", "value": 1, "timestamp": 1, "step": []}""", "step")]
    [InlineData("""{"key": "", "value": 1, "timestamp": 1}""", "key")]
    [InlineData("""{"key": 5, "value": 1, "timestamp": 1}""", "key")]
    [InlineData("""{"value": 1, "timestamp": 1}""", "key")]
    public async Task What_is_wrong_with_a_metric_is_said_and_nothing_kept(string metric, string names)
    {
        var run = await _mira.NewRun();
        var before = await _mira.Contents(run);
        (await _mira.Post("runs/log-metric", metric.Insert(1, $"\"run_id\": \"{run}\", "))).Invalid($"'{names}'");
        (await _mira.Post("runs/log-batch", $$"""
            {"run_id": "{{run}}", "params": [{"key": "p", "value": "1"}], "tags": [{"key": "t", "value": "1"}],
             "metrics": [{"key": "good", "value": 1, "timestamp": 1}, {{metric}}, {"key": "good", "value": 2, "timestamp": 2}]}
            """)).Invalid($"metrics[1].{names}");
        Assert.Equal(before, await _mira.Contents(run));
    }

    [Fact]
    public async Task The_latest_value_is_that_of_the_greatest_step_then_time_then_value()
    {
        var run = await _mira.NewRun();
        async Task LatestAfter(Point expected, params Point[] points)
        {
            await _mira.Log(run, "m", points);
            var metric = (await _mira.Run(run)).At("data.metrics[0]");
            Assert.Equal(expected, new Point(metric.At("step").GetInt64(), metric.At("timestamp").GetInt64(), metric.Number("value")));
        }
        await LatestAfter(new(5, 10, 1), new Point(5, 10, 1));
        await LatestAfter(new(5, 10, 1), new Point(4, 99, 9));
        await LatestAfter(new(5, 10, 2), new Point(5, 10, 2));
        await LatestAfter(new(5, 10, 2), new Point(5, 10, -7));
        await LatestAfter(new(5, 11, 0), new Point(5, 11, 0));
        await LatestAfter(new(5, 11, 0), new Point(5, 11, double.NaN));
        await LatestAfter(new(6, 1, double.NaN), new Point(6, 1, double.NaN));
        await LatestAfter(new(7, 3, 4), new(7, 3, 4), new(7, 2, 9), new(6, 100, 1));
        Assert.Equal(10, (await _mira.History(run, "m")).Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0.1")]
    [InlineData("  spaced  ")]
    [InlineData("ünï 漢字 🦊\n\ttab \"quotes\" \\ back")]
    [InlineData("{\"json\": [1, 2]}")]
    public async Task Parameters_and_tags_come_back_as_they_were_sent(string value)
    {
        var run = await _mira.NewRun();
        (await _mira.Post("runs/log-parameter", new { run_id = run, key = "p", value })).Is("{}");
        (await _mira.Post("runs/set-tag", new { run_id = run, key = "t", value })).Is("{}");
        (await _mira.Post("runs/log-batch", new { run_id = run, @params = new[] { new { key = "bp", value } }, tags = new[] { new { key = "bt", value } } })).Is("{}");
        var data = (await _mira.Run(run)).At("data");
        Assert.Equal(new SortedDictionary<string, string> { ["bp"] = value, ["p"] = value }, data.Pairs("params"));
        Assert.Equal(new SortedDictionary<string, string> { ["bt"] = value, ["mlflow.runName"] = "run", ["t"] = value }, data.Pairs("tags"));
    }

    [Fact]
    public async Task An_absent_value_is_the_empty_one()
    {
        var run = await _mira.NewRun();
        (await _mira.Post("runs/log-parameter", new { run_id = run, key = "p" })).Is("{}");
        (await _mira.Post("runs/set-tag", new { run_id = run, key = "t" })).Is("{}");
        var data = (await _mira.Run(run)).At("data");
        Assert.Equal(("", ""), (data.Pairs("params")["p"], data.Pairs("tags")["t"]));
    }

    [Fact]
    public async Task Tags_are_replaced_and_removed()
    {
        var run = await _mira.NewRun();
        (await _mira.Post("runs/set-tag", new { run_id = run, key = "t", value = "1" })).Is("{}");
        (await _mira.Post("runs/set-tag", new { run_id = run, key = "t", value = "2" })).Is("{}");
        Assert.Equal("2", (await _mira.Run(run)).Pairs("data.tags")["t"]);
        (await _mira.Post("runs/delete-tag", new { run_id = run, key = "t" })).Is("{}");
        (await _mira.Post("runs/delete-tag", new { run_id = run, key = "t" })).Missing("No tag with name: t");
        Assert.DoesNotContain("t", (await _mira.Run(run)).Pairs("data.tags").Keys);
        // Of a tag twice in one batch the last one counts.
        (await _mira.Post("runs/log-batch", $$"""{"run_id": "{{run}}", "tags": [{"key": "t", "value": "3"}, {"key": "u", "value": "1"}, {"key": "t", "value": "4"}]}""")).Is("{}");
        Assert.Equal("4", (await _mira.Run(run)).Pairs("data.tags")["t"]);
    }

    [Fact]
    public async Task A_parameter_cannot_change_and_a_refused_batch_leaves_nothing()
    {
        var run = await _mira.NewRun();
        (await _mira.Post("runs/log-parameter", new { run_id = run, key = "lr", value = "0.1" })).Is("{}");
        (await _mira.Post("runs/log-parameter", new { run_id = run, key = "lr", value = "0.1" })).Is("{}");
        (await _mira.Post("runs/log-parameter", new { run_id = run, key = "lr", value = "0.2" })).Invalid("Changing param values is not allowed");
        var before = await _mira.Contents(run);
        (await _mira.Post("runs/log-batch", $$"""
            {"run_id": "{{run}}", "params": [{"key": "new", "value": "1"}, {"key": "lr", "value": "0.3"}], "tags": [{"key": "t", "value": "1"}],
             "metrics": [{"key": "m", "value": 1, "timestamp": 1}]}
            """)).Invalid("'lr'");
        (await _mira.Post("runs/log-batch", $$"""{"run_id": "{{run}}", "params": [{"key": "q", "value": "1"}, {"key": "q", "value": "1"}]}""")).Invalid("Duplicate parameter keys");
        Assert.Equal(before, await _mira.Contents(run));
    }

    [Fact]
    public async Task Batches_of_any_mixture_are_kept_whole()
    {
        var run = await _mira.NewRun();
        (await _mira.Post("runs/log-batch", new { run_id = run })).Is("{}");
        (await _mira.Post("runs/log-batch", $$"""{"run_id": "{{run}}", "metrics": [], "params": null, "tags": []}""")).Is("{}");
        (await _mira.Post("runs/log-batch", JsonSerializer.Serialize($$"""{"run_uuid": "{{run}}", "metrics": [{"key": "NaN", "value": NaN, "timestamp": 1}], "tags": [{"key": "NaN", "value": "NaN"}], "params": [{"key": "p", "value": "say \"NaN\""}]}"""))).Is("{}");
        var data = (await _mira.Run(run)).At("data");
        Assert.Equal("NaN", data.At("metrics[0].value").GetString());
        Assert.Equal("say \"NaN\"", data.Pairs("params")["p"]);
        Assert.Equal("NaN", data.Pairs("tags")["NaN"]);
    }

    [Fact]
    public async Task Bytes_that_are_no_utf8_become_replacement_characters_and_nothing_fails()
    {
        var run = await _mira.NewRun();
        byte[] Broken(string before, string after) => [.. Encoding.UTF8.GetBytes(before), 0xff, 0xc0, 0xaf, 0xed, 0xa0, 0x80, .. Encoding.UTF8.GetBytes(after)];
        (await _mira.Post("runs/set-tag", Broken($$"""{"run_id": "{{run}}", "key": "t", "value": "a""", "b\"}"))).Is("{}");
        (await _mira.Post("runs/log-batch", Broken($$"""{"run_id": "{{run}}", "tags": [{"key": "u", "value": "a""", "b\"}]}"))).Is("{}");
        (await _mira.Post("runs/set-tag", $$"""{"run_id": "{{run}}", "key": "v", "value": "a\ud800b\udc00"}""")).Is("{}");
        (await _mira.Post("runs/set-tag", Broken($$"""{"run_id": "{{run}}", "key": "k""", "\", \"value\": \"x\"}"))).Invalid("key");
        var tags = (await _mira.Run(run)).Pairs("data.tags");
        Assert.Matches("^a\uFFFD+b$", tags["t"]);
        Assert.Matches("^a\uFFFD+b$", tags["u"]);
        Assert.Equal("a\uFFFDb\uFFFD", tags["v"]);
    }

    [Fact]
    public async Task The_browsers_mirror_logs_too()
    {
        var run = await _mira.NewRun();
        const string Ajax = "/ajax-api/2.0/mlflow/";
        (await _mira.Post($"{Ajax}runs/log-metric", new { run_id = run, key = "m", value = 1, timestamp = 1 })).Is("{}");
        (await _mira.Post($"{Ajax}runs/log-batch", new { run_id = run, @params = new[] { new { key = "p", value = "1" } } })).Is("{}");
        (await _mira.Post($"{Ajax}runs/set-tag", new { run_id = run, key = "t", value = "1" })).Is("{}");
        Assert.Equal(1, (await _mira.Get($"{Ajax}metrics/get-history?run_id={run}&metric_key=m")).At("metrics[0].value").GetDouble());
        Assert.Equal("1", (await _mira.Get($"{Ajax}runs/get?run_id={run}")).Json.Pairs("run.data.params")["p"]);
    }
}
