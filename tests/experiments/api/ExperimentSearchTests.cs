namespace Crucible.Experiments.Api.Tests;

/// <summary>Four experiments beside Default to look for; one of them deleted.</summary>
public sealed class ExperimentsToFind : World
{
    internal Dictionary<string, string> Ids { get; } = [];

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        var mira = new Tracker(Client(Cast.Member));
        foreach (var (name, tags) in ((string, (string Key, string Value)[])[])[("apple", [("kind", "fruit"), ("mlflow.note", "a note")]), ("Banana", [("kind", "Fruit")]), ("carrot/big", [("kind", "root")]), ("gone", [("kind", "fruit")])])
            Ids[name] = (await mira.Post("experiments/create", new { name, tags = tags.Select(t => new { key = t.Key, value = t.Value }) })).Word("experiment_id");
        (await mira.Post("experiments/delete", new { experiment_id = Ids["gone"] })).Is("{}");
    }
}

public sealed class ExperimentSearchTests(ExperimentsToFind world) : IClassFixture<ExperimentsToFind>
{
    private readonly Tracker _mira = new(world.Client(world.Cast.Member));

    private async Task<string> Names(object search) => string.Join(' ', (await _mira.Post("experiments/search", search)).Each("experiments", "name"));

    [Theory]
    [InlineData("", "Banana Default apple carrot/big")]
    [InlineData("name = 'apple'", "apple")]
    [InlineData("attributes.name = 'apple'", "apple")]
    [InlineData("name != 'apple'", "Banana Default carrot/big")]
    [InlineData("name LIKE '%an%'", "Banana")]
    [InlineData("name LIKE 'b%'", "")]
    [InlineData("name ILIKE 'b%'", "Banana")]
    [InlineData("tags.kind = 'fruit'", "apple")]
    [InlineData("tag.kind ILIKE 'fruit'", "Banana apple")]
    [InlineData("tags.kind != 'fruit'", "Banana carrot/big")]
    [InlineData("tags.`mlflow.note` = 'a note'", "apple")]
    [InlineData("tags.mlflow.note LIKE 'a%' AND tags.kind = 'fruit'", "apple")]
    [InlineData("creation_time > 0", "Banana Default apple carrot/big")]
    [InlineData("creation_time < 1000", "")]
    [InlineData("last_update_time >= 1000 AND name LIKE 'c%'", "carrot/big")]
    [InlineData("name = 'gone'", "")]
    public async Task A_filter_finds_the_experiments_it_says(string filter, string expected) =>
        Assert.Equal(expected, await Names(new { max_results = 100, filter, order_by = new[] { "name" } }));

    [Theory]
    [InlineData("name ASC", "Banana Default apple carrot/big")]
    [InlineData("name DESC", "carrot/big apple Default Banana")]
    [InlineData("experiment_id", "Default apple Banana carrot/big")]
    [InlineData("attributes.experiment_id DESC", "carrot/big Banana apple Default")]
    public async Task An_order_sorts_as_it_says(string order, string expected) =>
        Assert.Equal(expected, await Names(new { max_results = 100, order_by = new[] { order } }));

    [Fact]
    public async Task Without_an_order_the_newest_come_first()
    {
        var answer = await _mira.Post("experiments/search", new { max_results = 100 });
        var found = answer.At("experiments").EnumerateArray().Select(e => (e.At("creation_time").GetInt64(), long.Parse(e.At("experiment_id").GetString()!, System.Globalization.CultureInfo.InvariantCulture))).ToArray();
        Assert.Equal(4, found.Length);
        Assert.Equal(found.OrderByDescending(f => f.Item1).ThenBy(f => f.Item2), found);
    }

    [Theory]
    [InlineData("ACTIVE_ONLY", "Banana Default apple carrot/big")]
    [InlineData("DELETED_ONLY", "gone")]
    [InlineData("ALL", "Banana Default apple carrot/big gone")]
    [InlineData("2", "gone")]
    public async Task A_view_shows_the_active_the_deleted_or_all(string view, string expected)
    {
        Assert.Equal(expected, await Names(new { max_results = 100, view_type = view, order_by = new[] { "name" } }));
        var got = await _mira.Get($"experiments/search?max_results=100&view_type={view}&order_by=name");
        Assert.Equal(expected, string.Join(' ', got.Each("experiments", "name")));
    }

    [Fact]
    public async Task Get_takes_what_post_takes_and_answers_whole_experiments()
    {
        var posted = await _mira.Post("experiments/search", new { max_results = 5, filter = "name LIKE '%a%' AND tags.kind LIKE '%r%'", order_by = new[] { "name DESC", "experiment_id" } });
        var got = await _mira.Get($"experiments/search?max_results=5&filter={Tracker.Q("name LIKE '%a%' AND tags.kind LIKE '%r%'")}&order_by={Tracker.Q("name DESC")}&order_by=experiment_id");
        Assert.Equal(["carrot/big", "apple", "Banana"], posted.Each("experiments", "name"));
        Assert.Equal(posted.Text, got.Text);
        var one = (await _mira.Get($"experiments/get?experiment_id={world.Ids["apple"]}")).At("experiment");
        Assert.Equal(string.Concat(one.GetRawText().Order()), string.Concat(posted.At("experiments").EnumerateArray().Single(e => e.At("name").GetString() == "apple").GetRawText().Order()));
    }

    [Fact]
    public async Task Pages_end_without_a_token_on_the_exact_last_one()
    {
        object Page(string token, int size) => new { max_results = size, page_token = token, order_by = new[] { "name" } };
        var first = await _mira.Post("experiments/search", Page("", 2));
        Assert.Equal(["Banana", "Default"], first.Each("experiments", "name"));
        var second = await _mira.Post("experiments/search", Page(first.Word("next_page_token"), 2));
        Assert.Equal(["apple", "carrot/big"], second.Each("experiments", "name"));
        Assert.False(second.Has("next_page_token"));
        Assert.False((await _mira.Post("experiments/search", Page("", 4))).Has("next_page_token"));
        Assert.True((await _mira.Post("experiments/search", Page("", 3))).Has("next_page_token"));
        (await _mira.Post("experiments/search", Page(Tracker.Token(4), 2))).Is("{}");
        (await _mira.Post("experiments/search", new { max_results = 1, bogus = 1, filter = "name = 'no'" })).Is("{}");
    }

    [Theory]
    [InlineData("""{}""", "max_results")]
    [InlineData("""{"max_results": 0}""", "max_results")]
    [InlineData("""{"max_results": 50001}""", "max_results")]
    [InlineData("""{"max_results": "x"}""", "max_results")]
    [InlineData("""{"max_results": 5, "page_token": "bad"}""", "page token")]
    [InlineData("""{"max_results": 5, "page_token": "eyJvZmZzZXQiOiAtMX0="}""", "page token")]
    [InlineData("""{"max_results": 5, "filter": "nonsense = 1"}""", "nonsense")]
    [InlineData("""{"max_results": 5, "filter": "metrics.a > 1"}""", "metrics")]
    [InlineData("""{"max_results": 5, "filter": "name = apple"}""", "quoted")]
    [InlineData("""{"max_results": 5, "filter": "name > 'a'"}""", ">")]
    [InlineData("""{"max_results": 5, "filter": "creation_time LIKE '1'"}""", "LIKE")]
    [InlineData("""{"max_results": 5, "filter": "name = 'a' OR name = 'b'"}""", "OR")]
    [InlineData("""{"max_results": 5, "order_by": ["bogus"]}""", "bogus")]
    [InlineData("""{"max_results": 5, "order_by": ["name", "name DESC"]}""", "duplicate")]
    [InlineData("""{"max_results": 5, "order_by": ["tags.kind"]}""", "order_by")]
    [InlineData("""{"max_results": 5, "view_type": "BOGUS"}""", "view_type")]
    public async Task What_is_wrong_with_a_search_is_said(string search, string says) => (await _mira.Post("experiments/search", search)).Invalid(says);

    [Fact]
    public async Task Fifty_thousand_may_be_asked_for() =>
        Assert.Equal(4, (await _mira.Get("/ajax-api/2.0/mlflow/experiments/search?max_results=50000")).At("experiments").GetArrayLength());
}
