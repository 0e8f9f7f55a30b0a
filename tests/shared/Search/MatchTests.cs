using Crucible.Search;
using FsCheck;
using FsCheck.Fluent;

namespace Crucible.Tests.Search;

public sealed class MatchTests
{
    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(2000);

    [Theory]
    [InlineData("run", "run", "runner")]
    [InlineData("exp", "Experiments", "An experiment")]
    [InlineData("exp", "An experiment", "Flexpoint")]
    [InlineData("warm", "kl-t2-warm2k", "swarming")]
    [InlineData("lr", "kl-lr3e4", "all-round")]
    [InlineData("3e", "lr3e4", "lr03e4")]
    [InlineData("nr", "NewRun", "New sparrow")]
    [InlineData("dark", "Dark", "Switch to dark theme")]
    [InlineData("dark switch", "Switch to dark theme", "Darker sandwich stitching")]
    public void Ranks_the_first_before_the_second(string query, string better, string worse) =>
        Assert.True(Match.Score(query, better) > (Match.Score(query, worse) ?? 0), $"{Match.Score(query, better)} and {Match.Score(query, worse)}");

    [Theory]
    [InlineData("", "anything")]
    [InlineData("   ", "anything")]
    [InlineData("x", "")]
    [InlineData("qz", "Experiments")]
    [InlineData("tnem", "Experiments")]
    [InlineData("reranker zzz", "Reranker distillation")]
    public void Finds_nothing(string query, string text) => Assert.Null(Match.Score(query, text));

    [Fact]
    public void A_score_is_above_nothing_and_at_most_one() => Check.One(Many, Prop.ForAll(Texts, Texts, (query, text) =>
        Match.Score(query, text) is not { } score || score is > 0 and <= 1));

    [Fact]
    public void What_is_found_holds_every_letter_that_was_typed() => Check.One(Many, Prop.ForAll(Texts, Texts, (query, text) =>
        Match.Score(query, text) is null || query.Where(c => !char.IsWhiteSpace(c)).All(c => text.Contains(c, StringComparison.OrdinalIgnoreCase))));

    [Fact]
    public void Case_makes_no_difference() => Check.One(Many, Prop.ForAll(Texts, Texts, (query, text) =>
        Match.Score(query.ToUpperInvariant(), text) == Match.Score(query.ToLowerInvariant(), text)));

    [Fact]
    public void A_text_answers_itself_best() => Check.One(Many, Prop.ForAll(Texts, text =>
        text.Trim().Length == 0 || Match.Score(text, text) == 1));

    [Fact]
    public void Every_part_of_a_text_finds_it_and_its_beginning_best() => Check.One(Many, Prop.ForAll(Texts, Gen.Choose(0, 8).ToArbitrary(), Gen.Choose(1, 8).ToArbitrary(), (text, from, length) =>
    {
        text = text.Trim();
        if (from + length > text.Length || text.Substring(from, length).Trim().Length != length)
            return true;
        var part = Match.Score(text.Substring(from, length), text);
        return part >= 0.4 && (text[..length].Trim().Length != length || Match.Score(text[..length], text) >= 0.8);
    }));

    [Fact]
    public void Any_text_at_all_is_answered() => Check.One(Many, Prop.ForAll(ArbMap.Default.ArbFor<string>(), ArbMap.Default.ArbFor<string>(), (query, text) =>
        Match.Score(query ?? "", text ?? "") is null or (> 0 and <= 1)));

    // Letters that meet often, so that most pairs match somehow.
    private static Arbitrary<string> Texts => Gen.Elements("aAbBcC1- é".ToCharArray()).ArrayOf().Select(c => new string(c)).ToArbitrary();
}
