namespace Crucible.Experiments.Api.Tests.Imports;

/// <summary>Stores of MLflow, sent as archives.</summary>
public sealed class StoreImportTests(World world) : IClassFixture<World>
{
    private readonly Tracker _mira = new(world.Client(world.Cast.Member));

    private static string NewId() => Guid.NewGuid().ToString("N");

    private static Bundle Store(string name, string run) => new Bundle()
        .Experiment("77", name).Run("77", run, "first")
        .Text($"mlruns/77/{run}/params/lr", "0.1").Text($"mlruns/77/{run}/params/model/name", "ünï\ncode").Text($"mlruns/77/{run}/tags/mlflow.user", "ada")
        .Text($"mlruns/77/{run}/metrics/train/loss", "1700000000000 1.5 0\n1700000001000 0.5 2\n1700000000500 nan -3\n1700000002000 inf 3\n1700000003000 1e308 1\n")
        .Text($"mlruns/77/{run}/metrics/old", "1600000000000 0.25\n1600000001000 0.75\n")
        .Text($"mlruns/77/{run}/artifacts/dir/a.txt", "hello")
        .Text($"mlruns/77/{run}/inputs/1/meta.yaml", "destination_id: 9\ndestination_type: RUN\nsource_id: d9\nsource_type: DATASET\ntags:\n  mlflow.data.context: training\n")
        .Text("mlruns/77/datasets/d9/meta.yaml", "digest: abc\nname: set\nprofile: null\nschema: null\nsource: '{\"url\": \"http://x\"}'\nsource_type: http\n");

    [Fact]
    public async Task A_store_is_shown_first_then_made_then_known_then_taken_back()
    {
        var (name, run) = (Tracker.Unique("store"), NewId());
        var mira = await Importing.As(world, world.Cast.Member);
        var look = await mira.Look("mlruns.zip", Store(name, run).Zip());
        Assert.Equal(("ready", "1", "1", "7", "1", "0"), (look.State, look.Stat("New runs"), look.Stat("New experiments"), look.Stat("Points"), look.Stat("Files"), look.Stat("Refused")));
        (await _mira.Get($"runs/get?run_id={run}")).Missing();
        (await _mira.Get($"experiments/get-by-name?experiment_name={name}")).Missing();

        var done = await look.Start();
        Assert.Equal("done", done.State);
        Assert.Contains(name, done.Page.Text("section[aria-label='Where it went']"), StringComparison.Ordinal);
        var made = await _mira.Run(run);
        Assert.Equal(("first", "FINISHED", 1_700_000_900_000), (made.At("info.run_name").GetString(), made.At("info.status").GetString(), made.At("info.end_time").GetInt64()));
        Assert.Equal("set", made.At("inputs.dataset_inputs").EnumerateArray().Single().At("dataset.name").GetString());
        Assert.Equal("ünï\ncode", made.At("data").Pairs("params")["model/name"]);
        Assert.Equal([new(-3, 1_700_000_000_500, double.NaN), new(0, 1_700_000_000_000, 1.5), new(1, 1_700_000_003_000, 1e308), new(2, 1_700_000_001_000, .5), new(3, 1_700_000_002_000, double.MaxValue)],
            (await _mira.History(run, "train/loss")).OrderBy(p => p.Step));
        Assert.Equal([.25, .75], (await _mira.History(run, "old")).OrderBy(p => p.At).Select(p => p.Value));
        Assert.Equal("hello", (await _mira.Get($"/get-artifact?run_id={run}&path=dir%2Fa.txt")).Text);
        await mira.Gone(done.Url);

        var before = await _mira.Contents(run);
        var again = await (await mira.Look("mlruns.zip", Store(name, run).Zip())).Start();
        Assert.Equal(("done", "0", "0", "7"), (again.State, again.Stat("Runs made"), again.Stat("New experiments"), again.Stat("Points")));
        Assert.Contains("0 new", again.Page.Text(".stats"), StringComparison.Ordinal);
        Assert.Equal("0", again.Stat("Refused"));
        Assert.Equal(before, await _mira.Contents(run));

        var undone = await done.Press("Undo");
        Assert.Equal("undone", undone.State);
        var info = (await _mira.Run(run)).At("info");
        Assert.Equal("deleted", info.At("lifecycle_stage").GetString());
        Assert.Equal("deleted", (await _mira.Get($"experiments/get?experiment_id={info.At("experiment_id").GetString()}")).Word("experiment.lifecycle_stage"));
        Assert.Equal(404, (await _mira.Get($"experiments/get-by-name?experiment_name={name}")).Status);
        Assert.Contains((await mira.Look("mlruns.zip", Store(name, run).Zip(), $"&experiment={Tracker.Unique("other")}")).Refused, r => r.EndsWith("This run lies in the trash here.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_broken_is_told_by_line_and_the_rest_comes_in()
    {
        var (name, good, twice) = (Tracker.Unique("broken"), NewId(), NewId());
        var store = new Bundle().Experiment("1", name).Run("1", good).Run("1", twice, "a").Run("1", twice, "b", folder: "copy")
            .Text($"mlruns/1/{good}/metrics/m", "1700000000000 0.5 1\nwhat is this\n1700000000001 0.6\n-5 1 1\n17000")
            .Text($"mlruns/1/{good}/metrics/na%me(1)", "1700000000000 7 1\n")
            .Text("mlruns/1/half/params/p", "1")
            .Text("mlruns/2/meta.yaml", "a: &a [1,2]\nb: [*a,*a,*a]\nname: bomb\nexperiment_id: '2'\n")
            .Text("mlruns/3/meta.yaml", "!!python/object:os.system name\n")
            .Experiment("4", "gone", "deleted");
        var mira = await Importing.As(world, world.Cast.Member);
        var look = await mira.Look("s.zip", store.Zip());
        Assert.Equal(("2", "3"), (look.Stat("New runs"), look.Stat("Points")));
        string[] expected = [$"1/{good}/metrics/m:2 | ", $"1/{good}/metrics/m:4 | ", $"1/{good}/metrics/m:5 | ", "is called “na_me_1_” here", "A run with the id", "1/half | There is no meta.yaml", "alias", "3/meta.yaml | "];
        foreach (var part in expected)
            Assert.Contains(look.Refused, r => r.Contains(part, StringComparison.Ordinal));
        Assert.Contains("1 left out as deleted", look.Page.Text(".stats"), StringComparison.Ordinal);
        var done = await look.Start();
        Assert.Equal(look.Refused.Length.ToString(), done.Stat("Refused"));
        Assert.Equal([.5, .6], (await _mira.History(good, "m")).OrderBy(p => p.At).Select(p => p.Value));
        Assert.Single(await _mira.History(good, "na_me_1_"));
        var csv = await mira.Visitor.Http.GetStringAsync($"{done.Url}/refusals.csv");
        Assert.Equal(look.Refused.Length + 1, csv.TrimEnd().Split("\r\n").Length);
    }

    [Fact]
    public async Task Paths_that_lead_elsewhere_are_refused_and_nothing_is_there()
    {
        var (name, run) = (Tracker.Unique("paths"), NewId());
        string[] wrong = ["../../../escaped.txt", "/tmp/escaped.txt", @"mlruns\1\escaped.txt", "C:/escaped.txt", "mlruns/1/a\u0001b", "mlruns//x"];
        var store = new Bundle().Experiment("1", name).Run("1", run).Link($"mlruns/1/{run}/artifacts/link", "/etc/passwd").Text($"mlruns/1/{run}/artifacts/good.txt", "x");
        foreach (var path in wrong)
            store.Text(path, "x");
        var mira = await Importing.As(world, world.Cast.Member);
        var done = await (await mira.Look("s.zip", store.Zip())).Start();
        Assert.Equal((wrong.Length + 1).ToString(), done.Stat("Refused"));
        Assert.Equal(["good.txt"], (await _mira.Get($"artifacts/list?run_id={run}")).Each("files", "path"));
        Assert.False(File.Exists("/tmp/escaped.txt"));
        Assert.Empty(Directory.EnumerateFiles(world.DataOf(0), "escaped*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("bomb.zip", "grows more than")]
    [InlineData("cut.zip", "no whole archive")]
    [InlineData("cut.tar.gz", "no whole archive")]
    [InlineData("notes.docx", "no kind that could be brought in")]
    [InlineData("empty.csv", "is empty")]
    public async Task What_cannot_be_read_fails_in_words_and_is_gone(string name, string words)
    {
        var content = name switch
        {
            "bomb.zip" => new Bundle().Bytes("mlruns/x", new byte[60 << 20]).Zip(),
            "cut.zip" => Store("x", NewId()).Zip()[..400],
            "cut.tar.gz" => [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3],
            "empty.csv" => [],
            _ => [1, 2, 3],
        };
        var mira = await Importing.As(world, world.Cast.Member);
        var look = await mira.Look(name, content);
        Assert.Equal("failed", look.State);
        Assert.Contains(words, look.Page.Text(".notice"), StringComparison.Ordinal);
        Assert.False(look.Page.Has("button[formaction$='Start']"));
        await mira.Gone(look.Url);
    }

    [Fact]
    public async Task The_id_of_another_teams_run_is_not_taken_over()
    {
        var stan = new Tracker(world.Client(world.Cast.Stranger));
        var theirs = await stan.NewRun();
        await stan.Log(theirs, "m", [new(0, 1, 1)]);
        var before = await stan.Contents(theirs);
        var (name, child) = (Tracker.Unique("ids"), NewId());
        byte[] Store() => new Bundle().Experiment("1", name).Run("1", theirs, "mine").Text($"mlruns/1/{theirs}/metrics/m", "5 5 5\n").Run("1", child, "child").Text($"mlruns/1/{child}/tags/mlflow.parentRunId", theirs).Zip();
        var mira = await Importing.As(world, world.Cast.Member);
        Assert.Equal("2", (await (await mira.Look("s.zip", Store())).Start()).Stat("Runs made"));
        Assert.Equal("0", (await (await mira.Look("s.zip", Store())).Start()).Stat("Runs made"));
        Assert.Equal(before, await stan.Contents(theirs));
        var experiment = (await _mira.Get($"experiments/get-by-name?experiment_name={name}")).Word("experiment.experiment_id");
        var runs = (await _mira.Post("runs/search", new { experiment_ids = new[] { experiment }, filter = $"tags.`crucible.import.id` = '{theirs}'" })).Each("runs", "info.run_id");
        Assert.NotEqual(theirs, Assert.Single(runs));
        Assert.Single(await _mira.History(runs[0], "m"));
        Assert.Equal($"{runs[0]}", (await _mira.Run(child)).At("data").Pairs("tags")["mlflow.parentRunId"]);
    }

    [Fact]
    public async Task An_experiment_of_another_team_is_not_written_to()
    {
        var name = Tracker.Unique("taken");
        await new Tracker(world.Client(world.Cast.Stranger)).NewExperiment(name);
        var mira = await Importing.As(world, world.Cast.Member);
        var run = NewId();
        await (await mira.Look("s.zip", Store(name, run).Zip())).Start();
        var experiment = (await _mira.Run(run)).At("info.experiment_id").GetString();
        Assert.Equal($"{name} (red)", (await _mira.Get($"experiments/get?experiment_id={experiment}")).Word("experiment.name"));
        var refused = await mira.Look("s.zip", Store(name, NewId()).Zip(), $"&experiment={name}");
        Assert.Contains(refused.Refused, r => r.Contains("belongs to another team", StringComparison.Ordinal));
        Assert.False(refused.Page.Has("button[formaction$='Start']"));
    }

    [Fact]
    public async Task Only_members_import_and_an_import_is_its_owners()
    {
        var mira = await Importing.As(world, world.Cast.Member);
        var look = await mira.Look("s.zip", Store(Tracker.Unique("mine"), NewId()).Zip());
        var (vito, stan, admin) = (await Importing.As(world, world.Cast.Viewer), await Importing.As(world, world.Cast.Stranger), await Importing.As(world, world.Cast.Admin));
        Assert.Equal(403, (await vito.Upload("s.zip", [1])).Status);
        Assert.Equal(403, (int)(await vito.Visitor.Http.GetAsync("/experiments/import")).StatusCode);
        Assert.Equal(404, (int)(await stan.Visitor.Http.GetAsync(look.Url)).StatusCode);
        Assert.Equal(404, (int)(await stan.Visitor.Http.GetAsync($"{look.Url}/refusals.csv")).StatusCode);
        Assert.Equal("ready", (await admin.At(look.Url)).State);
        Assert.Equal(422, (await mira.Upload("s.zip", [1], $"&team={world.Cast.Blue}")).Status);
        var cancelled = await look.Press("Cancel");
        Assert.Equal("cancelled", cancelled.State);
        await mira.Gone(look.Url);
    }
}
