namespace Crucible.Experiments.Domain.Search;

public sealed class OrderTests
{
    [Theory]
    [InlineData("metrics.acc DESC", Entity.Metric, "acc", false)]
    [InlineData("metrics.acc", Entity.Metric, "acc", true)]
    [InlineData("metrics.acc asc", Entity.Metric, "acc", true)]
    [InlineData("  params.`a b`   dEsC ", Entity.Param, "a b", false)]
    [InlineData("tags.\"mlflow.user\" ASC", Entity.Tag, "mlflow.user", true)]
    [InlineData("start_time DESC", Entity.Attribute, "start_time", false)]
    [InlineData("attributes.created DESC", Entity.Attribute, "start_time", false)]
    [InlineData("attribute.`Run name`", Entity.Attribute, "run_name", true)]
    [InlineData("metric.`desc` DESC", Entity.Metric, "desc", false)]
    public void An_entry_is_an_identifier_and_a_direction(string text, Entity entity, string key, bool ascending)
    {
        Assert.True(SearchOrder.TryParseRuns([text], out var order, out var error), error?.Message);
        Assert.Equal([new SortKey(entity, key, ascending)], order.Keys);
    }

    [Theory]
    [InlineData("")]
    [InlineData("metrics.acc DOWN")]
    [InlineData("metrics.acc DESC DESC")]
    [InlineData("metrics.acc DESC, metrics.b")]
    [InlineData("colour")]
    [InlineData("datasets.name")]
    [InlineData("nothing.acc")]
    [InlineData("metrics.`acc")]
    [InlineData("metrics.acc; drop table run")]
    [InlineData("min(params.a)")]
    [InlineData("median(metrics.a)")]
    [InlineData("min(metrics.a")]
    [InlineData("lost")]
    public void Anything_else_is_refused(string text)
    {
        Assert.False(SearchOrder.TryParseRuns([text], out _, out var error));
        Assert.Contains("order_by", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_entries_keep_their_order_and_no_field_comes_twice()
    {
        Assert.True(SearchOrder.TryParseRuns(["metrics.a DESC", "params.a", "tags.a"], out var order, out _));
        Assert.Equal([Entity.Metric, Entity.Param, Entity.Tag], order.Keys.Select(k => k.Entity));
        Assert.False(SearchOrder.TryParseRuns(["start_time ASC", "created DESC"], out _, out var error));
        Assert.Contains("duplicate", error.Message, StringComparison.Ordinal);
        Assert.False(SearchOrder.TryParseRuns([.. Enumerable.Range(0, 11).Select(n => $"metrics.m{n}")], out _, out _));
    }

    [Fact]
    public void None_is_the_default_order()
    {
        Assert.True(SearchOrder.TryParseRuns(null, out var order, out _));
        Assert.Empty(order.Keys);
    }

    [Fact]
    public void Experiments_sort_by_their_own_columns()
    {
        Assert.True(SearchOrder.TryParseExperiments(["name", "experiment_id DESC", "creation_time", "last_update_time"], out var order, out _));
        Assert.Equal(4, order.Keys.Count);
        Assert.False(SearchOrder.TryParseExperiments(["tags.a"], out _, out _));
        Assert.False(SearchOrder.TryParseExperiments(["start_time"], out _, out _));
    }

    [Fact]
    public void A_printed_order_reads_back()
    {
        SortKey[] keys = [new(Entity.Metric, "a `quoted` key", false), new(Entity.Attribute, "run_name", true), new(Entity.Metric, "a `quoted` key", true) { Aggregate = Aggregate.Min }];
        Assert.True(SearchOrder.TryParseRuns(new SearchOrder(keys).ToEntries(), out var order, out _));
        Assert.Equal(keys, order.Keys);
    }

    [Fact]
    public void Models_sort_by_a_metric_on_a_dataset()
    {
        Assert.True(ModelOrder.TryRead("metrics.acc", null, "test", "d1", out var key, out _));
        Assert.Equal(new ModelSortKey(Entity.Metric, "acc", true, "test", "d1"), key);
        Assert.True(ModelOrder.TryRead("creation_time", false, null, null, out key, out _));
        Assert.Equal(new ModelSortKey(Entity.Attribute, "creation_timestamp", false, null, null), key);
    }

    [Theory]
    [InlineData("params.lr", null, null)]
    [InlineData("colour", null, null)]
    [InlineData("", null, null)]
    [InlineData("metrics.acc", null, "d1")]
    [InlineData("name", "test", null)]
    [InlineData("name DESC", null, null)]
    public void A_models_order_that_makes_no_sense_is_refused(string field, string? dataset, string? digest) =>
        Assert.False(ModelOrder.TryRead(field, true, dataset, digest, out _, out _));
}
