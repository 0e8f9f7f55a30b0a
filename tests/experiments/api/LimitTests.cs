namespace Crucible.Experiments.Api.Tests;

public sealed class LimitTests(World world) : IClassFixture<World>
{
    private readonly Tracker _mira = new(world.Client(world.Cast.Member));

    private static object Batch(string run, int metrics, int parameters, int tags) => new
    {
        run_id = run,
        metrics = Enumerable.Range(0, metrics).Select(i => new { key = $"m{i}", value = i, timestamp = 1 }),
        @params = Enumerable.Range(0, parameters).Select(i => new { key = $"p{i}", value = $"{i}" }),
        tags = Enumerable.Range(0, tags).Select(i => new { key = $"t{i}", value = $"{i}" }),
    };

    [Theory]
    [InlineData(1000, 0, 0)]
    [InlineData(0, 100, 0)]
    [InlineData(0, 0, 100)]
    [InlineData(800, 100, 100)]
    public async Task A_batch_at_the_limit_is_kept_whole(int metrics, int parameters, int tags)
    {
        var run = await _mira.NewRun();
        (await _mira.Post("runs/log-batch", Batch(run, metrics, parameters, tags))).Is("{}");
        var data = (await _mira.Run(run)).At("data");
        Assert.Equal((metrics, parameters, tags + 1), (data.Find("metrics")?.GetArrayLength() ?? 0, data.Pairs("params").Count, data.Pairs("tags").Count));
        if (metrics > 0)
            Assert.Equal(Enumerable.Range(0, metrics).Select(i => (double)i), data.At("metrics").EnumerateArray().Select(m => m.Number("value")).Order());
    }

    [Theory]
    [InlineData(1001, 0, 0, "at most 1000 metrics. Got 1001 metrics.")]
    [InlineData(5, 101, 0, "at most 100 params. Got 101 params.")]
    [InlineData(5, 0, 101, "at most 100 tags. Got 101 tags.")]
    [InlineData(801, 100, 100, "at most 1000 metrics, params, and tags. Got 1001")]
    [InlineData(5000, 5000, 5000, "Got 5000")]
    public async Task One_over_the_limit_is_refused_whole(int metrics, int parameters, int tags, string says)
    {
        var run = await _mira.NewRun();
        var before = await _mira.Contents(run);
        (await _mira.Post("runs/log-batch", Batch(run, metrics, parameters, tags))).Invalid(says);
        Assert.Equal(before, await _mira.Contents(run));
    }

    public static TheoryData<string> GoodKeys => [.. (string[])
    [
        new('k', 250), "a", "loss/train", "val loss", "a.b-c_d:e", "ünïcode_漢字", string.Concat(Enumerable.Repeat("\U0001D518", 250)), "system/cpu 0", "a..b", "a/..b",
    ]];

    [Theory]
    [MemberData(nameof(GoodKeys))]
    public async Task A_key_that_may_be_is_kept_as_it_is(string key)
    {
        var run = await _mira.NewRun();
        (await _mira.Post("runs/log-metric", new { run_id = run, key, value = 1, timestamp = 1 })).Is("{}");
        (await _mira.Post("runs/log-batch", new { run_id = run, metrics = new[] { new { key, value = 2, timestamp = 2, step = 1 } } })).Is("{}");
        (await _mira.Post("runs/log-parameter", new { run_id = run, key, value = "1" })).Is("{}");
        (await _mira.Post("runs/set-tag", new { run_id = run, key, value = "1" })).Is("{}");
        var data = (await _mira.Run(run)).At("data");
        Assert.Equal((key, 1), (data.At("metrics[0].key").GetString(), data.At("metrics").GetArrayLength()));
        Assert.Equal([key], data.Pairs("params").Keys);
        Assert.Contains(key, data.Pairs("tags").Keys);
        Assert.Equal([new(0, 1, 1), new(1, 2, 2)], await _mira.History(run, key));
        (await _mira.Post("runs/delete-tag", new { run_id = run, key })).Is("{}");
    }

    public static TheoryData<string> BadKeys => [.. (string[])
    [
        new('k', 251), string.Concat(Enumerable.Repeat("\U0001D518", 251)), "/a", "a//b", "a/", "./a", "a/./b", "a/../b", "..", "../a", "..a", ".", "/", "//",
        "a\0b", "a\n", "a\nb", "a\tb", "a;b", "a'b", "a\"b", "a%b", "a\\b", "a,b", "a=b", "<b>", "🦊",
    ]];

    [Theory]
    [MemberData(nameof(BadKeys))]
    public async Task A_key_that_may_not_be_is_refused_everywhere(string key)
    {
        var run = await _mira.NewRun();
        var before = await _mira.Contents(run);
        (await _mira.Post("runs/log-metric", new { run_id = run, key, value = 1, timestamp = 1 })).Invalid();
        (await _mira.Post("runs/log-parameter", new { run_id = run, key, value = "1" })).Invalid();
        (await _mira.Post("runs/set-tag", new { run_id = run, key, value = "1" })).Invalid();
        var good = new { key = "good", value = "1" };
        (await _mira.Post("runs/log-batch", new { run_id = run, @params = new[] { good, new { key, value = "1" } } })).Invalid("params[1].key");
        (await _mira.Post("runs/log-batch", new { run_id = run, @params = new[] { good }, tags = new[] { good, new { key, value = "1" } } })).Invalid("tags[1].key");
        (await _mira.Post("runs/log-batch", new { run_id = run, metrics = new[] { new { key = "good", value = 1, timestamp = 1 }, new { key, value = 1, timestamp = 1 } }, tags = new[] { good } })).Invalid("metrics[1].key");
        Assert.Equal(before, await _mira.Contents(run));
        (await _mira.Post("runs/create", new { experiment_id = "0", tags = new[] { new { key, value = "1" } } })).Invalid();
        (await _mira.Post("experiments/create", new { name = Tracker.Unique("k"), tags = new[] { new { key, value = "1" } } })).Invalid();
    }

    [Theory]
    [InlineData("x", 6000, 8000)]
    [InlineData("é", 6000, 8000)]
    [InlineData("🦊", 6000, 8000)]
    public async Task Long_values_are_cut_in_characters_and_not_in_bytes(string letter, int parameter, int tag)
    {
        var run = await _mira.NewRun();
        string Of(int letters) => string.Concat(Enumerable.Repeat(letter, letters));
        (await _mira.Post("runs/log-parameter", new { run_id = run, key = "exact", value = Of(parameter) })).Is("{}");
        (await _mira.Post("runs/log-parameter", new { run_id = run, key = "over", value = Of(parameter + 1) })).Is("{}");
        (await _mira.Post("runs/log-batch", new { run_id = run, @params = new[] { new { key = "batch", value = Of(parameter * 2) } } })).Is("{}");
        (await _mira.Post("runs/set-tag", new { run_id = run, key = "exact", value = Of(tag) })).Is("{}");
        (await _mira.Post("runs/set-tag", new { run_id = run, key = "over", value = Of(tag + 1) })).Is("{}");
        (await _mira.Post("runs/log-batch", new { run_id = run, tags = new[] { new { key = "batch", value = Of(tag * 2) } } })).Is("{}");
        var data = (await _mira.Run(run)).At("data");
        Assert.All(data.Pairs("params").Values, v => Assert.Equal(Of(parameter), v));
        Assert.All(data.Pairs("tags").Where(t => t.Key != "mlflow.runName"), t => Assert.Equal(Of(tag), t.Value));
        // The cut value is the value: sending the long one again changes nothing.
        (await _mira.Post("runs/log-parameter", new { run_id = run, key = "over", value = Of(parameter + 500) })).Is("{}");
        (await _mira.Post("runs/log-parameter", new { run_id = run, key = "over", value = Of(parameter - 1) })).Invalid("Changing param values");
    }

    [Fact]
    public async Task Text_with_a_nul_is_refused_and_not_half_kept()
    {
        var run = await _mira.NewRun();
        var before = await _mira.Contents(run);
        (await _mira.Post("runs/log-parameter", new { run_id = run, key = "p", value = "a\0b" })).Invalid("U+0000");
        (await _mira.Post("runs/set-tag", new { run_id = run, key = "t", value = "a\0b" })).Invalid("U+0000");
        (await _mira.Post("runs/log-batch", new { run_id = run, @params = new[] { new { key = "p", value = "1" } }, tags = new[] { new { key = "t", value = "\0" } } })).Invalid("tags[0].value");
        (await _mira.Post("runs/update", new { run_id = run, run_name = "a\0b" })).Invalid("run_name");
        Assert.Equal(before, await _mira.Contents(run));
    }

    [Fact]
    public async Task A_body_over_the_limit_is_413_and_says_so_once_it_is_known()
    {
        var run = await _mira.NewRun();
        var before = await _mira.Contents(run);
        var large = $$"""{"run_id": "{{run}}", "key": "t", "value": "{{new string('x', 9 * 1024 * 1024)}}"}""";
        foreach (var call in (string[])["runs/set-tag", "runs/log-batch", "runs/search", "experiments/create", "logged-models/search"])
            (await _mira.Post(call, large)).Refused(413, "INVALID_PARAMETER_VALUE", "bytes");
        Assert.Equal(before, await _mira.Contents(run));
        // Seven megabytes of a value are still read, and cut.
        (await _mira.Post("runs/set-tag", $$"""{"run_id": "{{run}}", "key": "t", "value": "{{new string('x', 7 * 1024 * 1024)}}"}""")).Is("{}");
        Assert.Equal(8000, (await _mira.Run(run)).Pairs("data.tags")["t"].Length);
    }

    [Fact]
    public async Task A_body_of_unknown_length_is_read_up_to_the_limit_and_no_further()
    {
        var endless = new EndlessText("""{"run_id": "x", "key": "t", "value": " """.TrimEnd());
        try
        {
            (await _mira.Send("POST", "runs/set-tag", endless)).Refused(413, "INVALID_PARAMETER_VALUE", "bytes");
        }
        catch (HttpRequestException)
        {
            // The server hung up on the rest, which the client may notice before it reads the answer.
        }
        Assert.InRange(endless.Sent, 8 * 1024 * 1024, 200 * 1024 * 1024);
    }

    private sealed class EndlessText : HttpContent
    {
        private readonly string _begin;

        public EndlessText(string begin)
        {
            _begin = begin;
            Headers.ContentType = new("application/json");
        }

        public long Sent { get; private set; }

        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(_begin));
            var more = new byte[64 * 1024];
            Array.Fill(more, (byte)'x');
            for (; Sent < 1L << 30; Sent += more.Length)
                await stream.WriteAsync(more);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
