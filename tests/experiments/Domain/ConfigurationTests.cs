namespace Crucible.Experiments.Domain;

public sealed class ConfigurationTests
{
    [Theory]
    [InlineData("a: 1", """{"a":1}""")]
    [InlineData("a: 1.5e-3", """{"a":0.0015}""")]
    [InlineData("a: '1'\nb: true\nc: null\nd: ~\ne: no", """{"a":"1","b":true,"c":null,"d":null,"e":"no"}""")]
    [InlineData("# said\nmodels: [gpt, claude]\nnested:\n  deep: {x: 1}", """{"models":["gpt","claude"],"nested":{"deep":{"x":1}}}""")]
    [InlineData("list:\n- a\n- b: 2", """{"list":["a",{"b":2}]}""")]
    [InlineData("text: |\n  two\n  lines", """{"text":"two\nlines"}""")]
    [InlineData("a: .nan\nb: 1e999\nc: 0x10", """{"a":".nan","b":"1e999","c":"0x10"}""")]
    [InlineData("{\"a\": 1, // said\n\"b\": [1,],}", """{"a":1,"b":[1]}""")]
    [InlineData("", "{}")]
    [InlineData("  \n ", "{}")]
    public void What_is_typed_says(string text, string document)
    {
        Assert.Null(Configuration.Read(text, out var read));
        Assert.Equal(document, read.Document);
        Assert.Equal(text.Trim(), read.Document == "{}" ? text.Trim() : read.Source);
    }

    [Theory]
    [InlineData("[1, 2]", "object")]
    [InlineData("just words", "object")]
    [InlineData("- a\n- b", "object")]
    [InlineData("{\"a\": }", "line 1")]
    [InlineData("{\n\"a\": 1\n\"b\": 2}", "line 3")]
    [InlineData("{\"a\": 1, \"a\": 2}", "no JSON")]
    [InlineData("a: 1\na: 2", "Line 2: the key a is there twice.")]
    [InlineData("a: [1, 2", "line")]
    [InlineData("a:\n\t- b", "line")]
    [InlineData("a: &x [1]\nb: *x", "anchors")]
    [InlineData("a: 1\n---\nb: 2", "one document")]
    [InlineData("? [a, b]\n: 1", "key")]
    [InlineData("{\"a\": \"\\u0000\"}", "U+0000")]
    [InlineData("a: \"\\0\"", "U+0000")]
    public void What_is_wrong_is_said_with_its_place(string text, string says) => Assert.Contains(says, Configuration.Read(text, out _), StringComparison.Ordinal);

    [Fact]
    public void A_bomb_of_anchors_and_an_endless_nest_are_refused_at_once()
    {
        var bomb = "a: &a [x, x, x, x]\n" + string.Concat(Enumerable.Range(1, 25).Select(i => $"b{i}: &b{i} [*a, *a]\n"));
        Assert.NotNull(Configuration.Read(bomb, out _));
        Assert.NotNull(Configuration.Read("a: " + new string('[', 5000), out _));
        Assert.NotNull(Configuration.Read(string.Concat(Enumerable.Range(0, 200).Select(i => new string(' ', i) + "a:\n")), out _));
        Assert.NotNull(Configuration.Read(new string('{', 5000), out _));
        Assert.Contains("200,000", Configuration.Read("a: " + new string('x', Configuration.Longest), out _), StringComparison.Ordinal);
    }
}
