namespace Crucible.Experiments.Domain.Search;

public sealed class FilterTests
{
    private static Clause Only(string text)
    {
        Assert.True(RunFilter.TryParse(text, out var filter, out var error), error?.Message);
        return Assert.Single(filter.Clauses);
    }

    private static FilterError Refused(string text)
    {
        Assert.False(RunFilter.TryParse(text, out var filter, out var error), text);
        Assert.Empty(filter.Clauses);
        return error;
    }

    [Theory]
    [InlineData("metrics.acc > 1", Entity.Metric, "acc")]
    [InlineData("metric.acc > 1", Entity.Metric, "acc")]
    [InlineData("params.lr = '1'", Entity.Param, "lr")]
    [InlineData("param.lr = '1'", Entity.Param, "lr")]
    [InlineData("parameter.lr = '1'", Entity.Param, "lr")]
    [InlineData("parameters.lr = '1'", Entity.Param, "lr")]
    [InlineData("tags.mlflow.user = 'ann'", Entity.Tag, "mlflow.user")]
    [InlineData("tag.team = 'a'", Entity.Tag, "team")]
    [InlineData("attributes.status = 'RUNNING'", Entity.Attribute, "status")]
    [InlineData("attribute.status = 'RUNNING'", Entity.Attribute, "status")]
    [InlineData("attr.status = 'RUNNING'", Entity.Attribute, "status")]
    [InlineData("run.status = 'RUNNING'", Entity.Attribute, "status")]
    [InlineData("status = 'RUNNING'", Entity.Attribute, "status")]
    [InlineData("created > 5", Entity.Attribute, "start_time")]
    [InlineData("attributes.Created > 5", Entity.Attribute, "start_time")]
    [InlineData("run_name = 'x'", Entity.Attribute, "run_name")]
    [InlineData("run name = 'x'", Entity.Attribute, "run_name")]
    [InlineData("attributes.`Run name` = 'x'", Entity.Attribute, "run_name")]
    [InlineData("run.\"Run Name\" = 'x'", Entity.Attribute, "run_name")]
    [InlineData("datasets.name = 'd'", Entity.Dataset, "name")]
    [InlineData("dataset.digest = 'd'", Entity.Dataset, "digest")]
    [InlineData("datasets.context LIKE 'tr%'", Entity.Dataset, "context")]
    [InlineData("metrics.`my metric` = 1", Entity.Metric, "my metric")]
    [InlineData("metrics.\"a-b/c d\" = 1", Entity.Metric, "a-b/c d")]
    [InlineData("`metrics`.`x` = 1", Entity.Metric, "x")]
    [InlineData("metrics.system/cpu = 1", Entity.Metric, "system/cpu")]
    [InlineData("params.`a``b` = '1'", Entity.Param, "a`b")]
    [InlineData("params.größe = '1'", Entity.Param, "größe")]
    public void An_identifier_names_an_entity_and_a_key(string text, Entity entity, string key)
    {
        var clause = Only(text);
        Assert.Equal(entity, clause.Entity);
        Assert.Equal(key, clause.Key);
    }

    [Theory]
    [InlineData("metrics.a = 1", 1)]
    [InlineData("metrics.a=-1", -1)]
    [InlineData("metrics.a < +2", 2)]
    [InlineData("metrics.a >= 0.25", 0.25)]
    [InlineData("metrics.a <= .5", 0.5)]
    [InlineData("metrics.a != 1e-3", 0.001)]
    [InlineData("metrics.a > -2.5E2", -250)]
    [InlineData("metrics.a > 1e999", double.MaxValue)]
    [InlineData("start_time > 1700000000000", 1700000000000)]
    public void Numbers_stand_without_quotes(string text, double number) =>
        Assert.Equal(new FilterValue.Number(number), Only(text).Value);

    [Theory]
    [InlineData("metrics.a = '1'")]
    [InlineData("metrics.a = NaN")]
    [InlineData("metrics.a = Infinity")]
    [InlineData("metrics.a = 1,5")]
    [InlineData("metrics.a = 0x10")]
    [InlineData("metrics.a = ")]
    [InlineData("metrics.a LIKE 'x'")]
    [InlineData("start_time = '5'")]
    [InlineData("start_time > 7d")]
    [InlineData("start_time > -7y")]
    [InlineData("start_time > -d")]
    [InlineData("start_time > -1000000d")]
    [InlineData("start_time > '2026-13-01'")]
    [InlineData("start_time IN ('2026-01-01')")]
    [InlineData("duration > -2h")]
    [InlineData("duration > '2h'")]
    [InlineData("archived = 'true'")]
    [InlineData("archived = 1")]
    [InlineData("archived > true")]
    [InlineData("lost")]
    [InlineData("lost IS NULL")]
    [InlineData("metrics.a IN ('1')")]
    [InlineData("metrics.a IN (1, '2')")]
    [InlineData("params.a IN (1, 'x')")]
    [InlineData("params.a LIKE 1")]
    [InlineData("params.a BETWEEN 'a' AND 'b'")]
    [InlineData("metrics.a BETWEEN 1")]
    [InlineData("metrics.a BETWEEN 1 OR 2")]
    [InlineData("status BETWEEN 'a' AND 'b'")]
    [InlineData("median(metrics.a) > 1")]
    [InlineData("min(params.a) > 1")]
    [InlineData("min(metrics.a > 1")]
    [InlineData("min metrics.a > 1")]
    [InlineData("min(min(metrics.a)) > 1")]
    [InlineData("()")]
    [InlineData("(metrics.a = 1")]
    [InlineData("metrics.a = 1)")]
    [InlineData("(metrics.a = 1))")]
    [InlineData("metrics.a = 1 OR")]
    [InlineData("OR metrics.a = 1")]
    [InlineData("metrics.a = 1 OR OR metrics.b = 1")]
    [InlineData("metrics.a = 1 AND NOT")]
    [InlineData("NOT")]
    [InlineData("params.a > '1'")]
    [InlineData("params.a = abc")]
    [InlineData("status > 'RUNNING'")]
    [InlineData("params.a RLIKE 'x'")]
    [InlineData("datasets.size = '1'")]
    [InlineData("attributes.colour = 'red'")]
    [InlineData("colour.red = 'red'")]
    [InlineData("metrics. = 1")]
    [InlineData("= 1")]
    [InlineData("metrics.a")]
    [InlineData("metrics.a == 1")]
    [InlineData("metrics.a <> 1")]
    [InlineData("metrics.a ! 1")]
    [InlineData("metrics.a = 1 metrics.b = 2")]
    [InlineData("metrics.a = 1 AND")]
    [InlineData("AND metrics.a = 1")]
    [InlineData("metrics.a = 1;")]
    [InlineData("params.a = 'open")]
    [InlineData("params.`open = 'x'")]
    [InlineData("run_id IN ()")]
    [InlineData("run_id IN 'a'")]
    [InlineData("run_id IN ('a'")]
    [InlineData("run_id IN (1)")]
    [InlineData("run_id NOT LIKE 'a'")]
    [InlineData("tags.a IS 'x'")]
    [InlineData("params.a = 'nul\0'")]
    public void What_the_grammar_does_not_know_is_refused_in_words(string text)
    {
        var error = Refused(text);
        Assert.InRange(error.Position, 0, text.Length);
        Assert.Equal(400, error.ToProtocol().Status);
    }

    [Theory]
    [InlineData("tags.a = '1' OR tags.b = '2'", 13, "'OR'")]
    [InlineData("NOT tags.a = '1'", 0, "'NOT'")]
    [InlineData("(tags.a = '1')", 0, "'(tags.a'")]
    [InlineData("tags.a = '1' and not tags.b = '2'", 17, "'not'")]
    public void Experiments_and_models_know_no_or_not_and_parentheses_and_say_so(string text, int position, string word)
    {
        Assert.False(ExperimentFilter.TryParse(text, out _, out var error));
        Assert.False(ModelFilter.TryParse(text, out _, out _));
        Assert.Equal(position, error.Position);
        Assert.Contains(word, error.Message, StringComparison.Ordinal);
        Assert.Contains("AND only", error.Message, StringComparison.Ordinal);
        Assert.Contains($"position {position + 1}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tags.a = '1' OR tags.b = '2' AND tags.c = '3'", "tags.`a` = '1' OR tags.`b` = '2' AND tags.`c` = '3'")]
    [InlineData("(tags.a = '1' OR tags.b = '2') AND tags.c = '3'", "(tags.`a` = '1' OR tags.`b` = '2') AND tags.`c` = '3'")]
    [InlineData("not tags.a = '1' and tags.b = '2'", "NOT tags.`a` = '1' AND tags.`b` = '2'")]
    [InlineData("NOT (tags.a = '1' AND tags.b = '2')", "NOT (tags.`a` = '1' AND tags.`b` = '2')")]
    [InlineData("NOT(tags.a='1')OR(tags.b='2')", "NOT tags.`a` = '1' OR tags.`b` = '2'")]
    [InlineData("((tags.a = '1') AND (tags.b = '2' AND tags.c = '3'))", "tags.`a` = '1' AND tags.`b` = '2' AND tags.`c` = '3'")]
    [InlineData("NOT NOT lost = true", "NOT NOT attributes.`lost` = true")]
    [InlineData("MIN( metrics.loss ) < .3", "min(metrics.`loss`) < 0.3")]
    [InlineData("last(metrics.loss) < 0.3", "metrics.`loss` < 0.3")]
    [InlineData("mean (metrics.`a b`) is null", "mean(metrics.`a b`) IS NULL")]
    [InlineData("metrics.a BETWEEN 1 AND 2 OR lost = true", "metrics.`a` >= 1 AND metrics.`a` <= 2 OR attributes.`lost` = true")]
    [InlineData("params.a NOT BETWEEN 1 AND 2", "NOT (params.`a` >= 1 AND params.`a` <= 2)")]
    [InlineData("start_time > -7d AND end_time <= -90m", "attributes.`start_time` > -1w AND attributes.`end_time` <= -90m")]
    [InlineData("start_time >= '2026-11-01'", "attributes.`start_time` >= 1793491200000")]
    [InlineData("created < '2026-11-01T01:00+01:00'", "attributes.`start_time` < 1793491200000")]
    [InlineData("duration > 1h30m OR duration < 10", "attributes.`duration` > 5400 OR attributes.`duration` < 10")]
    [InlineData("params.lr <= 1e-3 AND tags.n != 4", "params.`lr` <= 0.001 AND tags.`n` != 4")]
    [InlineData("params.bs IN (16, 32,)", "params.`bs` IN (16, 32)")]
    [InlineData("metrics.a NOT IN (1)", "metrics.`a` NOT IN (1)")]
    [InlineData("status in ('RUNNING', 'failed')", "attributes.`status` IN ('RUNNING', 'failed')")]
    public void The_tree_is_printed_with_the_parentheses_it_needs(string text, string printed)
    {
        Assert.True(RunFilter.TryParse(text, out var filter, out var error), error?.Message);
        Assert.Equal(printed, filter.ToString());
        Assert.True(RunFilter.TryParse(printed, out var again, out error), error?.Message);
        Assert.Equal(filter.Root, again.Root);
    }

    [Theory]
    [InlineData("metrics.a = 1 AND (metrics.b = 2", 18, 1, "never closed")]
    [InlineData("metrics.a = 1) AND metrics.b = 2", 13, 1, "never opened")]
    [InlineData("metrics.loss < abc AND lost = true", 15, 3, "number without quotes")]
    [InlineData("params.a > '1'", 11, 3, "without quotes")]
    [InlineData("start_time > yesterday", 13, 9, "-7d")]
    [InlineData("avg(metrics.a) > 1", 0, 3, "min, max, mean or last")]
    [InlineData("lost = maybe", 7, 5, "true or false")]
    [InlineData("metrics.a = 1 AND", 17, 0, "the end")]
    [InlineData("metrics.a = 1 && metrics.b = 2", 14, 2, "AND or OR")]
    public void An_error_marks_the_word_and_says_how_to_mend_it(string text, int position, int length, string says)
    {
        var error = Refused(text);
        Assert.Equal((position, length), (error.Position, error.Length));
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nesting_has_an_end()
    {
        static string Nested(int deep) => $"{new string('(', deep)}params.a = 'x'{new string(')', deep)}";
        Assert.True(RunFilter.TryParse(Nested(SearchLimits.MaxDepth), out _, out var error), error?.Message);
        Assert.Equal(SearchLimits.MaxDepth, Refused(Nested(SearchLimits.MaxDepth + 1)).Position);
        Assert.Contains("nested", Refused(string.Concat(Enumerable.Repeat("NOT ", SearchLimits.MaxDepth + 1)) + "params.a = 'x'").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Keywords_take_any_case_and_clauses_join()
    {
        Assert.True(RunFilter.TryParse(
            " tags.a iLiKe '%x' aNd params.b is Not null\n AND run_id not in ('a', 'b') and tags.c IS NULL ", out var filter, out _));
        Assert.Equal(
            [Operator.ILike, Operator.IsNotNull, Operator.NotIn, Operator.IsNull],
            filter.Clauses.Select(c => c.Operator));
        Assert.Equal(new FilterValue.Texts(["a", "b"]), filter.Clauses[2].Value);
    }

    [Theory]
    [InlineData("params.a = 'x'", "x")]
    [InlineData("params.a = \"x\"", "x")]
    [InlineData("params.a = ''", "")]
    [InlineData("params.a = 'it''s'", "it's")]
    [InlineData("params.a = \"it's\"", "it's")]
    [InlineData("params.a = 'a AND b = (c)'", "a AND b = (c)")]
    [InlineData("params.a = 'C:\\dir\\'", "C:\\dir\\")]
    [InlineData("params.a='-- ; drop table run'", "-- ; drop table run")]
    public void Texts_stand_in_either_quote(string text, string value) =>
        Assert.Equal(new FilterValue.Text(value), Only(text).Value);

    [Fact]
    public void A_list_of_one_may_end_with_a_comma_as_python_writes_it() =>
        Assert.Equal(new FilterValue.Texts(["a"]), Only("run_id IN ('a',)").Value);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  \n ")]
    public void No_filter_finds_everything(string? text)
    {
        Assert.True(RunFilter.TryParse(text, out var filter, out _));
        Assert.Empty(filter.Clauses);
    }

    [Fact]
    public void Too_long_too_many_and_too_wide_are_refused_with_their_bounds()
    {
        Assert.Contains("65,536", Refused(new string('x', 100_000)).Message, StringComparison.Ordinal);
        Assert.Contains("65,536", Refused(new string(' ', 100_000)).Message, StringComparison.Ordinal);
        Assert.Contains("100 clauses", Refused(string.Join(" AND ", Enumerable.Repeat("params.a = 'x'", 101))).Message, StringComparison.Ordinal);
        Assert.Contains("65,536", Refused(string.Join(" AND ", Enumerable.Repeat("params.a = 'x'", 10_000))).Message, StringComparison.Ordinal);
        Assert.Contains("1,000", Refused($"run_id IN ({string.Join(",", Enumerable.Repeat("'a'", 1001))})").Message, StringComparison.Ordinal);
        Assert.Contains("250", Refused($"tags.{new string('k', 251)} = 'x'").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_bounds_themselves_are_allowed()
    {
        Assert.True(RunFilter.TryParse(string.Join(" AND ", Enumerable.Repeat("params.a = 'x'", 100)), out var many, out _));
        Assert.Equal(100, many.Clauses.Count);
        Assert.True(RunFilter.TryParse($"run_id IN ({string.Join(",", Enumerable.Repeat($"'{new string('a', 32)}'", 1000))})", out _, out var error), error?.Message);
    }

    [Theory]
    [InlineData("name LIKE 'a%' AND tags.team = 'x' AND creation_time > 5 AND last_update_time <= 9", true)]
    [InlineData("attribute.name = 'a'", true)]
    [InlineData("metrics.a > 1", false)]
    [InlineData("params.a = 'x'", false)]
    [InlineData("start_time > 1", false)]
    [InlineData("name IN ('a')", false)]
    [InlineData("experiment_id = '1'", false)]
    public void Experiments_know_their_own_words(string text, bool accepted) =>
        Assert.Equal(accepted, ExperimentFilter.TryParse(text, out _, out _));

    [Theory]
    [InlineData("name = 'm' AND status = 'READY' AND metrics.acc > 0.5 AND params.lr = '1' AND tags.a = 'b'", true)]
    [InlineData("model_id IN ('m-1', 'm-2') AND source_run_id = 'r' AND creation_timestamp > 5", true)]
    [InlineData("attributes.creation_time >= 5 AND last_updated_timestamp < 9 AND model_type != 'Agent'", true)]
    [InlineData("run_name = 'x'", false)]
    [InlineData("datasets.name = 'x'", false)]
    [InlineData("params.lr < 0.3", false)]
    public void Models_know_their_own_words(string text, bool accepted) =>
        Assert.Equal(accepted, ModelFilter.TryParse(text, out _, out _));

    [Fact]
    public void A_models_time_has_one_name_whatever_alias_was_written()
    {
        Assert.True(ModelFilter.TryParse("creation_time > 1 AND creation_timestamp_ms > 1 AND creation_timestamp > 1", out var filter, out _));
        Assert.All(filter.Clauses, c => Assert.Equal("creation_timestamp", c.Key));
    }
}
