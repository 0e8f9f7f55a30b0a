using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Host.Tests.Security;

/// <summary>Files that are sent to be somewhere else, to be something else, or to be too much.</summary>
[Collection(nameof(Untouched))]
public sealed class UploadAttackTests(Everything world)
{
    private const string Marker = "sentinel-of-the-upload";
    private const string Root = "/api/2.0/mlflow-artifacts/artifacts/";

    private static readonly string[] Up = ["..", "%2e%2e", "%2E.", ".%2e", "%252e%252e", "%25252e%25252e", "%c0%ae%c0%ae", "%e0%80%ae%e0%80%ae", "%uff0e%uff0e", "..%00", "...", "....//..", "..;", "..%0d%0a", "%EF%BC%8E%EF%BC%8E"];
    private static readonly string[] Slash = ["/", "%2f", "%2F", "%5c", "\\", "%252f", "%255c", "%c0%af", "%e0%80%af", "%u2215", "//", "/./", "%EF%BC%8F"];

    private string DataPath => world.Services.GetRequiredService<IConfiguration>()["Crucible:DataPath"]!;

    [Fact]
    public async Task Whatever_a_path_is_written_like_nothing_lies_or_is_read_outside_the_files()
    {
        var canary = Path.Combine(DataPath, "canary.txt");
        await File.WriteAllTextAsync(canary, "the canary", TestContext.Current.CancellationToken);
        var mira = await world.Token(world.Cast.Member, "write");
        var folder = (await Things.For(world, mira, world.Cast.Member, "{folder}")).Words["folder"];
        var tries = (from up in Up from slash in Slash where up is ".." or "%2e%2e" || slash is "/" or "%2f" or "%5c" or "%252f" select string.Concat(Enumerable.Repeat(up + slash, 6)) + "canary.txt")
            .Concat([canary, canary[1..], Uri.EscapeDataString(canary), "file://" + canary, "%2f" + canary[1..], "a.txt/../../../../canary.txt", "con", "nul", "aux.txt", "a.txt::$DATA", "a.txt%20", "a.txt.", ".unfinished/x", "%2eunfinished/x"]);
        foreach (var path in tries)
            foreach (var (method, at) in ((string, string)[])[("PUT", Root + folder + "/" + path), ("GET", Root + folder + "/" + path), ("PUT", Root + path), ("GET", Root + path), ("GET", $"/get-artifact?run_id={folder.Split('/')[1]}&path={path}")])
            {
                var reply = await mira.Send(method, at, method == "PUT" ? new StringContent(Marker) : null);
                Assert.True(reply.Status < 500 && !reply.Body.Contains("the canary", StringComparison.Ordinal), reply.ToString());
            }
        var inside = Stored(folder) + Path.DirectorySeparatorChar;
        var marked = Directory.EnumerateFiles(Path.Combine(DataPath, ".."), "*", SearchOption.AllDirectories).Where(f => new FileInfo(f).Length == Marker.Length && File.ReadAllText(f) == Marker).ToList();
        // Odd names that are names are taken; they lie where they belong.
        Assert.NotEmpty(marked);
        Assert.All(marked, file => Assert.StartsWith(inside, Path.GetFullPath(file), StringComparison.Ordinal));
        foreach (var path in tries)
            foreach (var at in (string[])[Root + folder + "/" + path, Root + path])
                Assert.True((await mira.Send("DELETE", at, null)).Status < 500, at);
        Assert.Equal("the canary", await File.ReadAllTextAsync(canary, TestContext.Current.CancellationToken));
        var alive = await mira.Get(Root + folder + "/a.txt");
        Assert.Equal(200, alive.Status);
    }

    [Fact]
    public async Task A_link_in_the_store_leads_nowhere()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a right there.");
        var mira = await world.Token(world.Cast.Member, "write");
        var folder = (await Things.For(world, mira, world.Cast.Member, "{folder}")).Words["folder"];
        var outside = Directory.CreateDirectory(Path.Combine(DataPath, "outside")).FullName;
        await File.WriteAllTextAsync(Path.Combine(outside, "secret.txt"), "the secret", TestContext.Current.CancellationToken);
        var kept = Stored(folder);
        File.CreateSymbolicLink(Path.Combine(kept, "link.txt"), Path.Combine(outside, "secret.txt"));
        Directory.CreateSymbolicLink(Path.Combine(kept, "folder"), outside);
        foreach (var path in (string[])["link.txt", "folder/secret.txt"])
        {
            var read = await mira.Get($"{Root}{folder}/{path}");
            Assert.True(read.Status is 400 or 404 && !read.Body.Contains("the secret", StringComparison.Ordinal), read.ToString());
        }
        var list = await mira.Get($"/api/2.0/mlflow/artifacts/list?run_id={folder.Split('/')[1]}&path=folder");
        Assert.DoesNotContain("secret.txt", list.Body, StringComparison.Ordinal);
        await mira.Send("PUT", $"{Root}{folder}/folder/new.txt", new StringContent("new"));
        await mira.Send("PUT", $"{Root}{folder}/link.txt", new StringContent("new"));
        await mira.Send("DELETE", $"{Root}{folder}/folder/secret.txt", null);
        await mira.Send("DELETE", $"{Root}{folder}/folder", null);
        Assert.Equal(["secret.txt"], Directory.GetFiles(outside).Select(f => Path.GetFileName(f)));
        Assert.Equal("the secret", await File.ReadAllTextAsync(Path.Combine(outside, "secret.txt"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Whatever_it_claims_to_be_a_browser_only_saves_it()
    {
        const string Evil = "<html xmlns=\"http://www.w3.org/1999/xhtml\"><script>alert(document.cookie)</script><svg onload=\"alert(1)\"/></html>";
        var mira = await world.Token(world.Cast.Member, "write");
        var words = (await Things.For(world, mira, world.Cast.Member, "{folder}")).Words;
        var viewer = await world.Sit(world.Cast.Viewer);
        foreach (var name in (string[])["a.html", "a.htm", "a.xhtml", "a.svg", "a.xml", "a.js", "a.mjs", "a.css", "a.pdf", "a.swf", "a.hta", "a.mht", "a.png", "a.wasm", "a.json", "a", "a.txt.html", "a.HTML", "a.html%20", "%22;%20x=%22.html", "a%27b.svg", "%E2%80%AEgnp.html", "a;filename=b.html"])
            foreach (var type in (string[])["text/html; charset=utf-7", "image/svg+xml"])
            {
                var content = new StringContent("\uFEFF" + Evil);
                content.Headers.Remove("Content-Type");
                content.Headers.TryAddWithoutValidation("Content-Type", type);
                Assert.Equal(200, (await mira.Send("PUT", $"{Root}{words["folder"]}/{name}", content)).Status);
                foreach (var at in (string[])[$"{Root}{words["folder"]}/{name}", $"/get-artifact?run_id={words["run"]}&path={name}"])
                {
                    var reply = await viewer.Get(at);
                    Assert.True(reply.Status == 200, reply.ToString());
                    Assert.StartsWith("attachment", reply.Header("Content-Disposition"), StringComparison.Ordinal);
                    Assert.DoesNotContain('"', reply.Header("Content-Disposition"));
                    Assert.Equal("nosniff", reply.Header("X-Content-Type-Options"));
                    Assert.Equal("default-src 'none'; sandbox", reply.Header("Content-Security-Policy"));
                    Assert.Contains("no-store", reply.Header("Cache-Control"), StringComparison.Ordinal);
                }
                var preview = await viewer.Get($"/experiments/runs/{words["run"]}?tab=artifacts&file={name}");
                Assert.Empty(PageRules.Faults(preview, isPrivate: true));
            }
    }

    [Theory]
    [InlineData("Content-Length: 99999999999999999")]
    [InlineData("Content-Length: 9223372036854775807")]
    [InlineData("Content-Length: 9223372036854775808")]
    [InlineData("Content-Length: -1")]
    [InlineData("Content-Length: 1, 2")]
    [InlineData("Content-Length: 0x10")]
    [InlineData("Content-Length: 5\r\nContent-Length: 6")]
    [InlineData("Content-Length: 5\r\nTransfer-Encoding: chunked")]
    [InlineData("Transfer-Encoding: chunked, identity")]
    [InlineData("Transfer-Encoding:\u000bchunked")]
    public async Task A_length_that_is_a_lie_is_refused_before_a_byte_is_read(string length)
    {
        var mira = await world.Token(world.Cast.Member, "write");
        var folder = (await Things.For(world, mira, world.Cast.Member, "{folder}")).Words["folder"];
        using var client = new TcpClient();
        var address = new Uri(world.Url);
        await client.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"PUT {Root}{folder}/lie.bin HTTP/1.1\r\nHost: {address.Authority}\r\nAuthorization: Bearer {world.Cast.Member.Token}\r\n{length}\r\nConnection: close\r\n\r\n"), TestContext.Current.CancellationToken);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(10));
        using var reader = new StreamReader(stream);
        var status = await reader.ReadLineAsync(patience.Token);
        Assert.Matches("^HTTP/1.1 (400|411|413|501) ", status);
        Assert.Equal(404, (await mira.Get($"{Root}{folder}/lie.bin")).Status);
    }

    /// <summary>Where the store keeps the files of a run.</summary>
    private string Stored(string folder) => Path.GetDirectoryName(Path.GetFullPath(Directory.EnumerateFiles(Path.Combine(DataPath, "files"), "a.txt", SearchOption.AllDirectories)
        .Single(f => f.Contains($"{Path.DirectorySeparatorChar}{folder.Split('/')[1]}{Path.DirectorySeparatorChar}", StringComparison.Ordinal))))!;
}
