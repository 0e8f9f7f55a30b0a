using System.Text.Json;
using Crucible.Ui;

namespace Crucible.Tests.Ui;

public sealed class JsonNodeTests
{
    private static JsonNode Root(string json) => JsonNode.Read(json) is ({ } root, null) ? root : throw new InvalidOperationException(JsonNode.Read(json).Error);

    private static IEnumerable<JsonNode> All(JsonNode node) => node.Children.SelectMany(All).Prepend(node);

    [Fact]
    public void Paths_and_numbers_are_exact()
    {
        var all = All(Root("""{"a":{"b c":[1.10, 12345678901234567890]},"x":"é\n"}""")).ToList();
        Assert.Equal(["$", "$.a", "$.a[\"b c\"]", "$.a[\"b c\"][0]", "$.a[\"b c\"][1]", "$.x"], all.Select(n => n.Path));
        Assert.Equal(["1.10", "12345678901234567890"], all.Where(n => n.Kind == "number").Select(n => n.Text));
        Assert.Equal("é\n", all[^1].Text);
    }

    [Theory]
    [InlineData("{\"a\":}", "line 1"), InlineData("{\n\"a\":1,}", "line 2"), InlineData("", "line 1"), InlineData("NaN", "line 1")]
    public void What_is_no_json_says_where(string json, string says) => Assert.Contains(says, JsonNode.Read(json).Error);

    [Fact]
    public void Many_values_are_drawn_in_part()
    {
        var root = Root(JsonSerializer.Serialize(Enumerable.Range(0, 50_000)));
        Assert.Equal(50_000, root.Count);
        Assert.Equal("more", root.Children[^1].Kind);
        Assert.Equal($"{50_000 - (root.Children.Count - 1):N0} more", root.Children[^1].Text);
        Assert.InRange(All(root).Count(), JsonNode.MostNodes, JsonNode.MostNodes + 2);
    }

    [Fact]
    public void Depth_has_a_limit()
    {
        var deep = new string('[', 300) + "1" + new string(']', 300);
        Assert.Equal(JsonNode.MostDepth + 1, All(Root(deep)).Count());
        Assert.Contains("[1]", All(Root(deep)).Last().Text);
        Assert.NotNull(JsonNode.Read(new string('[', 5000) + new string(']', 5000)).Error);
    }

    [Fact]
    public void Long_texts_are_cut_between_characters()
    {
        var text = Root(JsonSerializer.Serialize(new string('a', JsonNode.MostText - 1) + "😀😀")).Text;
        Assert.EndsWith("a… (2,003 characters)", text);
        Assert.NotNull(JsonNode.Read($"\"{new string('a', JsonNode.MostJson)}\"").Error);
    }
}
