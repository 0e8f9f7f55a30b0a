using FsCheck;
using FsCheck.Fluent;

namespace Crucible.Experiments.Domain.Search;

public sealed class FilterPropertyTests
{
    /// <summary>Strings that look like filters more often than chance would have it.</summary>
    private static readonly Arbitrary<string> Filterish = Gen.ListOf(Gen.OneOf(
        Gen.Elements(
            "metrics.", "params.", "tags", "attributes.", "run", "name", "run_id", ".", " ", " AND ", "and", "OR", "NOT", "IN", " IS ", "NULL",
            "LIKE", "RLIKE", "BETWEEN", "min(", "mean (", " or ", "not ", ")) ", "((", "duration", "archived", "lost", "true", "-7d", "2h", "'2026-11-01'", "metrics.a = 1", "=", "!=", ">", "<", ">=", "(", ")", ",", "'", "\"", "`", "1", "-1e9", "''", "'x'", "\0", "\ud800", "é", "\n", ";"),
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
        select new Clause(Entity.Dataset, "digest", op, new FilterValue.Texts([.. texts])),
        from key in Key
        from aggregate in Gen.Elements(Aggregate.Last, Aggregate.Min, Aggregate.Max, Aggregate.Mean)
        from numbers in Gen.NonEmptyListOf(ArbMap.Default.GeneratorFor<NormalFloat>())
        select new Clause(Entity.Metric, key, Operator.NotIn, new FilterValue.Numbers([.. numbers.Select(n => n.Get)])) { Aggregate = aggregate },
        from key in Key
        from number in ArbMap.Default.GeneratorFor<NormalFloat>()
        select new Clause(Entity.Param, key, Operator.Less, new FilterValue.Number(number.Get)),
        from milliseconds in Gen.Choose(0, int.MaxValue)
        select new Clause(Entity.Attribute, "end_time", Operator.GreaterOrEqual, new FilterValue.Ago(TimeSpan.FromMilliseconds(milliseconds))),
        from flag in Gen.Elements(true, false)
        select new Clause(Entity.Attribute, "lost", Operator.Equal, new FilterValue.Flag(flag)));

    private static Gen<FilterNode> Trees(int deep)
    {
        var one = Clauses.Select(FilterNode (c) => new FilterNode.One(c));
        if (deep == 0)
            return one;
        var parts = Trees(deep - 1).NonEmptyListOf().Select(p => p.Take(3));
        return Gen.OneOf(one, parts.Select(p => FilterNode.Every(p)!), parts.Select(p => FilterNode.Either(p)!), Trees(deep - 1).Select(FilterNode (p) => new FilterNode.Except(p)));
    }

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
    public void What_is_printed_reads_back_as_the_same_tree() =>
        Prop.ForAll(Trees(4).ToArbitrary(), tree =>
            tree.Clauses.Count() > SearchLimits.MaxClauses || (RunFilter.TryParse(tree.ToString(), out var again, out _) && tree.Equals(again.Root)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void What_was_read_and_printed_reads_back_as_the_same_tree() =>
        Prop.ForAll(Filterish, text =>
            !RunFilter.TryParse(text, out var filter, out _)
            || (RunFilter.TryParse(filter.ToString(), out var again, out _) && Equals(again.Root, filter.Root)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void A_completion_of_any_text_replaces_a_piece_at_the_caret() =>
        Prop.ForAll(Filterish, Gen.Choose(-3, 200).ToArbitrary(), (text, caret) =>
        {
            var completion = Completion.At(text, caret);
            var at = Math.Clamp(caret, 0, text.Length);
            return completion.From <= at && at <= completion.Until && completion.Until <= text.Length && text[completion.From..at] == completion.Piece;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

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
