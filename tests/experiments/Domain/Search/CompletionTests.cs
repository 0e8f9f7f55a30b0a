namespace Crucible.Experiments.Domain.Search;

public sealed class CompletionTests
{
    // | is the caret.
    [Theory]
    [InlineData("|", Expected.Subject, "")]
    [InlineData("met|", Expected.Subject, "met")]
    [InlineData("metrics.lo|", Expected.Subject, "metrics.lo")]
    [InlineData("params.`val lo|", Expected.Subject, "params.`val lo")]
    [InlineData("NOT (sta|", Expected.Subject, "sta")]
    [InlineData("lost = true AND |", Expected.Subject, "")]
    [InlineData("min(|", Expected.Metric, "")]
    [InlineData("min(metrics.l|", Expected.Metric, "metrics.l")]
    [InlineData("metrics.loss |", Expected.Comparison, "")]
    [InlineData("min(metrics.loss) |", Expected.Comparison, "")]
    [InlineData("metrics.`val loss` |", Expected.Comparison, "")]
    [InlineData("params.opt LI|", Expected.Comparison, "LI")]
    [InlineData("params.opt = |", Expected.Value, "")]
    [InlineData("params.opt='ad|", Expected.Value, "'ad")]
    [InlineData("status IN ('running', |", Expected.Value, "")]
    [InlineData("start_time > -|", Expected.Value, "-")]
    [InlineData("params.opt = 'adam' |", Expected.Word, "")]
    [InlineData("params.opt = 'adam' A|", Expected.Word, "A")]
    [InlineData("metrics.a BETWEEN 1 |", Expected.Word, "")]
    [InlineData("tags.a IS |", Expected.Word, "")]
    [InlineData("tags.a NOT |", Expected.Word, "")]
    [InlineData("min |", Expected.Word, "")]
    [InlineData("params.opt = 'adam'|", Expected.Nothing, "")]
    [InlineData("colour.a |", Expected.Nothing, "")]
    [InlineData("metrics.a ; |", Expected.Nothing, "")]
    public void The_place_says_what_can_be_written(string marked, Expected expected, string piece)
    {
        var caret = marked.IndexOf('|', StringComparison.Ordinal);
        var completion = Completion.At(marked.Replace("|", "", StringComparison.Ordinal), caret);
        Assert.Equal((expected, piece), (completion.Expected, completion.Piece));
        Assert.Equal(caret - piece.Length, completion.From);
    }

    [Fact]
    public void What_is_compared_says_how_it_can_be()
    {
        var completion = Completion.At("params.lr = '1' OR max(metrics.acc) ", 99);
        Assert.Equal(new Clause(Entity.Metric, "acc", Operator.Equal, null) { Aggregate = Aggregate.Max }, completion.Clause);
        Assert.Contains(Operator.GreaterOrEqual, completion.Operators);
        Assert.DoesNotContain(Operator.Like, completion.Operators);
        Assert.Equal(["AND", "OR", ")"], Completion.At("(lost = true ", 99).Words);
    }

    [Fact]
    public void The_rest_of_the_word_behind_the_caret_is_replaced_too() =>
        Assert.Equal((0, 12), (Completion.At("metrics.loss < 1", 9).From, Completion.At("metrics.loss < 1", 9).Until));
}
