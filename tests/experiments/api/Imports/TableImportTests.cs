using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Crucible.Experiments.Api.Tests.Imports;

/// <summary>Tables of runs, event files, and another server.</summary>
public sealed class TableImportTests(World world) : IClassFixture<World>
{
    private readonly Tracker _mira = new(world.Client(world.Cast.Member));

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private async Task<string[]> Runs(string experiment, string filter = "")
    {
        var id = (await _mira.Get($"experiments/get-by-name?experiment_name={Tracker.Q(experiment)}")).Word("experiment.experiment_id");
        return (await _mira.Post("runs/search", new { experiment_ids = new[] { id }, filter, order_by = new[] { "run_name" } })).Each("runs", "info.run_id");
    }

    [Fact]
    public async Task A_table_with_prefixes_says_itself_what_it_is()
    {
        var name = Tracker.Unique("csv");
        var mira = await Importing.As(world, world.Cast.Member);
        var look = await mira.Look($"{name}.csv", Utf8("run_name,params.lr,metrics.acc,tags.team,status,start_time\r\na,0.1,0.9,\"red, \"\"dark\"\"\",FAILED,2026-01-02 03:04:05\r\nb,0.2,oops,blue,FINISHED,1767323045\r\n"));
        Assert.Equal(("2", "1", "1"), (look.Stat("New runs"), look.Stat("Points"), look.Stat("Refused")));
        Assert.StartsWith($"{name}.csv:3 | “oops”", Assert.Single(look.Refused), StringComparison.Ordinal);
        await look.Start();
        await (await mira.Look($"{name}.csv", Utf8("run_name,params.lr,metrics.acc,tags.team,status,start_time\r\na,0.1,0.9,\"red, \"\"dark\"\"\",FAILED,2026-01-02 03:04:05\r\n"))).Start();
        var runs = await Runs(name);
        Assert.Equal(2, runs.Length);
        var run = await _mira.Run(runs[0]);
        Assert.Equal(("FAILED", 1_767_323_045_000), (run.At("info.status").GetString(), run.At("info.start_time").GetInt64()));
        Assert.Equal("red, \"dark\"", run.At("data").Pairs("tags")["team"]);
        Assert.Equal([new(0, 1_767_323_045_000, .9)], await _mira.History(runs[0], "acc"));
    }

    [Fact]
    public async Task A_table_without_prefixes_is_mapped_before_it_comes_in()
    {
        var name = Tracker.Unique("plain");
        var mira = await Importing.As(world, world.Cast.Member);
        var look = await mira.Look($"{name}.csv", Utf8("Name,lr,score,notes,step\nx,0.1,0.5,fine,1\ny,0.1,0.6,,1\nx,0.1,0.7,fine,2\n"));
        Assert.Equal(["name", "param", "metric", "param", "step"], look.Page.Page.QuerySelectorAll("select[name=kinds]").Select(s => s.QuerySelector("option[selected]")!.GetAttribute("value")!));
        Assert.Equal(("2", "3"), (look.Stat("New runs"), look.Stat("Points")));
        look = await look.Press("Read", ("experiment", $"{name} mapped"), ("kinds", "name"), ("kinds", "metric"), ("kinds", "metric"), ("kinds", "ignore"), ("kinds", "step"));
        Assert.Equal(("ready", "6"), (look.State, look.Stat("Points")));
        await look.Start();
        var runs = await Runs($"{name} mapped");
        Assert.Equal([.5, .7], (await _mira.History(runs[0], "score")).Select(p => p.Value).Order());
        Assert.DoesNotContain("notes", await _mira.Contents(runs[0]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lines_of_json_may_be_runs_or_points_and_stand_in_any_order()
    {
        var name = Tracker.Unique("json");
        var mira = await Importing.As(world, world.Cast.Member);
        var look = await mira.Look($"{name}.jsonl", Utf8("""
            {"run":"a","params":{"opt":{"lr":0.1}},"metrics":{"loss":1.5},"step":2,"timestamp":1700000000}
            {"run":"b","key":"acc","value":0.5,"step":-3,"timestamp":1700000000}
            not json
            {"run":"a","metrics":{"loss":NaN},"step":1,"timestamp":1700000001}
            [1]
            {"run":"a","metrics":{"loss":1e308},"step":1.5}
            """));
        Assert.Equal(("2", "3", "3"), (look.Stat("New runs"), look.Stat("Points"), look.Stat("Refused")));
        await look.Start();
        var runs = await Runs(name);
        Assert.Equal([new(1, 1_700_000_001_000, double.NaN), new(2, 1_700_000_000_000, 1.5)], (await _mira.History(runs[0], "loss")).OrderBy(p => p.Step));
        Assert.Equal("0.1", (await _mira.Run(runs[0])).At("data").Pairs("params")["opt.lr"]);
        Assert.Equal([new(-3, 1_700_000_000_000, .5)], await _mira.History(runs[1], "acc"));
    }

    [Fact]
    public async Task Event_files_give_their_scalars_as_far_as_they_are_whole()
    {
        var name = Tracker.Unique("events");
        byte[] old = [.. Events.File(), .. Events.Frame(Events.Simple(1_700_000_001.5, 5, "loss", 1.5f)), .. Events.Frame(Events.Simple(1_700_000_002, -6, "loss", float.NaN))];
        byte[] damaged = [.. Events.Frame(Events.Simple(1_700_000_003, 7, "loss", 3))];
        damaged[^6] ^= 1;
        byte[] tensors = [.. Events.File(), .. Events.Frame(Events.Tensor(1_700_000_001, 1, "acc/val(1)", .25f, "scalars")), .. Events.Frame(Events.Tensor(1_700_000_002, 2, "acc/val(1)", .75f, null)),
            .. Events.Frame(Events.Tensor(1_700_000_002, 2, "picture", 1, "images"))];
        var cut = Events.Frame(Events.Simple(1_700_000_009, 9, "loss", 9));
        var folder = new Bundle()
            .Bytes("logs/train/events.out.tfevents.1.host", [.. old, .. damaged, .. Events.Frame(Events.Simple(1_700_000_004, 8, "loss", 4)), .. cut[..^3]])
            .Bytes("logs/eval/events.out.tfevents.1.host.v2", tensors);
        var mira = await Importing.As(world, world.Cast.Member);
        var look = await mira.Look($"{name}.zip", folder.Zip());
        Assert.Equal(("2", "5"), (look.Stat("New runs"), look.Stat("Points")));
        foreach (var words in (string[])["tfevents.1.host:4 | The content of this record does not fit its checksum", "tfevents.1.host:6 | The file ends within this record", "is called “acc/val_1_” here"])
            Assert.Contains(look.Refused, r => r.Contains(words, StringComparison.Ordinal));
        await look.Start();
        Assert.Equal("0", (await (await mira.Look($"{name}.zip", folder.Zip())).Start()).Stat("Runs made"));
        var runs = await Runs(name);
        Assert.Equal([new(1, 1_700_000_001_000, .25), new(2, 1_700_000_002_000, .75)], (await _mira.History(runs[0], "acc/val_1_")).OrderBy(p => p.Step));
        Assert.Equal([new(-6, 1_700_000_002_000, double.NaN), new(5, 1_700_000_001_500, 1.5), new(8, 1_700_000_004_000, 4)], (await _mira.History(runs[1], "loss")).OrderBy(p => p.Step));
        Assert.Equal("logs/train", (await _mira.Run(runs[1])).At("info.run_name").GetString());
        Assert.Equal(1_700_000_000_000, (await _mira.Run(runs[1])).At("info.start_time").GetInt64());
    }

    [Fact]
    public async Task Another_server_is_imported_by_admins_and_its_secret_is_gone_with_the_job()
    {
        await using var other = new World();
        await other.InitializeAsync();
        var there = new Tracker(other.Client(other.Cast.Member));
        var (name, text) = (Tracker.Unique("server"), "artifact");
        var run = await there.NewRun(await there.NewExperiment(name), "far");
        await there.Log(run, "m/n", Enumerable.Range(0, 30_000).Select(i => new Point(i, 1_700_000_000_000 + i, i % 1000 == 0 ? double.NaN : i)));
        (await there.Post("runs/log-batch", new { run_id = run, @params = new[] { new { key = "p", value = "1" } } })).Ok();
        var experiment = (await there.Run(run)).At("info.experiment_id").GetString();
        (await there.Send("PUT", $"{Tracker.Proxy}/{experiment}/{run}/artifacts/d/a.txt", new ByteArrayContent(Utf8(text)))).Ok();

        var mira = await Importing.As(world, world.Cast.Member);
        Assert.False((await mira.Visitor.Get("/experiments/import")).QuerySelector("#import-server-panel") is not null);
        var token = await Pages.Browsing.FormToken(mira.Visitor);
        var refused = await Pages.Browsing.Send(mira.Visitor, "/experiments/import?handler=Server", token, ("address", other.Url));
        Assert.Equal(422, (int)refused.Status);

        var admin = await Importing.As(world, world.Cast.Admin);
        var begun = await Pages.Browsing.Press(admin.Visitor, "/experiments/import", "#import-server-panel form", ("address", other.Url), ("token", other.Cast.Member.Token));
        var look = await admin.At(begun.Address);
        Assert.Equal(("ready", "?"), (look.State, look.Stat("Points")));
        Assert.NotNull(await Secret(look.Url));
        Assert.DoesNotContain(other.Cast.Member.Token, await Secret(look.Url), StringComparison.Ordinal);
        var done = await look.Start();
        Assert.Equal(("done", "30,000", "1"), (done.State, done.Stat("Points"), done.Stat("Files")));
        Assert.Null(await Secret(look.Url));
        var here = new Tracker(world.Client(world.Cast.Admin));
        Assert.Equal(await there.History(run, "m/n"), await here.History(run, "m/n"));
        Assert.Equal(text, (await here.Get($"/get-artifact?run_id={run}&path=d%2Fa.txt")).Text);
        begun = await Pages.Browsing.Press(admin.Visitor, "/experiments/import", "#import-server-panel form", ("address", other.Url), ("token", "wrong"));
        Assert.Contains("refused the sign-in", (await admin.At(begun.Address)).Page.Text(".notice"), StringComparison.Ordinal);
    }

    private async Task<string?> Secret(string url)
    {
        await using var connection = new Npgsql.NpgsqlConnection(world.ConnectionString);
        await connection.OpenAsync();
        await using var command = new Npgsql.NpgsqlCommand("select secret from experiments.import where import_id = $1", connection) { Parameters = { new() { Value = Guid.Parse(url.Split('/')[^1]) } } };
        return await command.ExecuteScalarAsync() as string;
    }
}

/// <summary>Event files, byte by byte.</summary>
internal static class Events
{
    public static byte[] File() => Frame([.. Key(1, 1), .. BitConverter.GetBytes(1_700_000_000.0), .. Bytes(3, "brain.Event:2"u8)]);

    public static byte[] Frame(byte[] content) => [.. BitConverter.GetBytes((ulong)content.Length), .. Masked(BitConverter.GetBytes((ulong)content.Length)), .. content, .. Masked(content)];

    public static byte[] Simple(double at, long step, string tag, float value) => Event(at, step, [.. Bytes(1, Encoding.UTF8.GetBytes(tag)), .. Key(2, 5), .. BitConverter.GetBytes(value)]);

    public static byte[] Tensor(double at, long step, string tag, float value, string? plugin) => Event(at, step,
        [.. Bytes(1, Encoding.UTF8.GetBytes(tag)), .. Bytes(8, [.. Key(1, 0), 1, .. Bytes(2, []), .. Bytes(4, BitConverter.GetBytes(value))]),
            .. plugin is null ? [] : Bytes(9, Bytes(1, Bytes(1, Encoding.UTF8.GetBytes(plugin))))]);

    private static byte[] Event(double at, long step, byte[] value) => [.. Key(1, 1), .. BitConverter.GetBytes(at), .. Key(2, 0), .. Varint((ulong)step), .. Bytes(5, Bytes(1, value))];

    private static byte[] Key(int field, int kind) => [(byte)(field << 3 | kind)];

    private static byte[] Bytes(int field, ReadOnlySpan<byte> content) => [.. Key(field, 2), .. Varint((ulong)content.Length), .. content];

    private static byte[] Varint(ulong number)
    {
        var bytes = new List<byte>();
        for (; number > 127; number >>= 7)
            bytes.Add((byte)(number & 127 | 128));
        return [.. bytes, (byte)number];
    }

    // Bit by bit, from the polynomial: the reader uses the processor's own.
    private static byte[] Masked(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var one in bytes)
        {
            crc ^= one;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) == 1 ? crc >> 1 ^ 0x82F63B78 : crc >> 1;
        }
        var masked = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(masked, unchecked(BitOperations.RotateRight(~crc, 15) + 0xa282ead8u));
        return masked;
    }
}
