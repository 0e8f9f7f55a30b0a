namespace Crucible.Experiments.Domain;

public sealed class CommentTests
{
    [Theory]
    [InlineData("@mira look", "mira")]
    [InlineData("look, @Mira. And @vito-2, @a.b!", "mira,vito-2,a.b")]
    [InlineData("(@mira) @mira", "mira")]
    [InlineData("mail me@example.org or a/@b", "")]
    [InlineData("`@mira` ```\n@vito\n``` @stan", "stan")]
    [InlineData("@ @. @-", "")]
    public void People_are_called_by_name(string text, string names) => Assert.Equal(names, string.Join(',', Mentions.In(text)));

    [Fact]
    public void One_text_calls_so_many() => Assert.Equal(Mentions.Most, Mentions.In(string.Join(' ', Enumerable.Range(0, 100).Select(i => $"@p{i}"))).Count);

    [Theory]
    [InlineData("", true)]
    [InlineData("metric:val/loss@1200", true)]
    [InlineData("cell:params.lr", true)]
    [InlineData("metric:", false)]
    [InlineData("anything", false)]
    [InlineData("cell:a\nb", false)]
    public void Places_are_known(string place, bool known) => Assert.Equal(known, CommentPlace.IsPlace(place));

    [Theory]
    [InlineData("metric:val/loss@1200", "val/loss at step 1,200")]
    [InlineData("metric:a@b", "a@b")]
    [InlineData("metric:a@b@-5", "a@b at step -5")]
    [InlineData("cell:params.lr", "params.lr")]
    [InlineData("", "")]
    public void Places_are_read_aloud(string place, string words) => Assert.Equal(words, CommentPlace.Words(place));
}
