using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Crucible.Experiments.Domain;

public sealed class LimitsTests
{
    [Theory]
    [InlineData("loss")]
    [InlineData("val/acc")]
    [InlineData("system/gpu_0 utilization: percent")]
    [InlineData("a.b-c_d")]
    [InlineData("größe")]
    [InlineData("損失")]
    [InlineData("x²")]
    [InlineData("𝛼")]
    [InlineData(".hidden")]
    public void A_key_may_have_letters_digits_and_some_signs(string key) => Assert.Null(Limits.CheckKey(key));

    [Theory]
    [InlineData("a@b")]
    [InlineData("a\nb")]
    [InlineData("loss\n")]
    [InlineData("a\\b")]
    [InlineData("a\0b")]
    [InlineData("😀")]
    public void Other_signs_are_refused_with_the_list_of_those_allowed(string key) =>
        Assert.Contains("Names may only contain alphanumerics", Limits.CheckKey(key, "metrics[1].key")!.Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(".", ".")]
    [InlineData("..", "..")]
    [InlineData("../a", "../a")]
    [InlineData("..a", "..a")]
    [InlineData("...", "...")]
    [InlineData("/a", "/a")]
    [InlineData("//a", "//a")]
    [InlineData("a/", "a")]
    [InlineData("a//b", "a/b")]
    [InlineData("a/./b", "a/b")]
    [InlineData("a/../b", "b")]
    [InlineData("./a", "a")]
    [InlineData("a/..", ".")]
    public void A_key_that_is_another_path_is_refused_and_told_which(string key, string resolves) =>
        Assert.Contains($"This name would resolve to '{resolves}'", Limits.CheckKey(key)!.Message, StringComparison.Ordinal);

    [Fact]
    public void A_key_has_250_characters_at_most_and_must_be_there()
    {
        Assert.Null(Limits.CheckKey(new string('k', 250)));
        Assert.Contains("maximum length of 250", Limits.CheckKey(new string('k', 251))!.Message, StringComparison.Ordinal);
        Assert.Null(Limits.CheckKey(string.Concat(Enumerable.Repeat("𝛼", 250))));
        Assert.Contains("Missing value for required parameter 'key'", Limits.CheckKey("")!.Message, StringComparison.Ordinal);
        Assert.NotNull(Limits.CheckKey("a\ud800b"));
        Assert.Contains("'tags[0].key'", Limits.CheckKey(null, "tags[0].key")!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_are_cut_silently_by_characters()
    {
        Assert.Null(Limits.CheckParamValue(new string('a', 5999) + "😀b", out var param));
        Assert.Equal(new string('a', 5999) + "😀", param);
        Assert.Null(Limits.CheckTagValue(new string('a', 9000), out var tag));
        Assert.Equal(8000, tag.Length);
        Assert.Null(Limits.CheckParamValue("", out var empty));
        Assert.Equal("", empty);
    }

    [Fact]
    public void Nul_is_refused_and_lone_surrogates_are_replaced()
    {
        Assert.Contains("U+0000", Limits.CheckParamValue("a\0b", out _, "params[0].value")!.Message, StringComparison.Ordinal);
        Assert.Null(Limits.CheckTagValue("a\ud800b\udc00", out var tag));
        Assert.Equal("a\ufffdb\ufffd", tag);
    }

    [Fact]
    public void Experiments_have_names_and_tags_of_their_own_sizes()
    {
        Assert.Null(Limits.CheckExperimentName(new string('n', 500)));
        Assert.NotNull(Limits.CheckExperimentName(new string('n', 501)));
        Assert.NotNull(Limits.CheckExperimentName(""));
        Assert.NotNull(Limits.CheckExperimentName(null));
        Assert.NotNull(Limits.CheckExperimentName("a\0"));
        Assert.Null(Limits.CheckExperimentTag("team", new string('v', 5000), out var kept));
        Assert.Equal(5000, kept.Length);
        Assert.Contains("5000", Limits.CheckExperimentTag("team", new string('v', 5001), out _)!.Message, StringComparison.Ordinal);
        Assert.NotNull(Limits.CheckExperimentTag("a//b", "v", out _));
    }

    [Theory]
    [InlineData("0123456789abcdef0123456789abcdef", true)]
    [InlineData("a", true)]
    [InlineData("A-b_9", true)]
    [InlineData("", false)]
    [InlineData("-a", false)]
    [InlineData("_a", false)]
    [InlineData("a/b", false)]
    [InlineData("a b", false)]
    [InlineData("a\n", false)]
    public void A_run_id_has_its_pattern(string id, bool good)
    {
        Assert.Equal(good, Limits.CheckRunId(id) is null);
        Assert.Equal(good, RunId.IsWellFormed(id));
    }

    [Fact]
    public void A_run_id_is_a_uuid_in_hex()
    {
        Assert.True(RunId.TryRead("0123456789abcdef0123456789abcdef", out var id));
        Assert.Equal("0123456789abcdef0123456789abcdef", RunId.Write(id));
        Assert.True(RunId.TryRead("01234567-89ab-cdef-0123-456789abcdef", out var dashed));
        Assert.Equal(id, dashed);
        Assert.False(RunId.TryRead("not-a-uuid", out _));
        Assert.False(RunId.TryRead(null, out _));
        Assert.True(RunId.IsWellFormed(new string('a', 256)));
        Assert.False(RunId.IsWellFormed(new string('a', 257)));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(50_000, true)]
    [InlineData(50_001, false)]
    [InlineData(-1, false)]
    public void A_page_has_bounds(long results, bool good) =>
        Assert.Equal(good, Limits.CheckPage(results, Limits.SearchedRuns) is null);

    [Fact]
    public void A_dataset_must_say_what_it_is_within_bounds()
    {
        static string? Problem(string? name = "n", string? digest = "d", string? type = "local", string? source = "s", string? schema = null, string? profile = null) =>
            DatasetLimits.Check(name, digest, type, source, schema, profile, "datasets[0].dataset")?.Message;
        Assert.Null(Problem());
        Assert.Contains("'datasets[0].dataset.name'", Problem(name: ""), StringComparison.Ordinal);
        Assert.Contains("'datasets[0].dataset.source'", Problem(source: null), StringComparison.Ordinal);
        Assert.Contains("36", Problem(digest: new string('d', 37)), StringComparison.Ordinal);
        Assert.Contains("500", Problem(name: new string('n', 501)), StringComparison.Ordinal);
        Assert.Contains("65535", Problem(source: new string('s', 65_536)), StringComparison.Ordinal);
        Assert.Null(Problem(schema: new string('s', 1_048_575)));
        Assert.Contains("1048575", Problem(schema: new string('s', 1_048_576)), StringComparison.Ordinal);
        Assert.NotNull(DatasetLimits.CheckTag("k", new string('v', 501), "t"));
        Assert.Null(DatasetLimits.CheckTag("k", "train", "t"));
        Assert.Null(DatasetLimits.CheckCount(1000));
        Assert.NotNull(DatasetLimits.CheckCount(1001));
    }

    [Fact]
    public void Any_text_is_answered() => Prop.ForAll<string?>(text =>
    {
        _ = (Limits.CheckKey(text), Limits.CheckExperimentName(text), Limits.CheckRunName(text), Limits.CheckRunId(text ?? ""));
        _ = (ArtifactPath.TryRead(text, out _, out _), RunId.TryRead(text, out _), Limits.CheckExperimentTag(text, text ?? "", out _));
        return true;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    private static readonly Arbitrary<string> Unruly = Gen.ListOf(
        Gen.Elements("a", "é", "😀", "\ud83d", "\ude00", "\0", "損")).Select(parts => string.Concat(parts)).ToArbitrary();

    [Fact]
    public void What_is_cut_is_a_whole_beginning_within_the_limit() => Prop.ForAll(Unruly, Gen.Choose(0, 12).ToArbitrary(), (text, limit) =>
    {
        var cut = Wording.CutCharacters(text, limit);
        var units = Wording.Cut(text, limit);
        return text.StartsWith(cut, StringComparison.Ordinal) && cut.EnumerateRunes().Count() <= limit
            && (cut.Length == text.Length || cut.EnumerateRunes().Count() == limit)
            && !(cut.Length > 0 && cut.Length < text.Length && char.IsSurrogatePair(text[cut.Length - 1], text[cut.Length]))
            && text.StartsWith(units, StringComparison.Ordinal) && units.Length <= limit
            && !(units.Length > 0 && units.Length < text.Length && char.IsSurrogatePair(text[units.Length - 1], text[units.Length]));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void What_is_kept_can_be_stored() => Prop.ForAll(Unruly, text =>
        Limits.CheckParamValue(text, out var kept) is null
            ? new UTF8Encoding(false, throwOnInvalidBytes: true).GetBytes(kept).Length >= kept.Length && !kept.Contains('\0')
            : text.Contains('\0')).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void Whole_text_is_left_alone()
    {
        const string text = "plain 😀";
        Assert.Same(text, Wording.Whole(text));
        Assert.Equal(7, Wording.Length(text));
    }
}
