using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Crucible.Experiments.Api.Tests;

/// <summary>A world where an artifact may have a megabyte at most, beside one with the usual limit.</summary>
public sealed class SmallArtifacts : World
{
    protected override IEnumerable<string> Settings => ["Crucible:Plugins:experiments:LargestArtifact=1048576"];
}

public sealed class ArtifactTests(World world) : IClassFixture<World>
{
    private readonly Tracker _mira = new(world.Client(world.Cast.Member));

    /// <summary>A run, and the address of its artifacts.</summary>
    private async Task<(string Run, string Root)> NewRun()
    {
        var experiment = await _mira.NewExperiment();
        var run = await _mira.NewRun(experiment);
        return (run, $"{Tracker.Proxy}/{experiment}/{run}/artifacts");
    }

    private static string Encoded(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));

    private static ByteArrayContent Bytes(string text) => new(Encoding.UTF8.GetBytes(text));

    public static TheoryData<string> Names => [.. (string[])
    [
        "a.txt", "nested/deep/er/model.pkl", "with space.txt", " lead and trail ", "ünïcode/漢字 🦊.bin", "100%.txt", "a%2Bb", "images/dog%step%3%timestamp%1795183890954%0a1bc2d3-4e5f-4a1b-8c2d-0123456789ab%compressed.webp", "top%10.txt",
        "a+b=c&d.txt", "hash#mark.txt", "what?.txt", "semi;colon,comma.txt", "quote'and\"double.txt", "back`tick$dollar", "...", "..a", "a..", ".hidden", "tilde~", "[brackets]{curly}", "CON", "trailing.",
        "a@b:c", "~", "mlflow-artifacts/artifacts/x.txt", new('n', 255), string.Join('/', Enumerable.Repeat(new string('漢', 85), 7)),
    ]];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_file_of_any_name_is_kept_listed_read_and_deleted(string path)
    {
        var (run, root) = await NewRun();
        var address = $"{root}/{Encoded(path)}";
        (await _mira.Get(address)).Missing();
        (await _mira.Send("PUT", address, Bytes("content of " + path))).Is("{}");

        Assert.Equal("content of " + path, (await _mira.Get(address)).Text);
        Assert.Equal("content of " + path, (await _mira.Get(address.Replace("/api/", "/ajax-api/", StringComparison.Ordinal))).Text);
        Assert.Equal("content of " + path, (await _mira.Get($"/get-artifact?run_id={run}&path={Tracker.Q(path)}")).Text);
        Assert.Equal("content of " + path, (await _mira.Get($"/ajax-api/2.0/mlflow/get-artifact?run_uuid={run}&path={Tracker.Q(path)}")).Text);

        // Down the tree, by both lists: one names files from the run on, the other by their names alone.
        var folders = path.Split('/')[..^1];
        for (var depth = 0; depth <= folders.Length; depth++)
        {
            var (folder, next) = (string.Join('/', folders[..depth]), path.Split('/')[depth]);
            var isFolder = depth < folders.Length;
            var size = isFolder ? "" : $", \"file_size\": {Encoding.UTF8.GetByteCount("content of " + path)}";
            var full = folder.Length == 0 ? next : $"{folder}/{next}";
            var inFolder = folder.Length == 0 ? "" : $"&path={Tracker.Q(folder)}";
            (await _mira.Get($"artifacts/list?run_id={run}{inFolder}")).Is(
                $$"""{"root_uri": "mlflow-artifacts:{{root[Tracker.Proxy.Length..]}}", "files": [{"path": {{Json(full)}}, "is_dir": {{(isFolder ? "true" : "false")}}{{size}} }]}""");
            var place = root[(Tracker.Proxy.Length + 1)..] + (folder.Length == 0 ? "" : "/" + folder);
            (await _mira.Get($"{Tracker.Proxy}?path={Tracker.Q(place)}")).Is(
                $$"""{"files": [{"path": {{Json(next)}}, "is_dir": {{(isFolder ? "true" : "false")}}{{size}} }]}""");
        }

        (await _mira.Send("DELETE", address)).Is("{}");
        (await _mira.Get(address)).Missing();
        (await _mira.Send("DELETE", address)).Missing();
    }

    private static string Json(string text) => System.Text.Json.JsonSerializer.Serialize(text);

    [Fact]
    public async Task A_file_is_sent_so_that_no_browser_runs_it()
    {
        var (run, root) = await NewRun();
        (await _mira.Send("PUT", $"{root}/page%20%C3%A9.html", Bytes("<script>alert(1)</script>"))).Is("{}");
        foreach (var address in (string[])[$"{root}/page%20%C3%A9.html", $"/get-artifact?run_id={run}&path=page%20%C3%A9.html"])
        {
            using var response = await _mira.Http.GetAsync(address);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
            Assert.Contains("sandbox", Assert.Single(response.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
            Assert.Equal(("attachment", "page é.html"), (response.Content.Headers.ContentDisposition!.DispositionType, response.Content.Headers.ContentDisposition.FileNameStar));
            Assert.Equal(25, response.Content.Headers.ContentLength);
        }
    }

    [Fact]
    public async Task What_is_compressed_on_the_way_comes_out_the_same()
    {
        var (run, root) = await NewRun();
        var text = string.Concat(Enumerable.Range(0, 5000).Select(i => $"line {i}\n"));
        (await _mira.Send("PUT", $"{root}/a.txt", Bytes(text))).Is("{}");
        var plain = await _mira.Get($"{Tracker.Api}runs/get?run_id={run}");
        _mira.Http.DefaultRequestHeaders.Add("Accept-Encoding", "gzip");
        foreach (var (address, expected) in ((string, string)[])[($"{root}/a.txt", text), ($"{Tracker.Api}runs/get?run_id={run}", plain.Text)])
        {
            using var response = await _mira.Http.GetAsync(address);
            Assert.Equal(["gzip"], response.Content.Headers.ContentEncoding);
            await using var unzipped = new System.IO.Compression.GZipStream(await response.Content.ReadAsStreamAsync(), System.IO.Compression.CompressionMode.Decompress);
            using var reader = new StreamReader(unzipped);
            Assert.Equal(expected, await reader.ReadToEndAsync());
        }
    }

    [Fact]
    public async Task Writing_again_replaces_and_any_content_type_will_do()
    {
        var (_, root) = await NewRun();
        foreach (var (content, type) in ((string, string?)[])[("first, and longer", "text/plain"), ("", null), ("third", "application/json"), ("fourth", "multipart/form-data; boundary=x")])
        {
            (await _mira.Send("PUT", $"{root}/a.bin", Tracker.Json(Encoding.UTF8.GetBytes(content), type))).Is("{}");
            Assert.Equal(content, (await _mira.Get($"{root}/a.bin")).Text);
        }
    }

    [Fact]
    public async Task A_large_file_of_unknown_length_goes_through_whole()
    {
        var (run, root) = await NewRun();
        var sent = new Stream20();
        (await _mira.Send("PUT", $"{root}/models/large.bin", sent)).Is("{}");
        using var response = await _mira.Http.GetAsync($"{root}/models/large.bin", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(Stream20.Length, response.Content.Headers.ContentLength);
        await using var body = await response.Content.ReadAsStreamAsync();
        Assert.Equal(sent.Hash, Convert.ToHexString(await SHA256.HashDataAsync(body)));
        Assert.Equal(Stream20.Length, (await _mira.Get($"artifacts/list?run_id={run}&path=models")).At("files[0].file_size").GetInt64());
    }

    private sealed class Stream20 : HttpContent
    {
        public const long Length = 20L * 1024 * 1024 + 17;

        public string Hash { get; private set; } = "";

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var random = new Random(1);
            var part = new byte[100_003];
            for (var left = Length; left > 0; left -= part.Length)
            {
                random.NextBytes(part);
                var now = part.AsMemory(0, (int)Math.Min(left, part.Length));
                hash.AppendData(now.Span);
                await stream.WriteAsync(now);
            }
            Hash = Convert.ToHexString(hash.GetHashAndReset());
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    [Fact]
    public async Task An_upload_that_breaks_off_leaves_what_was_there()
    {
        var (run, root) = await NewRun();
        (await _mira.Send("PUT", $"{root}/kept.txt", Bytes("whole"))).Is("{}");
        foreach (var name in (string[])["kept.txt", "new.txt"])
            await Assert.ThrowsAnyAsync<Exception>(() => _mira.Send("PUT", $"{root}/{name}", new Breaking()));
        await Until.True(async () => (await _mira.Get($"{root}/kept.txt")).Text == "whole", "the file as it was");
        Assert.Equal(["kept.txt"], (await _mira.Get($"artifacts/list?run_id={run}")).Each("files", "path"));
    }

    private sealed class Breaking : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(new byte[200_000]);
            throw new IOException("The line went dead.");
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 1_000_000;
            return true;
        }
    }

    [Fact]
    public async Task Folders_are_listed_in_order_and_deleted_with_all_in_them()
    {
        var (run, root) = await NewRun();
        foreach (var name in (string[])["b.txt", "a/2.txt", "a/1.txt", "a/sub/3.txt", "c.txt"])
            (await _mira.Send("PUT", $"{root}/{name}", Bytes(name))).Is("{}");
        Assert.Equal(["a", "b.txt", "c.txt"], (await _mira.Get($"artifacts/list?run_id={run}")).Each("files", "path"));
        Assert.Equal(["a/1.txt", "a/2.txt", "a/sub"], (await _mira.Get($"/ajax-api/2.0/mlflow/artifacts/list?run_id={run}&path=a/")).Each("files", "path"));
        (await _mira.Get($"artifacts/list?run_id={run}&path=none")).Is($$"""{"root_uri": "mlflow-artifacts:{{root[Tracker.Proxy.Length..]}}"}""");
        (await _mira.Get($"artifacts/list?run_id={run}&path=b.txt")).Is($$"""{"root_uri": "mlflow-artifacts:{{root[Tracker.Proxy.Length..]}}"}""");
        (await _mira.Get($"{Tracker.Proxy}?path={Tracker.Q(root[(Tracker.Proxy.Length + 1)..] + "/none")}")).Is("{}");
        (await _mira.Get($"{Tracker.Proxy}?path=nowhere")).Is("{}");
        (await _mira.Get($"{root}/a")).Missing();
        (await _mira.Send("DELETE", $"{root}/a")).Is("{}");
        Assert.Equal(["b.txt", "c.txt"], (await _mira.Get($"artifacts/list?run_id={run}")).Each("files", "path"));
    }

    [Fact]
    public async Task A_file_cannot_be_where_a_folder_is_nor_the_other_way_round()
    {
        var (_, root) = await NewRun();
        (await _mira.Send("PUT", $"{root}/file", Bytes("1"))).Is("{}");
        (await _mira.Send("PUT", $"{root}/folder/inside", Bytes("1"))).Is("{}");
        (await _mira.Send("PUT", $"{root}/file/below", Bytes("2"))).Invalid("taken");
        (await _mira.Send("PUT", $"{root}/folder", Bytes("2"))).Invalid("taken");
        (await _mira.Send("PUT", root, Bytes("2"))).Invalid();
        (await _mira.Send("PUT", $"{root}/", Bytes("2"))).Invalid();
        Assert.Equal("1", (await _mira.Get($"{root}/file")).Text);
    }

    public static TheoryData<string> Tricks => [.. (string[])
    [
        "..", ".", "../x", "a/../b", "a/./b", "a//b", "%2e%2e/x", "%2E%2E%2Fx", "..%2fx", "a/%2e%2e/%2e%2e/x", "%252e%252e/x", "%252e%252e%252fx", "%25252e%25252e/x", "..%5cx", "a%5c..%5cx", "\\x",
        "%5cx", "%2Fetc/passwd", "%2f%2fx", "a%252fb%252f..", "%00", "a%00b", "a%0ab", "a%0d%0aSet-Cookie:x", "a%2500b", "%c0%ae%c0%ae/x", "%c0%af", "C:%5cwindows", "C:/windows", "c%3A/x",
        "..;/x", "%2e%2e;/x".Replace(";/x", "%3b/../x", StringComparison.Ordinal), "a%1fb", "%7f", "a/b:/c", "x:", string.Join('/', Enumerable.Repeat(new string('b', 255), 5)), Uri.EscapeDataString(string.Join('/', Enumerable.Repeat(new string('漢', 79), 8))).Replace("%2F", "/", StringComparison.Ordinal), new('n', 256),
    ]];

    [Theory]
    [MemberData(nameof(Tricks))]
    public async Task A_path_that_leads_elsewhere_is_refused_by_every_door(string trick)
    {
        var (run, root) = await NewRun();
        (await _mira.Send("PUT", $"{root}/a/inside.txt", Bytes("1"))).Is("{}");
        void Refused(Answer answer, params int[] alsoFine)
        {
            Assert.True(answer.Status is 400 or 404 || alsoFine.Contains(answer.Status), $"{answer.Asked} answered {answer.Status}: {answer.Text}");
            // What the web server itself cannot read never comes as far as the protocol.
            if (answer.Bytes.Length > 0 && answer.Kind == "application/json" && answer.Status != 200)
                Assert.Contains(answer.Json.At("error_code").GetString(), (string[])["INVALID_PARAMETER_VALUE", "RESOURCE_DOES_NOT_EXIST", "ENDPOINT_NOT_FOUND"]);
        }
        Refused(await _mira.Send("PUT", $"{root}/{trick}", Bytes("evil")), trick is "..;/x" ? [200] : []);
        Refused(await _mira.Get($"{root}/{trick}"), trick is "..;/x" ? [200] : []);
        Refused(await _mira.Send("DELETE", $"{root}/{trick}x"));
        if (trick is "..;/x" or "%7f")
            return;
        var decoded = Uri.UnescapeDataString(trick);
        Refused(await _mira.Get($"/get-artifact?run_id={run}&path={Tracker.Q(decoded)}"));
        Refused(await _mira.Get($"artifacts/list?run_id={run}&path={Tracker.Q(decoded)}"));
        Refused(await _mira.Get($"{Tracker.Proxy}?path={Tracker.Q($"{root[(Tracker.Proxy.Length + 1)..]}/{decoded}")}"));
        Assert.Equal(["a"], (await _mira.Get($"artifacts/list?run_id={run}")).Each("files", "path"));
        Assert.Equal("1", (await _mira.Get($"{root}/a/inside.txt")).Text);
    }

    [Fact]
    public async Task Only_the_artifacts_of_a_run_or_a_model_are_there()
    {
        var (run, root) = await NewRun();
        var experiment = root.Split('/')[^3];
        foreach (var path in (string[])["", "x", experiment, $"{experiment}/{run}", $"{experiment}/{run}/other/x", $"0/{run}/artifacts/x", $"{experiment}/{run.ToUpperInvariant()}/artifacts/x",
            $"{experiment}/{new string('0', 32)}/artifacts/x", $"{experiment}/models/m-nope/artifacts/x", $"artifacts/{experiment}/{run}/artifacts/x", ".unfinished/x"])
        {
            var refused = await _mira.Send("PUT", $"{Tracker.Proxy}/{path}", Bytes("x"));
            Assert.True(refused.Status is 400 or 404, $"{refused.Asked} answered {refused.Status}");
            Assert.NotNull(refused.Json.Find("error_code"));
            Assert.True((await _mira.Send("DELETE", $"{Tracker.Proxy}/{path}")).Status is 400 or 404);
        }
        (await _mira.Get($"artifacts/list?run_id={run}")).Is($$"""{"root_uri": "mlflow-artifacts:{{root[Tracker.Proxy.Length..]}}"}""");
    }

    [Theory]
    [InlineData("/api/2.0/mlflow-artifacts/artifacts?path=/mlflow-artifacts/artifacts/x")]
    [InlineData("/api/2.0/mlflow%2Dartifacts/artifacts/x?path=/mlflow-artifacts/artifacts/y")]
    [InlineData("/api/2.0/mlflow-artifacts%2Fartifacts/x")]
    [InlineData("/api/2.0/MLFLOW-ARTIFACTS/artifacts/x")]
    [InlineData("/api/2.0/mlflow-artifacts/artifacts/%")]
    [InlineData("/api/2.0/mlflow-artifacts/artifacts/%zz")]
    [InlineData("/api/2.0/mlflow-artifacts/artifacts/a?")]
    public async Task An_odd_address_is_no_fault_of_the_server(string address)
    {
        var answer = await _mira.Get(address);
        Assert.True(answer.Status is 200 or 400 or 404, $"{answer.Asked} answered {answer.Status}: {answer.Text}");
    }

    [Theory]
    [InlineData("create")]
    [InlineData("complete")]
    [InlineData("abort")]
    public async Task Upload_in_parts_is_not_offered_so_that_clients_fall_back(string step)
    {
        var (_, root) = await NewRun();
        (await _mira.Post(root.Replace("/artifacts/", $"/mpu/{step}/", StringComparison.Ordinal) + "/x", "{}")).Refused(501, "NOT_IMPLEMENTED");
    }

    [Fact]
    public async Task Get_artifact_needs_a_path_and_a_file_that_is_there()
    {
        var (run, _) = await NewRun();
        (await _mira.Get($"/get-artifact?run_id={run}")).Invalid("path");
        (await _mira.Get($"/get-artifact?run_id={run}&path=none.txt")).Missing("none.txt");
        (await _mira.Get("/get-artifact?path=none.txt")).Invalid("run_id");
    }
}

public sealed class ArtifactLimitTests(SmallArtifacts world) : IClassFixture<SmallArtifacts>
{
    private readonly Tracker _mira = new(world.Client(world.Cast.Member));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_file_over_the_limit_is_413_and_nothing_is_kept(bool lengthKnown)
    {
        var run = await _mira.NewRun("0");
        var root = $"{Tracker.Proxy}/0/{run}/artifacts";
        (await _mira.Send("PUT", $"{root}/exact.bin", new ByteArrayContent(new byte[1 << 20]))).Is("{}");
        HttpContent over = lengthKnown ? new ByteArrayContent(new byte[(1 << 20) + 1]) : new StreamContent(new Unseekable((1 << 20) + 1));
        (await _mira.Send("PUT", $"{root}/over.bin", over)).Refused(413, "INVALID_PARAMETER_VALUE", "1,048,576 bytes");
        Assert.Equal(["exact.bin"], (await _mira.Get($"artifacts/list?run_id={run}")).Each("files", "path"));
    }

    private sealed class Unseekable(int length) : MemoryStream(new byte[length])
    {
        public override bool CanSeek => false;
    }
}
