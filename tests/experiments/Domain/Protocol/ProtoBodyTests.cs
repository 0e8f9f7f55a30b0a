using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Primitives;

namespace Crucible.Experiments.Domain.Protocol;

public sealed class ProtoBodyTests
{
    private static ProtoBody Read(string json)
    {
        Assert.True(ProtoBody.TryRead(Encoding.UTF8.GetBytes(json), out var body, out var error), error?.Message);
        return body;
    }

    private static ProtocolError Refused(string json)
    {
        Assert.False(ProtoBody.TryRead(Encoding.UTF8.GetBytes(json), out _, out var error), json);
        return error;
    }

    [Fact]
    public void Fields_have_their_types_and_unknown_ones_are_ignored()
    {
        var body = Read("""{"name":"n","step":3,"value":0.5,"on":true,"list":["a","b"],"unknown":{"x":[1]},"inner":{"k":"v"}}""");
        Assert.Equal("n", body.RequiredText("name"));
        Assert.Equal(3, body.RequiredInt64("step"));
        Assert.Equal(0.5, body.RequiredDouble("value"));
        Assert.True(body.Flag("on"));
        Assert.Equal(["a", "b"], body.Texts("list"));
        Assert.Equal("v", body.Item("inner")!.Text("k"));
        Assert.Null(body.Text("absent"));
        Assert.Null(body.Error);
    }

    [Theory]
    [InlineData("\"5\"", 5L)]
    [InlineData("5.0", 5L)]
    [InlineData("5e2", 500L)]
    [InlineData("-1", -1L)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("\"-9223372036854775808\"", long.MinValue)]
    [InlineData("null", null)]
    public void Whole_numbers_may_be_strings_or_written_with_a_point(string json, long? expected)
    {
        var body = Read($$"""{"n":{{json}}}""");
        Assert.Equal(expected, body.Int64("n"));
        Assert.Null(body.Error);
    }

    [Theory]
    [InlineData("5.5")]
    [InlineData("\"5.5\"")]
    [InlineData("\"\"")]
    [InlineData("\" 5\"")]
    [InlineData("true")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("9223372036854775808")]
    [InlineData("1e300")]
    [InlineData("NaN")]
    public void What_is_no_whole_number_is_refused_with_its_name(string json)
    {
        var body = Read($$"""{"n":{{json}}}""");
        Assert.Null(body.Int64("n"));
        Assert.Contains("parameter 'n'", body.Error!.Message, StringComparison.Ordinal);
        Assert.Equal("INVALID_PARAMETER_VALUE", body.Error.Word);
    }

    [Theory]
    [InlineData("NaN", double.NaN)]
    [InlineData("\"NaN\"", double.NaN)]
    [InlineData("Infinity", double.PositiveInfinity)]
    [InlineData("-Infinity", double.NegativeInfinity)]
    [InlineData("\"-Infinity\"", double.NegativeInfinity)]
    [InlineData("\"1e-3\"", 0.001)]
    [InlineData("-0.0", -0.0)]
    [InlineData("1e400", double.PositiveInfinity)]
    public void Numbers_may_be_bare_or_quoted_and_not_finite(string json, double expected) =>
        Assert.Equal(expected, Read($$"""{ "before": "NaN \" Infinity", "n": {{json}} , "after": [1] }""").Double("n"));

    [Fact]
    public void Rewriting_bare_numbers_leaves_strings_alone()
    {
        var body = Read("""{"a":"x: NaN, \\\" -Infinity","b":NaN,"NaN":"key"}""");
        Assert.Equal("x: NaN, \\\" -Infinity", body.Text("a"));
        Assert.Equal("key", body.Text("NaN"));
    }

    [Fact]
    public void A_missing_required_parameter_is_named_as_mlflow_names_it()
    {
        foreach (var json in new[] { "{}", """{"name":null}""", """{"name":""}""", "", " \n", "null" })
        {
            var body = Read(json);
            Assert.Equal("", body.RequiredText("name"));
            Assert.Equal(
                "Missing value for required parameter 'name'. See the API docs for more information about request parameters.",
                body.Error!.Message);
        }
    }

    [Fact]
    public void Errors_collect_and_a_wrong_value_is_not_also_missing()
    {
        var body = Read("""{"name":5,"items":[{"key":"a"},{"value":1},7]}""");
        body.RequiredText("name");
        var items = body.Items("items");
        Assert.Equal(2, items.Count);
        foreach (var item in items)
            item.RequiredText("key");
        Assert.Equal(3, body.Errors.Count);
        Assert.Contains("'name' supplied", body.Errors[0].Message, StringComparison.Ordinal);
        Assert.Contains("'items[2]' supplied", body.Errors[1].Message, StringComparison.Ordinal);
        Assert.Contains("'items[1].key'", body.Errors[2].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Old_clients_are_understood()
    {
        Assert.Equal("abc", Read("""{"run_uuid":"abc"}""").RequiredRunId());
        Assert.Equal("new", Read("""{"run_uuid":"old","run_id":"new"}""").RequiredRunId());
        Assert.Equal("17", Read("""{"experiment_id":17}""").RequiredId("experiment_id"));
        Assert.Equal(["1", "2"], Read("""{"experiment_ids":[1,"2"]}""").Ids("experiment_ids"));
        Assert.Equal("n", Read("\"{\\\"name\\\":\\\"n\\\"}\"").RequiredText("name"));
        Assert.Equal(double.NaN, Read("\"{\\\"value\\\":NaN}\"").RequiredDouble("value"));
    }

    [Fact]
    public void Enums_come_by_name_or_number()
    {
        Assert.Equal(RunStatus.Failed, RunStatusWords.FromProtocol(Read("""{"status":"FAILED"}""").Word("status")));
        Assert.Equal(RunStatus.Failed, RunStatusWords.FromProtocol(Read("""{"status":4}""").Word("status")));
        Assert.Null(RunStatusWords.FromProtocol(Read("""{"status":"DANCING"}""").Word("status")));
        Assert.Equal(ViewType.All, ViewTypeWords.FromProtocol(Read("""{"run_view_type":3}""").Word("run_view_type")));
        Assert.Equal(ViewType.Active, ViewTypeWords.FromProtocol(Read("{}").Word("run_view_type")));
    }

    [Fact]
    public void Of_duplicate_keys_the_last_one_counts() =>
        Assert.Equal("two", Read("""{"name":"one","name":"two"}""").Text("name"));

    [Theory]
    [InlineData("[1]")]
    [InlineData("5")]
    [InlineData("\"\\\"twice\\\"\"")]
    [InlineData("{")]
    [InlineData("{} {}")]
    [InlineData("{'a':1}")]
    [InlineData("{\"a\":nan}")]
    [InlineData("{\"a\":1,}")]
    public void What_is_no_json_object_is_400(string json) => Assert.Equal(400, Refused(json).Status);

    [Fact]
    public void Depth_is_bounded() =>
        Assert.Contains("64", Refused($"{{\"a\":{new string('[', 100)}{new string(']', 100)}}}").Message, StringComparison.Ordinal);

    [Fact]
    public void Broken_text_is_mended_not_thrown()
    {
        Assert.Equal("a\ufffdb", Read("{\"t\":\"a\\ud83db\"}").Text("t"));
        Assert.Equal("\ufffd\ufffd", Read("{\"t\":\"\\udc00\\uD800\"}").Text("t"));
        Assert.Equal("😀\\ud", Read("{\"t\":\"\\ud83d\\ude00\\\\ud\"}").Text("t"));
        byte[] invalid = [.. "{\"t\":\""u8, 0xC3, 0x28, .. "\"}"u8];
        Assert.True(ProtoBody.TryRead(invalid, out var body, out _));
        Assert.Equal("\ufffd(", body.Text("t"));
        byte[] marked = [0xEF, 0xBB, 0xBF, .. "{\"t\":\"x\"}"u8];
        Assert.True(ProtoBody.TryRead(marked, out body, out _));
        Assert.Equal("x", body.Text("t"));
    }

    [Fact]
    public void A_query_is_read_by_the_same_names()
    {
        var body = ProtoBody.FromQuery(new Dictionary<string, StringValues>
        {
            ["run_ids"] = new(["a", "b"]),
            ["metric_key"] = "loss",
            ["max_results"] = "25000",
            ["start_step"] = "",
            ["one"] = "x",
            ["bad"] = "ten",
        });
        Assert.Equal(["a", "b"], body.Texts("run_ids"));
        Assert.Equal(["x"], body.Texts("one"));
        Assert.Equal("loss", body.RequiredText("metric_key"));
        Assert.Equal(25000, body.Int64("max_results"));
        Assert.Null(body.Int64("start_step"));
        Assert.Null(body.Error);
        Assert.Null(body.Int64("bad"));
        Assert.Contains("'bad'", body.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_bytes_are_answered() =>
        Prop.ForAll<byte[]>(bytes =>
        {
            if (!ProtoBody.TryRead(bytes, out var body, out _))
                return true;
            _ = (body.Text("a"), body.Items("a"), body.Int64("a"), body.Double("a"), body.Error);
            return true;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_jumble_of_json_is_answered() =>
        Prop.ForAll(
            Gen.ListOf(Gen.Elements("{", "}", "[", "]", "\"a\"", ":", ",", "1", "NaN", "-Infinity", "\"", "\\ud800", "\\", "null", "\"NaN\"", " "))
                .Select(parts => string.Concat(parts)).ToArbitrary(),
            json =>
            {
                var bytes = Encoding.UTF8.GetBytes(json);
                if (ProtoBody.TryRead(bytes, out var body, out _))
                    _ = (body.Text("a"), body.Items("a"), body.Ids("a"), body.Item("a"), body.Int32("a"), body.Flag("a"));
                LogBatch.TryRead(bytes, out _, out _);
                return true;
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
}
