using System.Diagnostics;
using System.Text.Json;

namespace Crucible.Experiments.Api.Tests;

/// <summary>Two experiments with six runs to look for.</summary>
public sealed class RunsToFind : World
{
    internal string Experiment { get; private set; } = "";
    internal string Other { get; private set; } = "";
    internal Dictionary<string, string> Ids { get; } = [];

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        var mira = new Tracker(Client(Cast.Member));
        Experiment = await mira.NewExperiment();
        Other = await mira.NewExperiment();
        await Add(mira, Experiment, "alpha", 1000, "ann", "FINISHED", 1500, """{"acc": 0.9, "loss": 0.1, "val loss": 3}""",
            """{"lr": "0.1", "opt": "adam"}""", """{"team": "red", "mlflow.user": "ann", "odd key": "x", "a-b": "dash"}""", ("d1", "1abc", "training"));
        await Add(mira, Experiment, "beta", 2000, "bob", null, null, """{"acc": 0.5, "loss": "NaN", "neg": -2.5}""",
            """{"lr": "0.01", "opt": "SGD"}""", """{"team": "blue", "quote": "it's", "percent": "100%"}""", ("d2", "2abc", "test"));
        await Add(mira, Experiment, "gamma", 3000, "ann", "FAILED", 3500, """{"acc": "NaN"}""",
            """{"lr": "1e-3"}""", """{"team": "Red", "mlflow.source.name": "train.py", "percent": "100x"}""", null);
        await Add(mira, Experiment, "delta", 4000, "", "KILLED", 4100, "{}", "{}", "{}", null);
        await Add(mira, Experiment, "epsilon", 5000, "eve", null, null, """{"acc": 0.7}""", "{}", "{}", null);
        (await mira.Post("runs/delete", new { run_id = Ids["epsilon"] })).Is("{}");
        await Add(mira, Other, "zeta", 2500, "zoe", null, null, """{"acc": 0.95}""", """{"lr": "0.1"}""", "{}", null);
    }

    private async Task Add(Tracker mira, string experiment, string name, long start, string user, string? status, long? end, string metrics, string parameters, string tags, (string Name, string Digest, string Context)? dataset)
    {
        var id = Ids[name] = (await mira.Post("runs/create", new { experiment_id = experiment, run_name = name, start_time = start, user_id = user })).Word("run.info.run_id");
        (await mira.Post("runs/log-batch", new
        {
            run_id = id,
            metrics = Entries(metrics).Select(m => new { key = m.Name, value = m.Value, timestamp = 1 }),
            @params = Entries(parameters).Select(m => new { key = m.Name, value = m.Value }),
            tags = Entries(tags).Select(m => new { key = m.Name, value = m.Value }),
        })).Is("{}");
        if (dataset is { } d)
            (await mira.Post("runs/log-inputs", new
            {
                run_id = id,
                datasets = new[] { new { tags = new[] { new { key = "mlflow.data.context", value = d.Context } }, dataset = new { name = d.Name, digest = d.Digest, source_type = "local", source = "s" } } },
            })).Is("{}");
        if (status is not null)
            (await mira.Post("runs/update", new { run_id = id, status, end_time = end })).Ok();
    }

    private static JsonProperty[] Entries(string json) => [.. JsonDocument.Parse(json).RootElement.EnumerateObject()];
}

public sealed class RunSearchTests(RunsToFind world) : IClassFixture<RunsToFind>
{
    private readonly Tracker _mira = new(world.Client(world.Cast.Member));

    private async Task<string[]> Names(object search) => (await _mira.Post("runs/search", search)).Each("runs", "info.run_name");

    [Theory]
    [InlineData("", "delta gamma beta alpha")]
    [InlineData("  \n ", "delta gamma beta alpha")]
    // Metrics: numbers, which NaN is not.
    [InlineData("metrics.acc > 0.5", "alpha")]
    [InlineData("metrics.acc >= 0.5", "beta alpha")]
    [InlineData("metrics.acc < 0.9", "beta")]
    [InlineData("metrics.acc <= 9e-1", "beta alpha")]
    [InlineData("metric.acc = 0.5", "beta")]
    [InlineData("metrics.acc != 0.5", "gamma alpha")]
    [InlineData("metrics.neg < -2.4", "beta")]
    [InlineData("metrics.neg = -2.5", "beta")]
    [InlineData("metrics.`val loss` > 2", "alpha")]
    [InlineData("metrics.\"val loss\" = 3.0", "alpha")]
    [InlineData("metrics.acc > -1 AND metrics.loss < 1", "alpha")]
    [InlineData("metrics.nothing > 0", "")]
    [InlineData("metrics.nothing != 0", "")]
    // Parameters: text.
    [InlineData("params.lr = '0.1'", "alpha")]
    [InlineData("params.lr = \"0.1\"", "alpha")]
    [InlineData("params.lr != '0.1'", "gamma beta")]
    [InlineData("param.lr LIKE '0.%'", "beta alpha")]
    [InlineData("parameters.opt LIKE 'ada_'", "alpha")]
    [InlineData("parameter.opt LIKE 'sgd'", "")]
    [InlineData("params.opt ILIKE 'sgd'", "beta")]
    [InlineData("params.opt ilike '%A%'", "alpha")]
    // Tags, dots in keys included.
    [InlineData("tags.team = 'red'", "alpha")]
    [InlineData("tag.team ILIKE 'RED'", "gamma alpha")]
    [InlineData("tags.mlflow.user = 'ann'", "alpha")]
    [InlineData("tags.mlflow.source.name = 'train.py'", "gamma")]
    [InlineData("tags.`mlflow.source.name` LIKE '%.py'", "gamma")]
    [InlineData("tags.`odd key` = 'x'", "alpha")]
    [InlineData("tags.\"odd key\" = 'x'", "alpha")]
    [InlineData("tags.a-b = 'dash'", "alpha")]
    [InlineData("tags.quote = \"it's\"", "beta")]
    [InlineData("tags.percent LIKE '100\\%'", "beta")]
    [InlineData("tags.percent LIKE '100%'", "gamma beta")]
    [InlineData("tags.mlflow.runName = 'delta'", "delta")]
    [InlineData("tags.team IS NULL", "delta")]
    [InlineData("tags.team IS NOT NULL", "gamma beta alpha")]
    [InlineData("params.opt is null", "delta gamma")]
    // Attributes and their other names.
    [InlineData("attributes.status = 'FINISHED'", "alpha")]
    [InlineData("status != 'RUNNING'", "delta gamma alpha")]
    [InlineData("attr.status = 'RUNNING'", "beta")]
    [InlineData("run.status LIKE 'F%'", "gamma alpha")]
    [InlineData("run_name = 'beta'", "beta")]
    [InlineData("attributes.run_name LIKE '%ta'", "delta beta")]
    [InlineData("`run name` = 'beta'", "beta")]
    [InlineData("attributes.\"Run name\" = 'beta'", "beta")]
    [InlineData("run_name RLIKE '^(al|be)'", "beta alpha")]
    [InlineData("user_id = 'ann'", "gamma alpha")]
    [InlineData("attribute.user_id != 'ann'", "delta beta")]
    [InlineData("start_time > 1000 AND start_time < 4000", "gamma beta")]
    [InlineData("created >= 3000", "delta gamma")]
    [InlineData("attributes.start_time = 1000", "alpha")]
    [InlineData("end_time > 1500", "delta gamma")]
    [InlineData("artifact_uri LIKE 'mlflow-artifacts:/%'", "delta gamma beta alpha")]
    [InlineData("run_id = '{beta}'", "beta")]
    [InlineData("run_id != '{beta}'", "delta gamma alpha")]
    [InlineData("run_id IN ('{alpha}', '{delta}', '{zeta}')", "delta alpha")]
    [InlineData("attributes.run_id IN ('{alpha}',)", "alpha")]
    [InlineData("run_id NOT IN ('{alpha}', '{delta}')", "gamma beta")]
    [InlineData("run_id IN ('nonsense')", "")]
    [InlineData("run_id LIKE '{beta}'", "beta")]
    // Datasets.
    [InlineData("datasets.name = 'd1'", "alpha")]
    [InlineData("dataset.digest LIKE '%abc'", "beta alpha")]
    [InlineData("datasets.context = 'training'", "alpha")]
    [InlineData("datasets.name IN ('d1', 'd2')", "beta alpha")]
    [InlineData("datasets.name NOT IN ('d1')", "beta")]
    // Beyond MLflow: OR, NOT and parentheses. NOT finds what its clause does not.
    [InlineData("metrics.acc > 0.8 OR status = 'FAILED'", "gamma alpha")]
    [InlineData("run_name = 'delta' OR metrics.acc >= 0.5 AND params.opt = 'SGD'", "delta beta")]
    [InlineData("(run_name = 'delta' OR metrics.acc >= 0.5) AND params.opt = 'SGD'", "beta")]
    [InlineData("NOT metrics.acc > 0.5", "delta gamma beta")]
    [InlineData("NOT params.lr = '0.1' AND NOT status = 'KILLED'", "gamma beta")]
    [InlineData("NOT (params.lr = '0.1' OR status = 'KILLED')", "gamma beta")]
    [InlineData("NOT NOT metrics.acc > 0.5", "alpha")]
    [InlineData("NOT end_time > 3000", "beta alpha")]
    [InlineData("NOT (tags.team IS NULL) AND NOT datasets.name = 'd1'", "gamma beta")]
    [InlineData("datasets.name = 'd2' OR tags.percent = '100x'", "gamma beta")]
    // NULL and lists on everything.
    [InlineData("metrics.loss IS NULL", "delta gamma")]
    [InlineData("metrics.loss IS NOT NULL", "beta alpha")]
    [InlineData("min(metrics.loss) IS NULL", "delta gamma beta")]
    [InlineData("end_time IS NULL", "beta")]
    [InlineData("user_id IS NULL", "delta")]
    [InlineData("datasets.name IS NULL", "delta gamma")]
    [InlineData("datasets.context IS NOT NULL", "beta alpha")]
    [InlineData("parent_run_id IS NOT NULL", "")]
    [InlineData("metrics.acc IN (0.5, 0.9)", "beta alpha")]
    [InlineData("metrics.acc NOT IN (0.5)", "gamma alpha")]
    [InlineData("params.opt IN ('adam', 'none')", "alpha")]
    [InlineData("params.lr IN (0.1, 0.001)", "gamma alpha")]
    [InlineData("params.lr NOT IN (0.1)", "gamma beta")]
    [InlineData("tags.team NOT IN ('red', 'blue')", "gamma")]
    [InlineData("status IN ('FINISHED', 'failed')", "gamma alpha")]
    [InlineData("status NOT IN ('FINISHED', 'failed')", "delta beta")]
    // Parameters and tags as numbers: what is none does not match.
    [InlineData("params.lr <= 1e-2", "gamma beta")]
    [InlineData("params.lr = 0.10", "alpha")]
    [InlineData("params.lr != 0.1", "gamma beta")]
    [InlineData("params.opt != 1", "")]
    [InlineData("params.lr BETWEEN 0.005 AND 0.5", "beta alpha")]
    [InlineData("params.lr NOT BETWEEN 0.005 AND 0.5", "delta gamma")]
    // Times and lengths.
    [InlineData("start_time > -7d", "")]
    [InlineData("start_time < -7d", "delta gamma beta alpha")]
    [InlineData("end_time <= -30m", "delta gamma alpha")]
    [InlineData("start_time < '1970-01-01T00:00:02'", "alpha")]
    [InlineData("start_time < '2026-11-01'", "delta gamma beta alpha")]
    [InlineData("duration < 0.5", "delta")]
    [InlineData("duration >= 0.5 AND duration <= 1s", "gamma alpha")]
    [InlineData("duration > 1d", "beta")]
    [InlineData("lost = true", "")]
    [InlineData("lost = false AND archived = false", "delta gamma beta alpha")]
    [InlineData("archived != false", "")]
    // Together.
    [InlineData("metrics.acc > 0.4 and params.opt = 'SGD' AND status = 'RUNNING'", "beta")]
    [InlineData("\n metrics.acc>0.4\n\tAND\n params.lr='0.1'", "alpha")]
    [InlineData("tags.team = 'x'' OR 1=1 --'", "")]
    public async Task A_filter_finds_the_runs_it_says(string filter, string expected)
    {
        foreach (var (name, id) in world.Ids)
            filter = filter.Replace($"{{{name}}}", id, StringComparison.Ordinal);
        Assert.Equal(expected, string.Join(' ', await Names(new { experiment_ids = new[] { world.Experiment }, filter })));
    }

    [Theory]
    [InlineData("metrics.acc DESC", "alpha beta gamma delta")]
    [InlineData("metrics.acc ASC", "beta alpha gamma delta")]
    [InlineData("metrics.acc", "beta alpha gamma delta")]
    [InlineData("metrics.`val loss` desc", "alpha delta gamma beta")]
    [InlineData("params.lr", "beta alpha gamma delta")]
    [InlineData("params.lr DESC", "gamma alpha beta delta")]
    [InlineData("tags.mlflow.runName DESC", "gamma delta beta alpha")]
    [InlineData("start_time", "alpha beta gamma delta")]
    [InlineData("attributes.start_time DESC", "delta gamma beta alpha")]
    [InlineData("created ASC", "alpha beta gamma delta")]
    [InlineData("run_name", "alpha beta delta gamma")]
    [InlineData("status", "gamma alpha delta beta")]
    [InlineData("end_time", "alpha gamma delta beta")]
    [InlineData("end_time DESC", "delta gamma alpha beta")]
    [InlineData("user_id|run_name DESC", "delta gamma alpha beta")]
    [InlineData("user_id DESC|metrics.acc", "beta alpha gamma delta")]
    [InlineData("metrics.nothing", "delta gamma beta alpha")]
    [InlineData("min(metrics.acc) DESC", "alpha beta delta gamma")]
    [InlineData("mean(metrics.loss)", "alpha delta gamma beta")]
    [InlineData("duration", "delta gamma alpha beta")]
    public async Task An_order_sorts_as_it_says_and_ties_are_newest_first(string order, string expected)
    {
        var order_by = order.Split('|');
        Assert.Equal(expected, string.Join(' ', await Names(new { experiment_ids = new[] { world.Experiment }, order_by })));
        // The same order page by page.
        var (names, token) = (new List<string>(), "");
        do
        {
            var page = await _mira.Post("runs/search", new { experiment_ids = new[] { world.Experiment }, order_by, max_results = 1, page_token = token });
            names.AddRange(page.Each("runs", "info.run_name"));
            token = page.Json.Find("next_page_token")?.GetString() ?? "";
        }
        while (token.Length > 0);
        Assert.Equal(expected, string.Join(' ', names));
    }

    [Fact]
    public async Task A_filter_and_an_order_by_the_same_metric_agree() =>
        Assert.Equal(["alpha", "beta"], await Names(new { experiment_ids = new[] { world.Experiment }, filter = "metrics.acc > 0.1", order_by = new[] { "metrics.acc DESC" } }));

    [Theory]
    [InlineData("null", "delta gamma beta alpha")]
    [InlineData("\"ACTIVE_ONLY\"", "delta gamma beta alpha")]
    [InlineData("\"DELETED_ONLY\"", "epsilon")]
    [InlineData("\"ALL\"", "epsilon delta gamma beta alpha")]
    [InlineData("2", "epsilon")]
    [InlineData("3", "epsilon delta gamma beta alpha")]
    public async Task A_view_shows_the_active_the_deleted_or_all(string view, string expected) =>
        Assert.Equal(expected, string.Join(' ', await Names($$"""{"experiment_ids": ["{{world.Experiment}}"], "run_view_type": {{view}}}""")));

    [Fact]
    public async Task Several_experiments_are_searched_together_and_none_finds_nothing()
    {
        Assert.Equal(["zeta", "alpha", "beta", "gamma", "delta"], await Names(new { experiment_ids = new[] { world.Experiment, world.Other }, order_by = new[] { "metrics.acc DESC" } }));
        Assert.Equal(["delta", "gamma", "zeta", "beta", "alpha"], await Names($$"""{"experiment_ids": [{{world.Experiment}}, {{world.Other}}, 987654321, "abc"]}"""));
        (await _mira.Post("runs/search", "{}")).Is("{}");
        (await _mira.Post("runs/search", new { experiment_ids = Array.Empty<string>() })).Is("{}");
        (await _mira.Post("runs/search", new { experiment_ids = new[] { "987654321" } })).Is("{}");
        (await _mira.Post("runs/search", new { experiment_ids = new[] { world.Experiment }, filter = "metrics.loss > 99" })).Is("{}");
    }

    [Fact]
    public async Task A_found_run_is_written_like_one_that_was_asked_for()
    {
        var found = await _mira.Post("/ajax-api/2.0/mlflow/runs/search", new { experiment_ids = new[] { world.Experiment }, filter = "run_name = 'alpha'" });
        var asked = await _mira.Run(world.Ids["alpha"]);
        Assert.Equal(string.Concat(asked.GetRawText().Order()), string.Concat(found.At("runs[0]").GetRawText().Order()));
        Assert.Equal(("d1", "training"), (asked.At("inputs.dataset_inputs[0].dataset.name").GetString(), asked.Pairs("inputs.dataset_inputs[0].tags")["mlflow.data.context"]));
    }

    [Fact]
    public async Task The_exact_last_page_has_no_token()
    {
        object Page(string token, int size) => new { experiment_ids = new[] { world.Experiment }, max_results = size, page_token = token };
        var first = await _mira.Post("runs/search", Page("", 2));
        Assert.Equal(["delta", "gamma"], first.Each("runs", "info.run_name"));
        Assert.Equal(Tracker.Token(2), first.Word("next_page_token"));
        var second = await _mira.Post("runs/search", Page(first.Word("next_page_token"), 2));
        Assert.Equal(["beta", "alpha"], second.Each("runs", "info.run_name"));
        Assert.False(second.Has("next_page_token"));
        Assert.False((await _mira.Post("runs/search", Page("", 4))).Has("next_page_token"));
        (await _mira.Post("runs/search", Page(Tracker.Token(4), 2))).Is("{}");
        (await _mira.Post("runs/search", Page(Tracker.Token(2_000_000_000), 2))).Is("{}");
    }

    [Theory]
    [InlineData("metrics.loss ~ 1", "")]
    [InlineData("metrics.loss > 'x'", "number")]
    [InlineData("metrics.loss LIKE '1'", "LIKE")]
    [InlineData("metrics.loss >", "number")]
    [InlineData("metrics.loss > 1.2.3", "number")]
    [InlineData("metrics.loss > NaN", "number")]
    [InlineData("params.lr > '1'", ">")]
    [InlineData("params.lr = x", "quoted")]
    [InlineData("params.lr = 'x", "quote")]
    [InlineData("foo.bar = 'x'", "foo")]
    [InlineData("bogus = 'x'", "bogus")]
    [InlineData("metrics.a > 1 AND", "")]
    [InlineData("metrics.a > 1 OR", "the end")]
    [InlineData("(metrics.a > 1", "closed")]
    [InlineData("metrics.a > 1)", "opened")]
    [InlineData("NOT", "the end")]
    [InlineData("median(metrics.a) > 1", "median")]
    [InlineData("start_time > -7y", "-7d")]
    [InlineData("AND metrics.a > 1", "")]
    [InlineData("metrics.a > 1 metrics.b > 1", "AND")]
    [InlineData("metrics.a > 1; drop table experiments.run", "AND")]
    [InlineData("status = RUNNING", "quoted")]
    [InlineData("metrics.loss", "")]
    [InlineData("metrics. > 1", "")]
    [InlineData("run_id IN ()", "list")]
    [InlineData("run_id IN ('a' 'b')", "")]
    [InlineData("run_id IN 'a'", "list")]
    [InlineData("start_time > '1'", "number")]
    [InlineData("run_name RLIKE '('", "")]
    [InlineData("run_name RLIKE '[z-a]'", "")]
    [InlineData("run_name == 'a'", "")]
    [InlineData("tags.a <> 'b'", "")]
    [InlineData("datasets.bogus = 'a'", "bogus")]
    [InlineData("'metrics.a' > 1", "")]
    [InlineData("tags.a = 'b\0'", "U+0000")]
    [InlineData("\U0001F98A", "")]
    public async Task A_wrong_filter_is_refused_with_what_is_wrong(string filter, string says) =>
        (await _mira.Post("runs/search", new { experiment_ids = new[] { world.Experiment }, filter })).Invalid(says);

    [Theory]
    [InlineData("""{"order_by": ["bogus"]}""", "bogus")]
    [InlineData("""{"order_by": ["metrics.a SIDEWAYS"]}""", "SIDEWAYS")]
    [InlineData("""{"order_by": ["metrics.a", "metrics.a DESC"]}""", "duplicate")]
    [InlineData("""{"order_by": ["start_time", "created"]}""", "duplicate")]
    [InlineData("""{"order_by": [""]}""", "order_by")]
    [InlineData("""{"order_by": ["metrics.a; drop table x"]}""", "order_by")]
    [InlineData("""{"order_by": ["datasets.name"]}""", "order_by")]
    [InlineData("""{"order_by": "metrics.a"}""", "order_by")]
    [InlineData("""{"order_by": [5]}""", "order_by[0]")]
    [InlineData("""{"page_token": "bad"}""", "page token")]
    [InlineData("""{"page_token": "eyJvZmZzZXQiOiAtMX0="}""", "page token")]
    [InlineData("""{"page_token": "eyJvZmZzZXQiOiA5OTk5OTk5OTk5OTk5OTk5OX0="}""", "page token")]
    [InlineData("""{"page_token": "W10="}""", "page token")]
    [InlineData("""{"page_token": 5}""", "page_token")]
    [InlineData("""{"max_results": 0}""", "max_results")]
    [InlineData("""{"max_results": 50001}""", "max_results")]
    [InlineData("""{"max_results": "x"}""", "max_results")]
    [InlineData("""{"run_view_type": "BOGUS"}""", "run_view_type")]
    [InlineData("""{"filter": 5}""", "filter")]
    [InlineData("""{"experiment_ids": "notalist"}""", "experiment_ids")]
    [InlineData("""{"experiment_ids": [{}]}""", "experiment_ids[0]")]
    public async Task What_is_wrong_with_a_search_is_said(string search, string says)
    {
        var with = search.Contains("experiment_ids", StringComparison.Ordinal) ? search : search.Insert(1, $"\"experiment_ids\": [\"{world.Experiment}\"], ");
        (await _mira.Post("runs/search", with)).Invalid(says);
    }

    [Fact]
    public async Task A_filter_far_too_long_is_refused_about_as_fast_as_a_short_one_is_answered()
    {
        var trivial = new { experiment_ids = new[] { world.Experiment }, filter = "metrics.acc > 0.5" };
        string[] monsters =
        [
            $"tags.a = '{new string('x', 100_000)}'",
            new string('(', 100_000),
            new string('\'', 100_001),
            string.Join(" AND ", Enumerable.Range(0, 10_000).Select(i => $"metrics.m{i} > {i}")),
            string.Join(" AND ", Enumerable.Range(0, 10_000).Select(_ => "status = 'RUNNING'")),
            $"run_id IN ({string.Join(", ", Enumerable.Range(0, 10_000).Select(i => $"'{i:x32}'"))})",
            $"run_name RLIKE '{string.Concat(Enumerable.Repeat("(a*)*", 5_000))}'",
        ];
        var short_ = await Least(async () => (await _mira.Post("runs/search", trivial)).Ok());
        foreach (var filter in monsters)
        {
            var took = await Least(async () => (await _mira.Post("runs/search", new { experiment_ids = new[] { world.Experiment }, filter })).Invalid());
            Assert.True(took < 1000 * short_, $"{filter[..40]}… took {took.TotalMilliseconds:0.0} ms, a short one {short_.TotalMilliseconds:0.0} ms.");
        }
    }

    private static async Task<TimeSpan> Least(Func<Task> call)
    {
        var least = TimeSpan.MaxValue;
        for (var i = 0; i < 5; i++)
        {
            var began = Stopwatch.GetTimestamp();
            await call();
            least = least < Stopwatch.GetElapsedTime(began) ? least : Stopwatch.GetElapsedTime(began);
        }
        return least;
    }

    [Theory]
    [InlineData("LIKE", "%a%a%a%a%a%a%a%a%a%a%a%a%a%a%a%a%a%a%a%a%b")]
    [InlineData("ILIKE", "%a%A%_%a%a%_a%a%a%a%a%A%a%a%a%a%a%a%a%a%b")]
    [InlineData("LIKE", "%_%_%_%_%_%_%_%_%_%_%_%_%_%_%_%_%_%_%_%b")]
    public async Task A_pattern_that_is_costly_elsewhere_costs_little_here(string comparison, string pattern)
    {
        var experiment = await _mira.NewExperiment();
        for (var i = 0; i < 5; i++)
            (await _mira.Post("runs/set-tag", new { run_id = await _mira.NewRun(experiment), key = "t", value = new string('a', 8000) })).Is("{}");
        async Task Search(string like) => (await _mira.Post("runs/search", new { experiment_ids = new[] { experiment }, filter = $"tags.t {comparison} '{like}'" })).Is("{}");
        var plain = await Least(() => Search("%b"));
        var took = await Least(() => Search(pattern));
        Assert.True(took < 1000 * plain, $"{pattern} took {took.TotalMilliseconds:0.0} ms, %b {plain.TotalMilliseconds:0.0} ms.");
    }

    [Theory]
    [InlineData("(a*)*b")]
    [InlineData("(a|aa)+$")]
    [InlineData("^(((a+)+)+)+b$")]
    [InlineData("(.*)\\1\\1b")]
    [InlineData("a{1000}{1000}")]
    public async Task A_regular_expression_is_answered_or_refused_but_does_not_run_away(string pattern)
    {
        var experiment = await _mira.NewExperiment();
        await _mira.NewRun(experiment, new string('a', 250));
        object Search(string rlike) => new { experiment_ids = new[] { experiment }, filter = $"run_name RLIKE '{rlike}'" };
        var plain = await Least(async () => (await _mira.Post("runs/search", Search("b$"))).Is("{}"));
        var took = await Least(async () => Assert.Contains((await _mira.Post("runs/search", Search(pattern))).Status, (int[])[200, 400]));
        Assert.True(took < 1000 * plain, $"{pattern} took {took.TotalMilliseconds:0.0} ms, b$ {plain.TotalMilliseconds:0.0} ms.");
    }

    [Fact]
    public async Task A_hundred_clauses_are_answered()
    {
        string[] clauses = ["metrics.acc > 0.{0:00}1", "params.lr != 'x{0}'", "tags.team != 'y{0}'", "metrics.loss < 1{0}", "params.absent{0} IS NULL", "tags.absent{0} IS NULL"];
        var filter = string.Join(" AND ", Enumerable.Range(0, 100).Select(i => string.Format(System.Globalization.CultureInfo.InvariantCulture, clauses[i % clauses.Length], i / clauses.Length)));
        Assert.Equal(["alpha"], await Names(new { experiment_ids = new[] { world.Experiment }, filter, order_by = new[] { "metrics.acc", "params.lr", "tags.team" } }));
        (await _mira.Post("runs/search", new { experiment_ids = new[] { world.Experiment }, filter = filter + " AND metrics.acc > 0" })).Invalid("100");
    }
}
