namespace Crucible.Experiments.Domain.Search;

public sealed class RunQueryTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000);

    private static SearchSql Build(string filter, string[]? order = null, long[]? experiments = null, ViewType view = ViewType.Active, object?[]? after = null)
    {
        Assert.True(RunFilter.TryParse(filter, out var parsed, out var error), error?.Message);
        Assert.True(SearchOrder.TryParseRuns(order, out var sorted, out error), error?.Message);
        return RunQuery.Build(new(parsed, experiments ?? [7], view, Now), sorted, 100, after is null ? 20 : 0, after);
    }

    [Fact]
    public void No_value_of_a_caller_stands_in_the_text()
    {
        var sql = Build(
            "metrics.`m-evil` > 1234.5 AND params.`p-evil` = 'v-evil' AND tags.`t-evil` LIKE 'l-evil%' AND tags.`n-evil` IS NULL AND run_name RLIKE 'r-evil' "
            + "AND datasets.name IN ('d-evil') AND user_id = 'u-evil' AND status != 's-evil'",
            ["metrics.`o-evil` DESC", "params.`q-evil`"]);
        Assert.DoesNotContain("evil", sql.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("1234", sql.Text, StringComparison.Ordinal);
        Assert.Contains("v-evil", sql.Parameters.Values);
        Assert.Contains("o-evil", sql.Parameters.Values);
        Assert.Contains(1234.5, sql.Parameters.Values);
    }

    [Fact]
    public void Every_parameter_in_the_text_has_a_value()
    {
        foreach (var order in new string[][] { [], ["metrics.a"], ["metrics.z DESC", "tags.b"], ["params.a"], ["end_time"], ["status"] })
            foreach (var experiments in new long[][] { [1], [1, 2], [] })
            {
                var sql = Build("metrics.a > 1 AND params.b = 'x' AND tags.c != 'y' AND tags.d IS NULL AND run_id NOT IN ('x')", order, experiments);
                foreach (System.Text.RegularExpressions.Match use in System.Text.RegularExpressions.Regex.Matches(sql.Text, "@(\\w+)"))
                    Assert.True(sql.Parameters.ContainsKey(use.Groups[1].Value), use.Value);
            }
    }

    [Fact]
    public void The_frame_is_always_there()
    {
        var sql = Build("");
        Assert.Contains("r.lifecycle = 'active'", sql.Text, StringComparison.Ordinal);
        Assert.Contains("order by r.start_time desc, r.run_id", sql.Text, StringComparison.Ordinal);
        Assert.Contains("limit @Limit offset @Offset", sql.Text, StringComparison.Ordinal);
        Assert.Equal(100, sql.Parameters["Limit"]);
        Assert.Equal(20L, sql.Parameters["Offset"]);
        Assert.Equal([7L], Assert.IsType<long[]>(sql.Parameters["Experiments"]));
        Assert.Contains("r.lifecycle = 'deleted'", Build("", view: ViewType.Deleted).Text, StringComparison.Ordinal);
        Assert.DoesNotContain("lifecycle", Build("", view: ViewType.All).Text, StringComparison.Ordinal);
        Assert.Contains("experiment_id = any(@Experiments)", Build("", experiments: [1, 2]).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("metrics.a > 1", "x.last_value > ", "< 'NaN'")]
    [InlineData("metrics.a != 1", "x.last_value <> ", "x.key = ")]
    [InlineData("params.a = 'x'", "left(x.value, 128) = @", "experiments.param x")]
    [InlineData("params.a ILIKE 'x'", "x.value ilike ", "experiments.param x")]
    [InlineData("tags.a IS NULL", "not exists (select from experiments.tag x", "x.key = any(")]
    [InlineData("datasets.context = 'x'", "i.context = ", "i.run_id = r.run_id")]
    [InlineData("datasets.digest NOT IN ('x')", "not d.digest = any(", "experiments.dataset d")]
    [InlineData("run_name RLIKE 'x'", "r.name ~ ", "experiments.run r")]
    [InlineData("status LIKE 'RUN%'", "when 'running' then 'RUNNING'", "end) like ")]
    [InlineData("status IN ('FINISHED')", "r.status = any(", "experiments.run r")]
    [InlineData("metrics.a IS NULL", "not exists (select from experiments.series x", "x.last_value is not null")]
    [InlineData("min(metrics.a) < 1", "x.min_value < ", "x.key = ")]
    [InlineData("mean(metrics.a) > 1", "experiments.mean_of(x.mean_sum, x.mean_points) > ", "< 'NaN'")]
    [InlineData("params.a < 1", "experiments.number_of(x.value) < ", "experiments.param x")]
    [InlineData("tags.a NOT IN (1, 2)", "not experiments.number_of(x.value) = any(", "experiments.tag x")]
    [InlineData("NOT params.a = 'x'", "is not true", "exists (select from experiments.param x")]
    [InlineData("metrics.a > 1 OR params.b = 'x'", "\n  or (exists", "experiments.series x")]
    [InlineData("archived = false", "r.archived_at is null", "experiments.run r")]
    [InlineData("lost != false", "- (select e.lost_after", ") is true")]
    [InlineData("parent_run_id IS NULL", "r.parent_run_id is null", "experiments.run r")]
    [InlineData("datasets.name IS NULL", "not exists (select from experiments.input i", "d.name is not null")]
    [InlineData("duration > 2h", "r.end_time::double precision", "/ 1000) > ")]
    public void A_clause_becomes_its_condition(string filter, string expected, string andAlso)
    {
        var text = Build(filter).Text;
        Assert.Contains(expected, text, StringComparison.Ordinal);
        Assert.Contains(andAlso, text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_longer_than_the_index_is_compared_whole()
    {
        Assert.DoesNotContain("x.value =", Build($"params.a = '{new string('x', 127)}'").Text, StringComparison.Ordinal);
        Assert.Contains("and x.value = @", Build($"params.a = '{new string('x', 128)}'").Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("FINISHED", "completed")]
    [InlineData("KILLED", "cancelled")]
    [InlineData("SCHEDULED", "pending")]
    [InlineData("completed", "completed")]
    [InlineData("running", "running")]
    [InlineData("NONSENSE", "")]
    public void A_status_is_understood_in_either_vocabulary(string written, string stored) =>
        Assert.Contains(stored, Build($"status = '{written}'").Parameters.Values);

    [Fact]
    public void Ids_are_compared_as_uuids_and_lists_take_lower_case_only()
    {
        const string id = "0123456789abcdef0123456789abcdef";
        var expected = Guid.ParseExact(id, "n");
        Assert.Equal([expected], Ids($"run_id = '{id}'"));
        Assert.Equal([expected], Ids($"run_id IN ('{id}', 'no-id', '{id.ToUpperInvariant()}')"));
        Assert.Empty(Ids("run_id != 'no-id'"));

        static Guid[] Ids(string filter) => Build(filter).Parameters.Values.OfType<Guid[]>().Single();
    }

    [Fact]
    public void A_pattern_that_ends_in_a_lone_backslash_is_made_whole()
    {
        Assert.Contains("x\\\\", Build("tags.a LIKE 'x\\'").Parameters.Values);
        Assert.Contains("x\\\\", Build("tags.a LIKE 'x\\\\'").Parameters.Values);
        Assert.Contains("x\\", Build("tags.a = 'x\\'").Parameters.Values);
    }

    [Fact]
    public void Whole_milliseconds_compare_as_bigint()
    {
        Assert.Contains(1700000000000L, Build("start_time > 1700000000000").Parameters.Values);
        Assert.Contains(1.5, Build("start_time > 1.5").Parameters.Values);
        Assert.Contains(2.0, Build("metrics.a > 2").Parameters.Values);
    }

    [Fact]
    public void Nan_comes_after_numbers_and_missing_last_in_either_direction()
    {
        Assert.Contains("last_value asc nulls last", Build("", ["metrics.a ASC"], [1, 2]).Text, StringComparison.Ordinal);
        Assert.Matches(@"last_value = 'NaN'\) asc nulls last, \w+\.last_value desc nulls last", Build("", ["metrics.a DESC"], [1, 2]).Text);
        Assert.Contains("end_time desc nulls last", Build("", ["end_time DESC"]).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_comparison_on_the_metric_sorted_by_needs_no_outer_join()
    {
        var text = Build("metrics.a > 1", ["metrics.a DESC"]).Text;
        Assert.Contains("join experiments.run r on r.run_id = m.run_id", text, StringComparison.Ordinal);
        Assert.DoesNotContain("exists", text, StringComparison.Ordinal);
        Assert.Contains("missing", Build("metrics.a != 1", ["metrics.a DESC"]).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Clauses_on_one_key_share_a_probe_and_many_probes_are_not_joined()
    {
        Assert.Single(Probes(Build("params.a != 'x' AND params.a != 'y' AND params.a LIKE 'z%'").Text));
        Assert.Single(Probes(Build("tags.a IS NULL AND tags.b IS NULL AND tags.c IS NULL").Text));
        Assert.DoesNotContain("offset 0", Build("params.a = 'x' AND params.b = 'y'").Text, StringComparison.Ordinal);
        var many = Build(string.Join(" AND ", Enumerable.Range(0, 20).Select(n => $"params.p{n} = 'x'"))).Text;
        Assert.Equal(20, many.Split("offset 0)").Length - 1);

        // Under OR there is nothing to join, and clauses of one key stay apart.
        Assert.Equal(2, Probes(Build("params.a = 'x' OR params.a = 'y'").Text).Length);

        static string[] Probes(string text) => text.Split("exists (")[1..];
    }

    [Fact]
    public void A_relative_time_counts_from_the_search() =>
        Assert.Contains(1_700_000_000_000L - 7 * 86_400_000, Build("start_time > -7d").Parameters.Values);

    [Theory]
    [InlineData("", new object[] { 5L, "id" }, "r.start_time <= @", "r.run_id > @")]
    [InlineData("metrics.a DESC", new object[] { false, 1.5, 5L, "id" }, "m.last_value <= @", "m.last_value < @")]
    [InlineData("metrics.a", new object[] { double.NaN, 5L, "id" }, "m.last_value < 'NaN' and false", "m.last_value = 'NaN' and r.start_time <=")]
    [InlineData("params.a DESC", new object[] { "v", 5L, "id" }, ".value < @", ".value is null or")]
    public void A_page_after_a_run_begins_where_an_index_can(string order, object[] after, string expected, string andAlso)
    {
        var text = Build("", order.Length == 0 ? [] : [order], after: after).Text;
        Assert.Contains(expected, text, StringComparison.Ordinal);
        Assert.Contains(andAlso, text, StringComparison.Ordinal);
    }
}
