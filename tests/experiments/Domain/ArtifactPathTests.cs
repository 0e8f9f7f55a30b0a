namespace Crucible.Experiments.Domain;

public sealed class ArtifactPathTests
{
    [Theory]
    [InlineData("model.pkl", "model.pkl")]
    [InlineData("model/data/weights.bin", "model/data/weights.bin")]
    [InlineData("model/", "model")]
    [InlineData("a b/größe (1).txt", "a b/größe (1).txt")]
    [InlineData("100%.txt", "100%.txt")]
    [InlineData("a%20b.txt", "a%20b.txt")]
    [InlineData("...", "...")]
    [InlineData("..a/b..", "..a/b..")]
    [InlineData(".hidden", ".hidden")]
    [InlineData("ab:c", "ab:c")]
    [InlineData("😀.png", "😀.png")]
    public void Ordinary_paths_pass(string text, string path)
    {
        Assert.True(ArtifactPath.TryRead(text, out var read, out var refusal), refusal);
        Assert.Equal(path, read);
    }

    [Theory]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("../a")]
    [InlineData("a/../../b")]
    [InlineData("a/..")]
    [InlineData("./a")]
    [InlineData("/etc/passwd")]
    [InlineData("//server/share")]
    [InlineData("/")]
    [InlineData("a//b")]
    [InlineData("a\\b")]
    [InlineData("..\\a")]
    [InlineData("C:/windows")]
    [InlineData("c:")]
    [InlineData("%2e%2e/a")]
    [InlineData("a/%2E%2e/b")]
    [InlineData(".%2e/a")]
    [InlineData("%252e%252e/a")]
    [InlineData("%25252e%25252e/a")]
    [InlineData("a%2f..%2fb")]
    [InlineData("a%2fb")]
    [InlineData("a%5cb")]
    [InlineData("a%255cb")]
    [InlineData("%00a")]
    [InlineData("a%0a")]
    [InlineData("%c0%ae%c0%ae/a")]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    [InlineData("a\u007fb")]
    [InlineData("")]
    [InlineData(null)]
    public void Paths_that_could_lead_elsewhere_are_refused(string? text)
    {
        Assert.False(ArtifactPath.TryRead(text, out var path, out var refusal));
        Assert.Equal("", path);
        Assert.NotEmpty(refusal);
    }

    [Fact]
    public void Length_is_bounded_for_the_path_and_in_bytes_for_a_segment()
    {
        var segment = new string('a', 255);
        Assert.True(ArtifactPath.TryRead(string.Join('/', segment, segment, segment, segment), out _, out _));
        Assert.False(ArtifactPath.TryRead(string.Join('/', segment, segment, segment, segment, "a"), out _, out _));
        Assert.False(ArtifactPath.TryRead(segment + "a", out _, out _));
        Assert.True(ArtifactPath.TryRead(new string('é', 127), out _, out _));
        Assert.False(ArtifactPath.TryRead(new string('é', 128), out _, out _));
    }

    [Fact]
    public void Half_a_character_is_refused() => Assert.False(ArtifactPath.TryRead("a\ud800b", out _, out _));

    [Fact]
    public void No_path_is_the_root_only_where_that_is_asked_for()
    {
        Assert.True(ArtifactPath.TryRead(null, out var path, out _, allowRoot: true));
        Assert.Equal("", path);
        Assert.False(ArtifactPath.TryRead("..", out _, out _, allowRoot: true));
    }

    [Fact]
    public void Encoding_upon_encoding_is_answered() =>
        Assert.False(ArtifactPath.TryRead("%" + string.Concat(Enumerable.Repeat("25", 500)) + "2e", out _, out _));
}
