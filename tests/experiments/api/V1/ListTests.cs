using System.Text.Json;

namespace Crucible.Experiments.Api.Tests.V1;

[Collection(nameof(ApiWorld))]
public sealed class ListTests(ApiWorld world)
{
    private ApiClient Mira => new(world.Client(world.Cast.Member));

    [Theory]
    [InlineData("-started_at")]
    [InlineData("started_at")]
    [InlineData("name")]
    [InlineData("-name")]
    [InlineData("-ended_at")]
    [InlineData("ended_at")]
    [InlineData("status")]
    [InlineData("id")]
    [InlineData("-id")]
    public async Task Pages_and_cursors_go_through_the_same_runs_in_the_same_order(string sort)
    {
        var mira = Mira;
        var experiment = await mira.NewExperiment();
        for (var i = 0; i < 11; i++)
        {
            // Several start at the same time, have the same name, have not ended.
            var run = await mira.NewRun(experiment, $"n{i % 3}", DateTimeOffset.UnixEpoch.AddSeconds(i / 4));
            if (i % 2 == 0)
                (await mira.Send("PATCH", $"runs/{run}", new { status = i % 4 == 0 ? "completed" : "failed", ended_at = DateTimeOffset.UnixEpoch.AddHours(i / 5) })).Is(200);
        }
        var path = $"experiments/{experiment}/runs?sort={sort}";
        var paged = new List<string>();
        for (var page = 1; page <= 3; page++)
        {
            var answer = (await mira.Get($"{path}&page={page}&per_page=4")).Is(200).Json;
            Assert.Equal((11, page, 4), (answer.GetProperty("meta").GetProperty("total").GetInt32(), answer.GetProperty("meta").GetProperty("page").GetInt32(), answer.GetProperty("meta").GetProperty("per_page").GetInt32()));
            paged.AddRange(answer.GetProperty("data").EnumerateArray().Select(r => r.Text("id")));
        }
        var walked = await mira.Walk(path, 3);
        Assert.Equal(11, paged.Distinct().Count());
        Assert.Equal(paged, walked.Select(r => r.Text("id")));
        var field = sort.TrimStart('-');
        var values = walked.Select(r => r.GetProperty(field).GetString()).OfType<string>().ToList();
        // The protocol's words order a status: FAILED, FINISHED, RUNNING.
        if (field != "status")
            Assert.Equal(sort[0] == '-' ? values.OrderByDescending(v => v, StringComparer.Ordinal) : values.Order(StringComparer.Ordinal), values);
    }

    [Fact]
    public async Task What_begins_while_somebody_walks_moves_nothing()
    {
        var mira = Mira;
        var experiment = await mira.NewExperiment();
        var first = new List<string>();
        for (var i = 0; i < 4; i++)
            first.Add(await mira.NewRun(experiment, "r", DateTimeOffset.UnixEpoch.AddDays(i)));
        var page = (await mira.Get($"experiments/{experiment}/runs?per_page=2&cursor=")).Is(200).Json;
        await mira.NewRun(experiment, "new", DateTimeOffset.UnixEpoch.AddDays(50));
        var next = (await mira.Get($"experiments/{experiment}/runs?per_page=2&cursor={page.GetProperty("meta").Text("next_cursor")}")).Data;
        Assert.Equal([first[1], first[0]], next.EnumerateArray().Select(r => r.Text("id")));
    }

    [Fact]
    public async Task Runs_are_narrowed_sorted_by_what_they_logged_and_searched_by_the_grammar()
    {
        var (mira, tracker) = (Mira, new Tracker(world.Client(world.Cast.Member)));
        var experiment = await mira.NewExperiment();
        var runs = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            runs.Add(await mira.NewRun(experiment, $"r{i}", parameters: new() { ["lr"] = $"0.{i}" }));
            await tracker.Log(runs[i], "loss", [new(0, 1, 4 - i)]);
        }
        (await mira.Send("PATCH", $"runs/{runs[2]}", new { status = "failed" })).Is(200);
        async Task<IEnumerable<string>> Found(string query) => (await mira.Get($"experiments/{experiment}/runs?{query}")).Data.EnumerateArray().Select(r => r.Text("name"));
        Assert.Equal(["r3", "r2", "r1", "r0"], await Found("sort=metrics.loss"));
        Assert.Equal(["r0", "r1", "r2", "r3"], await Found("sort=params.lr"));
        Assert.Equal(["r2"], await Found("filter[status]=failed"));
        Assert.Equal(["r1"], await Found("filter[name]=r1"));
        Assert.Equal(["r3", "r2"], await Found($"sort=-name&filter={Uri.EscapeDataString("metrics.loss < 2.5")}"));
        Assert.Equal(["r3"], await Found($"filter[status]=running&filter={Uri.EscapeDataString("metrics.loss < 2.5")}"));
        (await mira.Get($"experiments/{experiment}/runs?sort=metrics.loss&cursor=")).Refused(422, "validation_error", "cursor");
        (await mira.Get($"experiments/{experiment}/runs?filter=metrics.loss%20<")).Refused(422, "validation_error", "filter");
        (await mira.Send("DELETE", $"runs/{runs[0]}", null)).Is(204);
        Assert.Equal(["r0"], await Found("filter[deleted]=true"));
        Assert.Equal(3, (await mira.Get($"runs?filter[experiment_id]={experiment}")).Json.GetProperty("meta").GetProperty("total").GetInt32());
    }

    [Theory]
    [InlineData("-created_at")]
    [InlineData("name")]
    [InlineData("-updated_at")]
    [InlineData("id")]
    public async Task Experiments_are_walked_both_ways(string sort)
    {
        var mira = Mira;
        var mark = Guid.NewGuid().ToString("N")[..8];
        for (var i = 0; i < 5; i++)
            await mira.NewExperiment($"{mark}-{4 - i}");
        var path = $"experiments?filter[name]={mark}&sort={sort}";
        var paged = new List<long>();
        for (var page = 1; page <= 3; page++)
            paged.AddRange((await mira.Get($"{path}&per_page=2&page={page}")).Data.EnumerateArray().Select(e => e.GetProperty("id").GetInt64()));
        Assert.Equal(5, paged.Distinct().Count());
        Assert.Equal(paged, (await mira.Walk(path, 2)).Select(e => e.GetProperty("id").GetInt64()));
        if (sort == "name")
            Assert.Equal($"{mark}-0", (await mira.Get(path)).Data[0].Text("name"));
    }

    [Fact]
    public async Task A_history_is_paged_cut_to_steps_and_reduced_to_columns_that_keep_a_spike()
    {
        var (mira, tracker) = (Mira, new Tracker(world.Client(world.Cast.Member)));
        var run = await mira.NewRun(await mira.NewExperiment());
        Point[] points = [.. Enumerable.Range(0, 230).Select(i => new Point(i - 10, 1000 + i, i == 77 ? 1e9 : i == 5 ? double.NaN : i))];
        await tracker.Log(run, "a/loss", points);
        var walked = await mira.Walk($"runs/{run}/metrics/history?key=a/loss", 50);
        Assert.Equal(points.Select(p => p.Step), walked.Select(p => p.GetProperty("step").GetInt64()));
        Assert.Equal("NaN", walked[5].GetProperty("value").GetString());
        Assert.Equal("1970-01-01T00:00:01.077Z", walked[77].Text("at"));
        var part = (await mira.Get($"runs/{run}/metrics/history?key=a/loss&from=0&to=9&per_page=100&page=1")).Is(200).Json;
        Assert.Equal((10, 10), (part.GetProperty("meta").GetProperty("total").GetInt32(), part.GetProperty("data").GetArrayLength()));
        var columns = (await mira.Get($"runs/{run}/metrics/columns?key=a/loss&columns=10")).Data.EnumerateArray().ToList();
        Assert.Equal(10, columns.Count);
        Assert.Equal(1e9, columns.Max(c => c.GetProperty("max").GetProperty("value").GetDouble()));
        Assert.Equal(230, columns.Sum(c => c.GetProperty("points").GetInt64()));
        var metric = (await mira.Get($"runs/{run}/metrics")).Data[0];
        Assert.Equal((230, 229.0, 1e9), (metric.GetProperty("points").GetInt32(), metric.GetProperty("last").GetDouble(), metric.GetProperty("max").GetDouble()));
        (await mira.Get($"runs/{run}/metrics/history?from=x")).Refused(422, "validation_error", "key").Refused(422, "validation_error", "from");
    }

    [Theory]
    [InlineData("page=0", "page")]
    [InlineData("per_page=101", "per_page")]
    [InlineData("per_page=many", "per_page")]
    [InlineData("sort=colour", "sort")]
    [InlineData("colour=red", "colour")]
    [InlineData("filter[colour]=red", "filter[colour]")]
    [InlineData("cursor=abc", "cursor")]
    [InlineData("cursor=&page=2", "page")]
    [InlineData("filter[status]=odd", "filter[status]")]
    [InlineData("filter[deleted]=maybe", "filter[deleted]")]
    [InlineData("page=1&page=2", "page")]
    public async Task What_a_list_does_not_take_is_refused_by_its_name(string query, string field) =>
        (await Mira.Get($"runs?{query}")).Refused(422, "validation_error", field);

    [Fact]
    public async Task A_cursor_that_was_tampered_with_is_refused_and_no_fault()
    {
        var mira = Mira;
        foreach (var row in (string?[][])[["-started_at", "x", "y", "z"], ["-started_at"], ["-started_at", "1", "99999999999999999999", "1"], ["name", "1", "1", "1"], ["-started_at", null, null, null]])
        {
            var cursor = Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(row)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
            (await mira.Get($"runs?cursor={cursor}")).Refused(422, "validation_error", "cursor");
        }
    }
}
