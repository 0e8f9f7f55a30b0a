using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text.Json;
using Crucible.Experiments.Api.Tests.Pages;

namespace Crucible.Experiments.Api.Tests.Imports;

/// <summary>Files of a source that a test makes, and how they are packed.</summary>
internal sealed class Bundle
{
    private readonly List<(string Path, byte[] Content, int Mode)> _files = [];

    public Bundle Text(string path, string content) => Bytes(path, System.Text.Encoding.UTF8.GetBytes(content));

    public Bundle Bytes(string path, byte[] content)
    {
        _files.Add((path, content, 0));
        return this;
    }

    public Bundle Link(string path, string target)
    {
        _files.Add((path, System.Text.Encoding.UTF8.GetBytes(target), 0xA1FF));
        return this;
    }

    public Bundle Experiment(string id, string name, string stage = "active") =>
        Text($"mlruns/{(stage == "deleted" ? ".trash/" : "")}{id}/meta.yaml", $"artifact_location: file:///x\ncreation_time: 1700000000000\nexperiment_id: '{id}'\nlifecycle_stage: {stage}\nname: {name}\n");

    public Bundle Run(string experiment, string id, string name = "r", string more = "", string? folder = null) => Text($"mlruns/{experiment}/{folder ?? id}/meta.yaml",
        $"artifact_uri: file:///x\nend_time: 1700000900000\nexperiment_id: '{experiment}'\nlifecycle_stage: active\nrun_id: {id}\nrun_name: {name}\nrun_uuid: {id}\nstart_time: 1700000000000\nstatus: 3\ntags: []\nuser_id: ada\n{more}");

    public byte[] Zip()
    {
        var content = new MemoryStream();
        using (var zip = new ZipArchive(content, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var (path, bytes, mode) in _files)
            {
                var entry = zip.CreateEntry(path);
                entry.ExternalAttributes = mode << 16;
                using var to = entry.Open();
                to.Write(bytes);
            }
        return content.ToArray();
    }
}

/// <summary>Somebody who imports, in a browser.</summary>
internal sealed class Importing(World world, Visitor visitor, HttpClient program)
{
    public static async Task<Importing> As(World world, Player player) => new(world, await world.Visit(player), world.Client(player));

    public Visitor Visitor { get; } = visitor;

    public async Task<(int Status, string Answer)> Upload(string name, byte[] content, string query = "")
    {
        using var body = new ByteArrayContent(content) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } };
        using var answer = await program.PostAsync($"/experiments/import/upload?name={Uri.EscapeDataString(name)}{query}", body);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Sends a file and waits for its preview.</summary>
    public async Task<Imported> Look(string name, byte[] content, string query = "")
    {
        var (status, answer) = await Upload(name, content, query);
        Assert.True(status == 200, answer);
        using var json = JsonDocument.Parse(answer);
        return await At(json.RootElement.GetProperty("url").GetString()!);
    }

    /// <summary>An import, when nothing works on it.</summary>
    public async Task<Imported> At(string url)
    {
        Imported? now = null;
        await Until.True(async () => (now = new(this, url, await Visitor.Ask(url))).State is not ("reading" or "running"), $"the end of {url}");
        return now!;
    }

    /// <summary>Waits until nothing of an import is on the disk.</summary>
    public Task Gone(string url) => Until.True(() => Task.FromResult(
        new[] { Path.Combine("files", "imports"), "imports-at-work" }.All(f => !Directory.Exists(Path.Combine(World.DataOf(0), f, url.Split('/')[^1])))), $"nothing is left of {url}");

    public World World { get; } = world;
}

/// <summary>An import and its page.</summary>
internal sealed record Imported(Importing Who, string Url, Shown Page)
{
    public string State => Page.Page.QuerySelector(".import")?.GetAttribute("data-state") ?? throw new InvalidOperationException($"{Url} is no import: {Page.Status}");

    /// <summary>A number by its heading, as <c>Points</c>.</summary>
    public string Stat(string title) => Page.Page.QuerySelectorAll(".stat").FirstOrDefault(s => s.QuerySelector("h2")!.TextContent == title)?.QuerySelector("data")!.TextContent ?? "0";

    /// <summary>Refused lines: where and what.</summary>
    public string[] Refused => [.. Page.Page.QuerySelectorAll("#import-refusals tbody tr").Select(r => string.Join(" | ", r.QuerySelectorAll("td").Take(2).Select(d => d.TextContent.Trim())))];

    public async Task<Imported> Press(string handler, params (string Name, string Value)[] fields)
    {
        await Who.Visitor.Press(Url, handler == "Undo" ? "#import-undo form" : handler == "Read" ? ".import-plan" : $"button[formaction$='{handler}']", fields);
        return await Who.At(Url);
    }

    public async Task<Imported> Start()
    {
        Assert.Equal("ready", State);
        return await Press("Start");
    }
}
