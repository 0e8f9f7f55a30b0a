using FsCheck;
using FsCheck.Fluent;

namespace Crucible.Experiments.Domain.Search;

public sealed class FilterPropertyTests
{
    /// <summary>Strings that look like filters more often than chance would have it.</summary>
    private static readonly Arbitrary<string> Filterish = Gen.ListOf(Gen.OneOf(
        Gen.Elements(
            "metrics.", "params.", "tags", "attributes.", "run", "name", "run_id", ".", " ", " AND ", "and", "OR", "NOT", "IN", " IS ", "NULL",
            "LIKE", "RLIKE", "=", "!=", ">", "<", ">=", "(", ")", ",", "'", "\"", "`", "1", "-1e9", "''", "'x'", "\0", "\ud800", "é", "\n", ";"),
        ArbMap.Default.GeneratorFor<string?>().Select(s => s ?? "")))
        .Select(parts => string.Concat(parts)).ToArbitrary();

    private static readonly Gen<string> Key = ArbMap.Default.GeneratorFor<NonEmptyString>()
        .Select(s => s.Get.Replace("\0", "", StringComparison.Ordinal)).Where(s => s.Length is > 0 and <= 250);

    private static readonly Gen<string> Text = ArbMap.Default.GeneratorFor<string?>().Select(s => (s ?? "").Replace("\0", "", StringComparison.Ordinal));

    private static readonly Gen<Clause> Clauses = Gen.OneOf(
        from key in Key
        from op in Gen.Elements(Operator.Equal, Operator.NotEqual, Operator.Greater, Operator.GreaterOrEqual, Operator.Less, Operator.LessOrEqual)
        from number in ArbMap.Default.GeneratorFor<NormalFloat>()
        select new Clause(Entity.Metric, key, op, new FilterValue.Number(number.Get)),
        from key in Key
        from entity in Gen.Elements(Entity.Param, Entity.Tag)
        from op in Gen.Elements(Operator.Equal, Operator.NotEqual, Operator.Like, Operator.ILike)
        from text in Text
        select new Clause(entity, key, op, new FilterValue.Text(text)),
        from key in Key
        from op in Gen.Elements(Operator.IsNull, Operator.IsNotNull)
        select new Clause(Entity.Tag, key, op, null),
        from op in Gen.Elements(Operator.In, Operator.NotIn)
        from texts in Gen.NonEmptyListOf(Text)
        select new Clause(Entity.Dataset, "digest", op, new FilterValue.Texts([.. texts])));

    [Fact]
    public void Any_text_is_answered_with_a_filter_or_a_refusal_that_points_into_it() =>
        Prop.ForAll(Filterish, text =>
        {
            foreach (var parse in new Func<string, FilterError?>[]
            {
                t => RunFilter.TryParse(t, out _, out var e) ? null : e,
                t => ExperimentFilter.TryParse(t, out _, out var e) ? null : e,
                t => ModelFilter.TryParse(t, out _, out var e) ? null : e,
                t => SearchOrder.TryParseRuns([t], out _, out var e) ? null : e,
            })
            {
                if (parse(text) is { } error && (error.Position < 0 || error.Position > text.Length || error.Message.Length is 0 or > 1000))
                    return false;
            }
            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void What_is_printed_reads_back_as_the_same_clauses() =>
        Prop.ForAll(Gen.ListOf(Clauses).Select(c => c.Take(100).ToArray()).ToArbitrary(), clauses =>
            RunFilter.TryParse(new RunFilter(clauses).ToString(), out var again, out _) && again.Clauses.SequenceEqual(clauses))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void What_was_read_and_printed_reads_back_as_the_same_clauses() =>
        Prop.ForAll(Filterish, text =>
            !RunFilter.TryParse(text, out var filter, out _)
            || (RunFilter.TryParse(filter.ToString(), out var again, out _) && again.Clauses.SequenceEqual(filter.Clauses)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Theory]
    [InlineData("(")]
    [InlineData("'")]
    [InlineData("`")]
    [InlineData("a.")]
    [InlineData("NOT ")]
    [InlineData("a = 'x' AND ")]
    [InlineData("params.a = 'x' AND ")]
    [InlineData("run_id IN ('x', ")]
    [InlineData("''")]
    [InlineData("IS NOT ")]
    public void Long_texts_cost_little(string part)
    {
        var text = string.Concat(Enumerable.Repeat(part, SearchLimits.MaxText / part.Length));
        var before = GC.GetAllocatedBytesForCurrentThread();
        RunFilter.TryParse(text, out _, out _);
        // What is kept in memory stands for the work done: a few copies of the text, not one for each word in it.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20 * text.Length + 100_000);
    }
}
