using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Crucible.Experiments.Api.Tests.Pages;
using Npgsql;

namespace Crucible.Experiments.Api.Tests.V1;

[Collection(nameof(ApiWorld))]
public sealed class ExportTests(ApiWorld world)
{
    private ApiClient Mira => new(world.Client(world.Cast.Member));

    /// <summary>Runs that have different keys, and values that a careless writer breaks.</summary>
    private async Task<(long Experiment, string[] Runs)> Data()
    {
        var (mira, tracker) = (Mira, new Tracker(world.Client(world.Cast.Member)));
        var experiment = await mira.NewExperiment();
        var first = await mira.NewRun(experiment, "a, \"quoted\"\nname", DateTimeOffset.UnixEpoch.AddSeconds(2), new() { ["lr"] = "=1+1", ["only/first"] = "" });
        var second = await mira.NewRun(experiment, "naïve 漢字", DateTimeOffset.UnixEpoch.AddSeconds(1), new() { ["lr"] = "0.1", ["only second"] = "x" });
        await tracker.Log(first, "loss", [new(0, 1_700_000_000_123, 0.1), new(1, 1_700_000_001_000, double.NaN), new(-2, 1_700_000_000_000, -1e308)]);
        await tracker.Log(second, "acc", [.. Enumerable.Range(0, 3000).Select(i => new Point(i, 1_700_000_000_000 + i, i / 3.0))]);
        await tracker.Log(second, "loss", [new(5, 1_700_000_000_000, 0.30000000000000004)]);
        return (experiment, [first, second]);
    }

    private static async Task<Reply> Done(ApiClient client, string id)
    {
        Reply? state = null;
        await Until.True(async () => (state = (await client.Get($"exports/{id}")).Is(200)).Data.Text("state") is "completed" or "failed" or "cancelled", "the export is over");
        return state!;
    }

    private static async Task<byte[]> File(ApiClient client, long experiment, object wish)
    {
        var asked = (await client.Post($"experiments/{experiment}/export", wish)).Is(202);
        var done = (await Done(client, asked.Json.GetProperty("data").Text("id"))).Data;
        Assert.Equal(("completed", 1.0), (done.Text("state"), done.GetProperty("progress").GetDouble()));
        var bytes = await client.Http.GetByteArrayAsync(done.Text("url"));
        Assert.Equal(done.GetProperty("bytes").GetInt64(), bytes.Length);
        return bytes;
    }

    [Fact]
    public async Task A_csv_of_runs_has_every_key_of_any_run_and_every_value_as_it_is()
    {
        var (experiment, runs) = await Data();
        var rows = Csv(Encoding.UTF8.GetString(await File(Mira, experiment, new { format = "csv", include = new[] { "runs", "params", "metrics" } })));
        Assert.Equal(["run_id", "name", "status", "user", "started_at", "ended_at", "parent_run_id", "params.lr", "params.only second", "params.only/first", "metrics.acc", "metrics.loss"], rows[0]);
        Assert.Equal([runs[0], "a, \"quoted\"\nname", "running", "mira", "1970-01-01T00:00:02.000Z", "", "", "=1+1", "", "", "", "NaN"], rows[1]);
        Assert.Equal([runs[1], "naïve 漢字", "running", "mira", "1970-01-01T00:00:01.000Z", "", "", "0.1", "x", "", (2999 / 3.0).ToString("R", CultureInfo.InvariantCulture), "0.30000000000000004"], rows[2]);
        Assert.Equal(3, rows.Count);
    }

    [Theory]
    [InlineData("csv", true)]
    [InlineData("json", false)]
    [InlineData("jsonl", true)]
    public async Task Points_are_those_of_the_history_in_every_format(string format, bool gzip)
    {
        var (experiment, runs) = await Data();
        var mira = Mira;
        var bytes = await File(mira, experiment, new { format, include = new[] { "points" }, gzip });
        var text = Encoding.UTF8.GetString(gzip ? Unpacked(bytes) : bytes);
        var exported = format switch
        {
            "csv" => Csv(text).Skip(1).Select(r => (r[0], r[1], long.Parse(r[2], CultureInfo.InvariantCulture), r[3], double.Parse(r[4], CultureInfo.InvariantCulture))),
            "json" => JsonDocument.Parse(text).RootElement.GetProperty("points").EnumerateArray().Select(Point),
            _ => text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement).Select(Point),
        };
        var logged = new List<(string, string, long, string, double)>();
        foreach (var run in runs)
            foreach (var key in (string[])["acc", "loss"])
                logged.AddRange((await mira.Walk($"runs/{run}/metrics/history?key={key}", 100)).Select(p => (run, key, p.GetProperty("step").GetInt64(), p.GetProperty("at").GetDateTime().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture), p.Number("value"))));
        Assert.Equal(3004, logged.Count);
        Assert.Equal(logged, exported);

        static (string, string, long, string, double) Point(JsonElement p) => (p.Text("run_id"), p.Text("key"), p.GetProperty("step").GetInt64(), p.Text("timestamp"), p.Number("value"));
    }

    [Fact]
    public async Task Several_tables_are_a_zip_and_a_document_has_them_all()
    {
        var (experiment, runs) = await Data();
        string[] include = ["config", "runs", "tags", "points"];
        using var zip = new ZipArchive(new MemoryStream(await File(Mira, experiment, new { format = "csv", include })));
        Assert.Equal(["experiment.json", "runs.csv", "points.csv"], zip.Entries.Select(e => e.FullName));
        using var points = new StreamReader(zip.GetEntry("points.csv")!.Open());
        Assert.Equal(3005, Csv(await points.ReadToEndAsync(TestContext.Current.CancellationToken)).Count);
        var document = JsonDocument.Parse(await File(Mira, experiment, new { format = "json", include, run_ids = new[] { runs[1] } })).RootElement;
        Assert.Equal(experiment, document.GetProperty("experiment").GetProperty("id").GetInt64());
        Assert.Equal([runs[1]], document.GetProperty("runs").EnumerateArray().Select(r => r.Text("run_id")));
        Assert.Equal(3001, document.GetProperty("points").GetArrayLength());
        var found = JsonDocument.Parse(await File(Mira, experiment, new { format = "json", include = new[] { "runs" }, filter = "params.lr = '0.1'" })).RootElement;
        Assert.Equal([runs[1]], found.GetProperty("runs").EnumerateArray().Select(r => r.Text("run_id")));
        Assert.Empty(await File(Mira, await Mira.NewExperiment(), new { format = "jsonl", include = new[] { "points" } }));
    }

    [Fact]
    public async Task A_download_goes_on_where_it_broke_off_and_is_nobody_elses()
    {
        var (experiment, _) = await Data();
        var mira = Mira;
        var whole = await File(mira, experiment, new { format = "csv", include = new[] { "points" } });
        var export = (await mira.Get("exports?per_page=1")).Data[0];
        using var request = new HttpRequestMessage(HttpMethod.Get, export.Text("url")) { Headers = { Range = new RangeHeaderValue(1000, 1999) } };
        using var part = await mira.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal(whole[1000..2000], await part.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        var id = export.Text("id");
        var stan = new ApiClient(world.Client(world.Cast.Stranger));
        foreach (var path in (string[])[$"exports/{id}", $"exports/{id}/download"])
            (await stan.Get(path)).Refused(404, "not_found");
        (await stan.Post($"exports/{id}/cancel")).Refused(404, "not_found");
        (await stan.Post($"experiments/{experiment}/export", new { format = "csv" })).Refused(404, "not_found");
        Assert.DoesNotContain(id, (await stan.Get("exports?per_page=100")).Text);
        var vito = new ApiClient(world.Client(world.Cast.Viewer));
        (await vito.Get($"exports/{id}")).Is(200);
        (await vito.Post($"exports/{id}/cancel")).Refused(403, "forbidden");
        (await mira.Post($"exports/{id}/cancel")).Refused(409, "conflict");
    }

    [Fact]
    public async Task A_cancelled_export_ends_within_moments_and_leaves_no_file()
    {
        var mira = Mira;
        var (experiment, run) = (await mira.NewExperiment(), "");
        run = await mira.NewRun(experiment);
        await Fill(experiment, run, 6_000_000);
        var id = (await mira.Post($"experiments/{experiment}/export", new { format = "jsonl", include = new[] { "points" } })).Is(202).Json.GetProperty("data").Text("id");
        await Until.True(async () => (await mira.Get($"exports/{id}")).Data is var now && now.Text("state") == "running" && now.GetProperty("rows_done").GetInt64() > 0, "it is being written");
        Assert.InRange((await mira.Get($"exports/{id}")).Data.GetProperty("progress").GetDouble(), 0.0001, 0.9999);
        Assert.Equal("cancelled", (await mira.Post($"exports/{id}/cancel")).Data.Text("state"));
        (await mira.Get($"exports/{id}/download")).Refused(409, "conflict");
        await Until.True(async () => await JobState(id) == "succeeded", "the job has noticed");
        Assert.Equal("cancelled", (await mira.Get($"exports/{id}")).Data.Text("state"));
        Assert.DoesNotContain(Directory.EnumerateFiles(world.DataOf(0), "*", SearchOption.AllDirectories), f => f.EndsWith(id, StringComparison.Ordinal) || f.Contains(".unfinished", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"format": "xml"}""", "format")]
    [InlineData("""{}""", "format")]
    [InlineData("""{"format": "csv", "include": []}""", "include")]
    [InlineData("""{"format": "csv", "include": ["runs", "runs"]}""", "include")]
    [InlineData("""{"format": "csv", "include": ["secrets"]}""", "include")]
    [InlineData("""{"format": "csv", "filter": "metrics.a <"}""", "filter")]
    [InlineData("""{"format": "csv", "run_ids": []}""", "run_ids")]
    [InlineData("""{"format": "csv", "run_ids": ["x"]}""", "run_ids")]
    public async Task A_wish_that_cannot_be_met_is_refused_at_its_field(string wish, string field) =>
        (await Mira.Post("experiments/0/export", wish)).Refused(422, "validation_error", field);

    [Fact]
    public async Task The_form_and_the_selection_of_runs_lead_to_a_page_that_shows_how_far_it_is()
    {
        var (experiment, runs) = await Data();
        var mira = await world.Visit(world.Cast.Member);
        var refused = await mira.Press($"/experiments/{experiment}/exports", "#export-new form", ("filter", "metrics.a <"), ("format", "csv"), ("include", "runs"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
        Assert.Equal("metrics.a <", refused.Page.QuerySelector("#export-filter")!.GetAttribute("value"));
        var page = await mira.Press($"/experiments/{experiment}/exports", "#export-new form", ("ids", runs[0]), ("format", "csv"), ("include", "runs"), ("include", "points"));
        Assert.StartsWith("/experiments/exports/", page.Address, StringComparison.Ordinal);
        Assert.Contains("1 chosen run", page.Text(".facts"), StringComparison.Ordinal);
        var id = Guid.Parse(page.Address["/experiments/exports/".Length..], CultureInfo.InvariantCulture).ToString("N");
        await Done(Mira, id);
        var done = await mira.Get(page.Address);
        Assert.Equal($"/api/v1/exports/{id}/download", done.QuerySelector($"#export-{id} a")!.GetAttribute("href"));
        using var zip = new ZipArchive(new MemoryStream(await mira.Http.GetByteArrayAsync($"/api/v1/exports/{id}/download", TestContext.Current.CancellationToken)));
        Assert.Equal(2, zip.Entries.Count);
        foreach (var list in (string[])["/experiments/exports", $"/experiments/{experiment}/exports"])
            Assert.NotNull((await mira.Get(list)).QuerySelector($"a[href='/experiments/exports/{id}']"));
        await using var stream = await world.Listen(world.Cast.Member, $"export:{id}");
        Assert.Equal(HttpStatusCode.OK, stream.Status);
        await using var strange = await world.Listen(world.Cast.Stranger, $"export:{id}");
        Assert.Equal(HttpStatusCode.Forbidden, strange.Status);
    }

    private async Task Fill(long experiment, string run, int points)
    {
        await using var connection = new NpgsqlConnection(world.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand("""
            with s as (insert into experiments.series (run_id, experiment_id, key, points, first_step, last_step, first_at, last_at, last_value) values ($1, $2, 'many', $3, 0, $3 - 1, 0, $3 - 1, 1) returning series_id)
            insert into experiments.point (series_id, step, at, value) select s.series_id, g, g, g / 7.0 from s, generate_series(0, $3 - 1) g
            """, connection) { CommandTimeout = 120, Parameters = { new() { Value = Guid.ParseExact(run, "N") }, new() { Value = experiment }, new() { Value = points } } };
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private async Task<string?> JobState(string export)
    {
        await using var connection = new NpgsqlConnection(world.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand("select state from crucible.job_run where arguments->>'export' = $1", connection) { Parameters = { new() { Value = export } } };
        return (string?)await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }

    private static byte[] Unpacked(byte[] bytes)
    {
        using var unpacked = new MemoryStream();
        using (var gzip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress))
            gzip.CopyTo(unpacked);
        return unpacked.ToArray();
    }

    /// <summary>RFC 4180.</summary>
    private static List<List<string>> Csv(string text)
    {
        var (rows, row, field, quoted) = (new List<List<string>>(), new List<string>(), new StringBuilder(), false);
        for (var i = 0; i < text.Length; i++)
            if (quoted && text[i] == '"' && i + 1 < text.Length && text[i + 1] == '"')
                field.Append(text[i++]);
            else if (text[i] == '"')
                quoted = !quoted;
            else if (!quoted && text[i] is ',' or '\n' && !quoted)
            {
                row.Add(field.ToString());
                field.Clear();
                if (text[i] == '\n')
                {
                    rows.Add(row);
                    row = [];
                }
            }
            else
                field.Append(text[i]);
        Assert.False(quoted);
        return rows;
    }
}
