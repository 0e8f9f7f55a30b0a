using System.Buffers;
using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Crucible.Experiments.Domain.Protocol;

public sealed class LogBatchTests
{
    private static LogBatch Read(string json)
    {
        Assert.True(LogBatch.TryRead(Encoding.UTF8.GetBytes(json), out var batch, out var error), error?.Message);
        return batch;
    }

    private static string Refused(string json)
    {
        Assert.False(LogBatch.TryRead(Encoding.UTF8.GetBytes(json), out var batch, out var error), json);
        Assert.Null(batch);
        Assert.Equal(400, error.Status);
        return error.Message;
    }

    private static string Metrics(int count) => string.Join(",", Enumerable.Range(0, count).Select(n => $$"""{"key":"m{{n % 3}}","value":{{n}},"timestamp":{{n}},"step":{{n}}}"""));

    private static string Entries(int count) => string.Join(",", Enumerable.Range(0, count).Select(n => $$"""{"key":"k{{n}}","value":"v"}"""));

    [Fact]
    public void A_batch_is_read_whole()
    {
        var batch = Read("""
            {"run_id":"r1","unknown":[{"x":{}}],
             "metrics":[{"key":"loss","value":0.5,"timestamp":1700000000000,"step":3,"extra":[1]},{"value":"1e3","key":"loss","timestamp":"5"}],
             "params":[{"key":"lr","value":"0.1"},{"key":"empty"}],
             "tags":[{"key":"team","value":"a"}]}
            """);
        Assert.Equal("r1", batch.RunId);
        Assert.Equal([new("loss", 0.5, 1700000000000, 3), new("loss", 1000, 5, 0)], batch.Metrics);
        Assert.Same(batch.Metrics[0].Key, batch.Metrics[1].Key);
        Assert.Equal([new("lr", "0.1"), new("empty", "")], batch.Params);
        Assert.Equal([new("team", "a")], batch.Tags);
        Assert.Empty(batch.Models);
    }

    [Fact]
    public void Not_finite_values_are_kept_as_mlflow_keeps_them() =>
        Assert.Equal(
            [double.NaN, double.MaxValue, double.MinValue, double.NaN, double.MaxValue],
            Read("""{"run_id":"r","metrics":[{"key":"a","value":NaN,"timestamp":1},{"key":"a","value":Infinity,"timestamp":1},{"key":"a","value":-Infinity,"timestamp":1},{"key":"a","value":"NaN","timestamp":1},{"key":"a","value":"Infinity","timestamp":1}]}""")
                .Metrics.Select(m => m.Value));

    [Fact]
    public void A_models_metric_says_which_model_and_dataset()
    {
        var batch = Read("""{"run_id":"r","metrics":[{"key":"a","value":1,"timestamp":1},{"key":"a","value":1,"timestamp":1,"model_id":"m-1","dataset_name":"d","dataset_digest":"x"}]}""");
        Assert.Equal([new MeasuredOn(1, "m-1", "d", "x")], batch.Models);
    }

    [Fact]
    public void Old_forms_are_understood()
    {
        Assert.Equal("r", Read("""{"run_uuid":"r"}""").RunId);
        Assert.Equal("r", Read("\"{\\\"run_id\\\":\\\"r\\\",\\\"metrics\\\":null}\"").RunId);
        Assert.Equal("esc\"aped", Read("""{"run_id":"r","tags":[{"key":"k","value":"esc\"aped"}]}""").Tags[0].Value);
    }

    [Theory]
    [InlineData("", "Missing value for required parameter 'run_id'")]
    [InlineData("{}", "Missing value for required parameter 'run_id'")]
    [InlineData("{\"run_id\":7}", "'run_id'")]
    [InlineData("[]", "JSON object")]
    [InlineData("{\"run_id\":\"r\"", "not JSON")]
    [InlineData("{\"run_id\":\"r\",\"metrics\":{}}", "'metrics'")]
    [InlineData("{\"run_id\":\"r\",\"metrics\":[5]}", "'metrics[0]'")]
    [InlineData("{\"run_id\":\"r\",\"metrics\":[{}]}", "Missing value for required parameter 'metrics[0].key'")]
    [InlineData("{\"run_id\":\"r\",\"metrics\":[{\"key\":\"a\",\"timestamp\":1}]}", "Missing value for required parameter 'metrics[0].value'")]
    [InlineData("{\"run_id\":\"r\",\"metrics\":[{\"key\":\"a\",\"value\":null,\"timestamp\":1}]}", "Missing value for required parameter 'metrics[0].value'")]
    [InlineData("{\"run_id\":\"r\",\"metrics\":[{\"key\":\"a\",\"value\":1}]}", "Missing value for required parameter 'metrics[0].timestamp'")]
    [InlineData("{\"run_id\":\"r\",\"metrics\":[{\"key\":\"a\",\"value\":\"high\",\"timestamp\":1}]}", "'metrics[0].value'")]
    [InlineData("{\"run_id\":\"r\",\"metrics\":[{\"key\":\"a\",\"value\":true,\"timestamp\":1}]}", "Invalid value true for parameter 'metrics[0].value'")]
    [InlineData("{\"run_id\":\"r\",\"metrics\":[{\"key\":\"a\",\"value\":1,\"timestamp\":-1}]}", "'metrics[0].timestamp'")]
    [InlineData("{\"run_id\":\"r\",\"metrics\":[{\"key\":\"a\",\"value\":1,\"timestamp\":1,\"step\":1.5}]}", "'metrics[0].step'")]
    [InlineData("{\"run_id\":\"r\",\"metrics\":[{\"key\":\"../a\",\"value\":1,\"timestamp\":1}]}", "'metrics[0].key'")]
    [InlineData("{\"run_id\":\"r\",\"params\":[{\"value\":\"x\"}]}", "'params[0].key'")]
    [InlineData("{\"run_id\":\"r\",\"params\":[{\"key\":\"a\",\"value\":5}]}", "'params[0].value'")]
    [InlineData("{\"run_id\":\"r\",\"tags\":[{\"key\":\"a\",\"value\":\"n\\u0000\"}]}", "U+0000")]
    [InlineData("{\"run_id\":\"r\",\"params\":[{\"key\":\"a\",\"value\":\"1\"},{\"key\":\"a\",\"value\":\"1\"}]}", "Duplicate parameter keys have been submitted: ['a']")]
    public void What_is_wrong_is_said_with_its_place(string json, string expected) =>
        Assert.Contains(expected, Refused(json), StringComparison.Ordinal);

    [Fact]
    public void A_batch_has_bounds()
    {
        Assert.Equal(1000, Read($$"""{"run_id":"r","metrics":[{{Metrics(1000)}}]}""").Metrics.Count);
        Assert.Contains("at most 1000 metrics. Got 1001 metrics", Refused($$"""{"run_id":"r","metrics":[{{Metrics(1001)}}]}"""), StringComparison.Ordinal);
        Assert.Contains("at most 100 params. Got 101 params", Refused($$"""{"run_id":"r","params":[{{Entries(101)}}]}"""), StringComparison.Ordinal);
        Assert.Contains("at most 100 tags. Got 101 tags", Refused($$"""{"run_id":"r","tags":[{{Entries(101)}}]}"""), StringComparison.Ordinal);
        Assert.Contains(
            "at most 1000 metrics, params, and tags. Got 1001",
            Refused($$"""{"run_id":"r","metrics":[{{Metrics(900)}}],"params":[{{Entries(100)}}],"tags":[{"key":"t","value":"v"}]}"""), StringComparison.Ordinal);
    }

    [Fact]
    public void Long_values_are_cut_and_the_last_of_equal_tags_counts()
    {
        var batch = Read($$"""{"run_id":"r","params":[{"key":"p","value":"{{new string('x', 6001)}}"}],"tags":[{"key":"t","value":"1"},{"key":"u","value":"{{new string('y', 8001)}}"},{"key":"t","value":"2"}]}""");
        Assert.Equal(6000, batch.Params[0].Value.Length);
        Assert.Equal(8000, batch.Tags[0].Value.Length);
        Assert.Equal(["u", "t"], batch.Tags.Select(t => t.Key));
        Assert.Equal("2", batch.Tags[1].Value);
    }

    [Fact]
    public void A_body_in_pieces_reads_the_same()
    {
        var bytes = Encoding.UTF8.GetBytes($$"""{"run_id":"r","metrics":[{{Metrics(50)}}]}""");
        var first = new Piece(bytes.AsMemory(0, 100));
        var last = first.Then(bytes.AsMemory(100, 7)).Then(bytes.AsMemory(107));
        Assert.True(LogBatch.TryRead(new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length), out var batch, out var error), error?.Message);
        Assert.Equal(50, batch.Metrics.Count);
        Assert.Equal(new MetricPoint("m1", 49, 49, 49), batch.Metrics[49]);
    }

    [Fact]
    public void Any_metrics_come_back_as_they_were_sent() =>
        Prop.ForAll<(double Value, int Time, long Step)[]>(sent =>
        {
            var points = sent.Take(1000).Select(p => (p.Value, Time: Math.Abs((long)p.Time), p.Step)).ToArray();
            var list = points.Select(p => string.Create(
                CultureInfo.InvariantCulture,
                $$"""{"key":"k","value":{{(double.IsFinite(p.Value) ? p.Value.ToString("R", CultureInfo.InvariantCulture) : $"\"{p.Value}\"")}},"timestamp":{{p.Time}},"step":{{p.Step}}}"""));
            return LogBatch.TryRead(Encoding.UTF8.GetBytes($$"""{"run_id":"r","metrics":[{{string.Join(",", list)}}]}"""), out var batch, out _)
                && batch.Metrics.Select(m => (BitConverter.DoubleToInt64Bits(m.Value), m.Timestamp, m.Step)).SequenceEqual(
                    points.Select(p => (BitConverter.DoubleToInt64Bits(double.IsInfinity(p.Value) ? (p.Value > 0 ? 1.7976931348623157e308 : -1.7976931348623157e308) : p.Value), p.Time, p.Step)));
        }).QuickCheckThrowOnFailure();

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, long index = 0)
        {
            Memory = memory;
            RunningIndex = index;
        }

        public Piece Then(ReadOnlyMemory<byte> memory)
        {
            var next = new Piece(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
