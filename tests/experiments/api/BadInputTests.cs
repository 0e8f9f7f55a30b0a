using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;

namespace Crucible.Experiments.Api.Tests;

/// <summary>A world with things that no bad input may change.</summary>
public sealed class WorldToSpoil : World
{
    internal Things Things { get; private set; } = null!;

    internal string Picture { get; private set; } = "";

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        var mira = new Tracker(Client(Cast.Member));
        Things = await Things.Make(mira);
        Picture = await Things.Picture(mira);
    }
}

/// <summary>
/// Whatever is sent, each answer is a refusal in the protocol's form or a plain success: never a fault of the server,
/// which clients would repeat for minutes, and never half a change.
/// </summary>
public sealed class BadInputTests(WorldToSpoil world) : IClassFixture<WorldToSpoil>
{
    private readonly Tracker _mira = new(world.Client(world.Cast.Member));

    private static readonly Call[] WithBody = [.. Call.All.Where(c => c.Body is not null && c.Method is "POST" or "PATCH").DistinctBy(c => c.Path)];

    private static void NoFault(Answer answer, string sent)
    {
        var says = $"{answer.Asked}\nwith {(sent.Length > 300 ? sent[..300] + "…" : sent)}\nanswered {answer.Status}: {answer.Text}";
        Assert.True(answer.Status is 200 or (>= 400 and < 500 and not 408 and not 429), says);
        if (answer.Status == 200)
            return;
        Assert.True(answer.Kind == "application/json" && answer.Json.Find("error_code")?.GetString() is { Length: > 0 } && answer.Json.Find("message")?.GetString() is { Length: > 5 and < 9000 }, says);
    }

    public static TheoryData<string> Malformed => [.. (string[])
    [
        "{", "}", "{nope", "[1]", "[]", "5", "true", "\"x\"", "\"{\"", "\"[1]\"", "{\"a\": 1", "{'a': 1}", "{\"a\" 1}", "{\"a\": 1}}", "{\"a\": 1} x", "{\"a\": 1}{\"a\": 1}", "{\"a\": 01}", "{\"a\": +1}", "{\"a\": .5}",
        "{\"a\": nan}", "{\"a\": NaNa}", "{\"a\": --Infinity}", "{\"a\": tru}", "{\"a\": \"\n\"}", "{\"a\": \"\\x\"}", "{\"a\": \"\\u12\"}", "{\"a\": \"unclosed}", "{,}", "{\"a\": 1,}", "// comment\n{}", "{\"a\": /* b */ 1}",
        "a=1&b=2", "<xml/>", "\0", "\uFEFF", "\uFEFF\uFEFF{}", new('[', 100_000), new('{', 1000), "{\"a\": " + new string('[', 65) + new string(']', 65) + "}", "{\"a\": " + new string('9', 100_000) + "x}",
    ]];

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task A_body_that_is_no_json_object_is_refused_by_every_call(string body)
    {
        foreach (var call in WithBody)
            (await _mira.Send(call.Method, world.Things.Fill(call.Path), body)).Invalid();
        Assert.Equal(world.Picture, await world.Things.Picture(_mira));
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("application/protobuf")]
    [InlineData(null)]
    public async Task A_body_of_another_kind_is_refused_by_every_call(string? type)
    {
        foreach (var call in WithBody)
        {
            var answer = await _mira.Send(call.Method, world.Things.Fill(call.Path), Tracker.Json(Encoding.UTF8.GetBytes(world.Things.Fill(call.Body!)), type));
            Assert.Equal(400, answer.Status);
            Assert.Contains(answer.Json.At("error_code").GetString(), (string[])["BAD_REQUEST", "INVALID_PARAMETER_VALUE"]);
            Assert.Contains("application/json", answer.Json.At("message").GetString(), StringComparison.Ordinal);
        }
        Assert.Equal(world.Picture, await world.Things.Picture(_mira));
    }

    [Theory]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("Application/JSON")]
    public async Task Json_may_be_announced_in_several_ways(string type) =>
        (await _mira.Send("POST", "runs/create", Tracker.Json("{}"u8.ToArray(), type))).Ok();

    private static readonly string[] Odd =
    [
        "null", "true", "5", "-1.5", "1e400", "-0.0", "99999999999999999999", "NaN", "-Infinity", "\"\"", "\" \"", "\"\\u0000\"", "\"a\\u0000b\"", "\"\\ud800\"", "\"a\\udc00\\ud800b\"", "[]", "[[]]", "[null]", "[5]", "[\"a\"]", "[{}]",
        "{}", "{\"a\": 1}", "{\"key\": \"k\", \"value\": {}}", "\"../../etc/passwd\"", "\"'; drop table experiments.run; --\"", "\"%s%n{0}\"", "\"\\u202e\U0001F98A\\r\\n\"", "\"1e999\"", "\"-1\"", "\"9223372036854775808\"", "\"" + new string('x', 100_000) + "\"",
    ];

    public static TheoryData<int> Bodies => [.. Enumerable.Range(0, Call.All.Length).Where(i => Call.All[i] is { Body: not null, Method: "POST" or "PATCH" })];

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Each_part_of_a_body_may_be_anything_and_what_is_refused_changes_nothing(int index)
    {
        var call = Call.All[index];
        var things = await Things.Make(_mira);
        var refused = new List<string>();
        foreach (var place in Places(JsonNode.Parse(things.Fill(call.Body!))!))
            foreach (var odd in Odd)
            {
                var body = With(things.Fill(call.Body!), place, odd);
                var answer = await _mira.Send(call.Method, things.Fill(call.Path), body);
                NoFault(answer, body);
                if (answer.Status != 200)
                    refused.Add(body);
            }
        Assert.NotEmpty(refused);
        var before = await things.Picture(_mira);
        foreach (var body in refused)
            Assert.NotEqual(200, (await _mira.Send(call.Method, things.Fill(call.Path), body)).Status);
        Assert.Equal(before, await things.Picture(_mira));
    }

    // A place is the way to a value; the marker is what is replaced, so that odd values need not be JSON nodes.
    private static List<object[]> Places(JsonNode node)
    {
        var places = new List<object[]>();
        void Visit(JsonNode? at, object[] path)
        {
            if (path.Length > 0)
                places.Add(path);
            if (at is JsonObject fields)
                foreach (var (name, value) in fields)
                    Visit(value, [.. path, name]);
            else if (at is JsonArray items)
                for (var i = 0; i < items.Count; i++)
                    Visit(items[i], [.. path, i]);
        }
        Visit(node, []);
        return places;
    }

    private static string With(string body, object[] place, string odd)
    {
        var root = JsonNode.Parse(body)!;
        var at = root;
        foreach (var step in place[..^1])
            at = step is string name ? at[name]! : at[(int)step]!;
        if (place[^1] is string last)
            at[last] = "MARKER";
        else
            at[(int)place[^1]] = "MARKER";
        return root.ToJsonString().Replace("\"MARKER\"", odd, StringComparison.Ordinal);
    }

    private static readonly string[] OddQuery =
    [
        "", "%20", "%00", "a%00b", "%ff%fe", "%ed%a0%80", "%", "%zz", "a%0d%0ab", "-1", "1.5", "NaN", "9223372036854775808", "null", "[]", "{}", "..%2f..%2fetc", "%27%3Bdrop", "%F0%9F%A6%8A", "a%26b%3Dc", "a+b", new('x', 4000), "eyJvZmZzZXQiOiAtMX0=", "W10=",
    ];

    public static TheoryData<int> Queries => [.. Enumerable.Range(0, Call.All.Length).Where(i => Call.All[i].Path.Contains('?', StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Queries))]
    public async Task Each_part_of_a_query_may_be_anything(int index)
    {
        var call = Call.All[index];
        var filled = world.Things.Fill(call.Path).Replace("max_results=1000", "max_results=5", StringComparison.Ordinal);
        var (path, query) = (filled.Split('?')[0], filled.Split('?')[1].Split('&'));
        for (var i = 0; i < query.Length; i++)
        {
            var name = query[i].Split('=')[0];
            foreach (var odd in OddQuery)
                foreach (var part in (string[])[$"{name}={odd}", $"{name}={odd}&{name}={odd}", $"{query[i]}&{name}[]={odd}&{odd}", $"{name}"])
                {
                    var asked = $"{path}?{string.Join('&', query.Take(i).Append(part).Concat(query.Skip(i + 1)))}";
                    NoFault(await _mira.Get(asked), asked.Length > 500 ? asked[..500] : asked);
                }
        }
        NoFault(await _mira.Get(path), path);
        NoFault(await _mira.Get($"{path}?{string.Join('&', query.Concat(query).Concat(query))}"), "all three times");
    }

    [Theory]
    [InlineData("logged-models/{0}")]
    [InlineData("logged-models/{0}/tags")]
    [InlineData("logged-models/{0}/tags/{0}")]
    [InlineData("logged-models/{0}/params")]
    [InlineData("/api/2.0/mlflow-artifacts/artifacts/{0}")]
    [InlineData("/api/2.0/mlflow-artifacts/mpu/create/{0}")]
    [InlineData("{0}")]
    [InlineData("runs/{0}")]
    public async Task Each_part_of_a_path_may_be_anything(string path)
    {
        foreach (var odd in (string[])["x", "%20", "%ff%fe", "%ed%a0%80", "..%2f..%2fx", "%252e%252e", "%F0%9F%A6%8A", "a;b", "a%3Fb", "a%23b", "'", "%22", "a%0d%0ab", new('m', 1000), "m-" + new string('0', 32)])
            foreach (var method in (string[])["GET", "POST", "PATCH", "DELETE", "PUT"])
            {
                var asked = string.Format(System.Globalization.CultureInfo.InvariantCulture, path, odd);
                var answer = await _mira.Send(method, asked, method is "GET" or "DELETE" ? null : "{}");
                if (answer.Status != 501)
                    NoFault(answer, method);
            }
    }

    [Theory]
    [InlineData("GET", "runs/create")]
    [InlineData("PUT", "runs/create")]
    [InlineData("DELETE", "runs/get")]
    [InlineData("POST", "runs/get")]
    [InlineData("POST", "runs/no-such")]
    [InlineData("GET", "")]
    [InlineData("GET", "/api/2.0/mlflow/registered-models/no-such")]
    [InlineData("GET", "/api/2.0/mlflow/model-versions/create")]
    [InlineData("GET", "/api/3.0/mlflow/server-info")]
    [InlineData("POST", "/api/3.0/mlflow/traces")]
    [InlineData("GET", "/ajax-api/2.0/mlflow/nothing")]
    [InlineData("GET", "/ajax-api/3.0/nothing")]
    [InlineData("POST", "/api/2.0/nothing")]
    public async Task There_is_no_such_call(string method, string call) =>
        (await _mira.Send(method, call, method == "GET" ? null : "{}")).Refused(404, "ENDPOINT_NOT_FOUND");

    [Theory]
    [InlineData("experiments/create", """{"name": "NAME", "tags": [TAGS]}""", """{"key": "k{0}", "value": "v"}""")]
    [InlineData("runs/create", """{"run_name": "NAME", "tags": [TAGS]}""", """{"key": "k{0}", "value": "v"}""")]
    [InlineData("runs/search", """{"experiment_ids": [TAGS]}""", "\"{0}\"")]
    [InlineData("logged-models/search", """{"experiment_ids": [TAGS]}""", "\"{0}\"")]
    [InlineData("runs/search", """{"experiment_ids": ["0"], "order_by": [TAGS]}""", "\"metrics.m{0}\"")]
    [InlineData("experiments/search", """{"max_results": 5, "order_by": [TAGS]}""", "\"name{0}\"")]
    [InlineData("runs/log-inputs", """{"run_id": "RUN", "datasets": [TAGS]}""", """{"dataset": {"name": "d{0}", "digest": "1", "source_type": "l", "source": "s"}}""")]
    [InlineData("runs/outputs", """{"run_id": "RUN", "models": [TAGS]}""", """{"model_id": "m-{0}"}""")]
    public async Task Twenty_thousand_of_anything_are_taken_or_refused(string call, string body, string item)
    {
        var run = await _mira.NewRun();
        var items = string.Join(", ", Enumerable.Range(0, 20_000).Select(i => item.Replace("{0}", $"{i}", StringComparison.Ordinal)));
        NoFault(await _mira.Post(call, body.Replace("NAME", Tracker.Unique("n"), StringComparison.Ordinal).Replace("RUN", run, StringComparison.Ordinal).Replace("TAGS", items, StringComparison.Ordinal)), call);
    }

    [Fact]
    public async Task A_body_that_costs_more_to_refuse_than_to_send_there_is_not()
    {
        var run = await _mira.NewRun();
        async Task<TimeSpan> Least(string body, int status)
        {
            var least = TimeSpan.MaxValue;
            for (var i = 0; i < 3; i++)
            {
                var began = Stopwatch.GetTimestamp();
                Assert.Equal(status, (await _mira.Post("runs/log-batch", body)).Status);
                least = least < Stopwatch.GetElapsedTime(began) ? least : Stopwatch.GetElapsedTime(began);
            }
            return least;
        }
        const int Size = 1_500_000;
        // As many bytes of an unknown field, which are only passed over.
        var plain = await Least($$"""{"run_id": "{{run}}", "ignored": "{{new string('x', Size)}}"}""", 200);
        foreach (var (what, body) in ((string, string)[])
        [
            ("brackets", $$"""{"run_id": "{{run}}", "metrics": {{new string('[', Size)}}"""),
            ("metrics", $$"""{"run_id": "{{run}}", "metrics": [{{string.Join(',', Enumerable.Repeat("{}", Size / 3))}}]}"""),
            ("keys", $$"""{"run_id": "{{run}}", "tags": [{{string.Join(',', Enumerable.Range(0, Size / 40).Select(i => $$"""{"key": "k{{i}}", "value": "v"}"""))}}]}"""),
            ("backslashes", $$"""{"run_id": "{{run}}", "tags": [{"key": "{{new string('\\', Size)}}", "value": "v"}]}"""),
            ("surrogates", $$"""{"run_id": "{{run}}", "tags": [{"key": "{{string.Concat(Enumerable.Repeat("\\ud800", Size / 6))}}", "value": "v"}]}"""),
            ("bare NaN", $$"""{"run_id": "{{run}}", "metrics": [{{string.Join(',', Enumerable.Repeat("NaN", Size / 4))}}]}"""),
        ])
        {
            // What grows with the square of the size would cost hundreds of thousands of times as much; the rest is the noise of a busy machine.
            var took = await Least(body, 400);
            Assert.True(took < 1000 * plain, $"{what} took {took.TotalMilliseconds:0} ms, as many plain bytes {plain.TotalMilliseconds:0} ms.");
        }
    }

    [Fact]
    public async Task Times_that_no_calendar_has_are_kept_and_do_not_spoil_the_pages()
    {
        var experiment = await _mira.NewExperiment();
        var browser = await world.Visit(world.Cast.Member);
        foreach (var at in (long[])[long.MaxValue, long.MinValue, -1, 253_402_300_800_000])
        {
            var run = await _mira.NewRun(experiment, "odd times", at);
            (await _mira.Post("runs/update", new { run_id = run, status = "FINISHED", end_time = at })).Ok();
            if (at >= 0)
                await _mira.Log(run, "m", [new(at, at, 1), new(0, 0, double.MaxValue), new(1, 1, double.NaN)]);
            Assert.Equal((at, at), ((await _mira.Run(run)).At("info.start_time").GetInt64(), (await _mira.Run(run)).At("info.end_time").GetInt64()));
            (await _mira.Get($"metrics/get-history-bulk-interval?run_ids={run}&metric_key=m&max_results=3")).Ok();
            await browser.Get($"/experiments/runs/{run}");
        }
        await browser.Get($"/experiments/{experiment}");
    }
}
