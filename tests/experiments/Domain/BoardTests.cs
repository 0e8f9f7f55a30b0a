using Crucible.Charts;
using Crucible.Experiments.Fragments;

namespace Crucible.Experiments.Domain;

public sealed class BoardTests
{
    private static readonly string[] Metrics = ["train/loss", "val/acc", "lr", "train/acc", "system/cpu"];

    private static string Words(BoardLayout layout, string search = "") => string.Join(" | ", layout.Arrange(Metrics, k => k.Contains(search, StringComparison.Ordinal))
        .Select(s => $"{s.Name}: {string.Join(' ', s.Panels.Select(p => p.Setting("key") ?? p.Kind))}{(s.Folded ? " folded" : "")}{(s.Hidden.Count > 0 ? $" -{s.Hidden.Count}" : "")}"));

    private static string Id(string metric) => BoardPanel.Of(metric).Id;

    [Fact]
    public void Metrics_stand_by_prefix_and_the_machines_own_last_and_folded() =>
        Assert.Equal("val: val/acc | train: train/loss train/acc | Other: lr | System: system/cpu folded", Words(new()));

    [Fact]
    public void What_is_moved_stays_where_it_was_put()
    {
        var moved = new BoardLayout().Move(Id("train/acc"), Id("train/loss"), Metrics);
        Assert.Equal("val: val/acc | train: train/acc train/loss | Other: lr | System: system/cpu folded", Words(moved));
        Assert.StartsWith("val: val/acc | train: train/loss train/acc", Words(moved.Move(Id("train/acc"), null, Metrics)), StringComparison.Ordinal);
        Assert.Equal(Words(moved), Words(moved.Move("nothing", Id("lr"), Metrics)));
        // A metric that comes later stands behind those that were placed.
        Assert.Equal(["train/acc", "train/loss", "train/zeta"], moved.Arrange([.. Metrics, "train/zeta"], _ => true).Single(s => s.Name == "train").Panels.Select(p => p.Setting("key")!));
    }

    [Fact]
    public void Panels_are_added_hidden_folded_and_searched()
    {
        var layout = new BoardLayout().Put(new("p-1", "scatter", new Dictionary<string, string>())).Put(BoardPanel.Of("train/loss") with { Hidden = true }).Fold("val", true).Fold(BoardLayout.System, false);
        Assert.Equal(": scatter | val: val/acc folded | train: train/acc -1 | Other: lr | System: system/cpu", Words(layout));
        Assert.Equal("train: train/acc -1", Words(layout, "train"));
        Assert.Equal(Words(new()), Words(layout.Remove("p-1").Remove(Id("train/loss")).Fold("val", false).Fold(BoardLayout.System, true)));
    }

    [Fact]
    public void A_panel_reads_back_what_it_wrote()
    {
        var panel = new BoardPanel("p-9", "line", new Dictionary<string, string> { ["key"] = "a b&c=ü/1", ["title"] = "T" }) { Size = "l" };
        var read = BoardPanel.Read(panel.Query().Where(q => q.Value is not null).Select(q => KeyValuePair.Create(q.Name, q.Value!)))!;
        Assert.Equal((panel.Id, panel.Kind, panel.Size), (read.Id, read.Kind, read.Size));
        Assert.Equal(panel.Settings.OrderBy(s => s.Key, StringComparer.Ordinal), read.Settings.OrderBy(s => s.Key, StringComparer.Ordinal));
        Assert.Null(BoardPanel.Read([KeyValuePair.Create("panel", "a\"b"), KeyValuePair.Create("kind", "line")]));
        Assert.Null(BoardPanel.Read([KeyValuePair.Create("panel", "p")]));
    }

    [Fact]
    public void A_section_for_each_of_a_hundred_layers_would_hide_them()
    {
        var layers = Enumerable.Range(0, 100).SelectMany(i => new[] { $"block{i}/attn/grad", $"block{i}/mlp/grad" });
        Assert.Equal(["block*/attn", "block*/mlp"], new BoardLayout().Arrange(layers, _ => true).Select(s => s.Name));
        Assert.Equal(3, new BoardLayout().Arrange(["a1/x", "a2/x", "a3/x"], _ => true).Count);
    }

    [Theory]
    [InlineData("layer*/grad", "layer1/grad", true)]
    [InlineData("layer*/grad", "layer/grad", true)]
    [InlineData("layer*/grad", "layer1/grad2", false)]
    [InlineData("*", "anything", true)]
    [InlineData("a*b*c", "a1b2c", true)]
    [InlineData("a*b*c", "acb", false)]
    [InlineData("ab*ba", "aba", false)]
    [InlineData("loss", "loss2", false)]
    public void A_pattern_fits(string pattern, string key, bool fits) => Assert.Equal(fits, LineKind.Fits(key, pattern));

    [Fact]
    public void The_address_of_charts_reads_back()
    {
        var asked = new Dictionary<string, string?> { ["x"] = "metrics.train/loss", ["smooth"] = "0.3", ["smoother"] = "gaussian", ["logx"] = "1", ["outliers"] = "1", ["group"] = "params.lr", ["spread"] = "confidence", ["from"] = "0.5" };
        var filter = ChartFilter.Read(asked.GetValueOrDefault);
        Assert.Equal(("train/loss", Smoother.Gaussian, true, true, new GroupKey(Crucible.Experiments.Domain.Search.Entity.Param, "lr"), BandKind.Confidence, 0.5), (filter.XMetric, filter.Smoother, filter.LogX, filter.IgnoreOutliers, filter.Group, filter.Spread, filter.From));
        Assert.Equal(asked.OrderBy(q => q.Key, StringComparer.Ordinal), filter.Query().Where(q => !string.IsNullOrEmpty(q.Value)).Select(q => KeyValuePair.Create(q.Name, q.Value)).OrderBy(q => q.Key, StringComparer.Ordinal));
        Assert.Equal(Axis.Step, ChartFilter.Read(name => name == "x" ? "nonsense" : null).Axis);
        Assert.Equal("loss", ChartFilter.Read(name => name switch { "x" => "elapsed", "xm" => "loss", _ => null }) is { Axis: Axis.Step, XMetric: var typed } ? typed : null);
    }
}
