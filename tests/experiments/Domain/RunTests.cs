namespace Crucible.Experiments.Domain;

public sealed class RunTests
{
    private static readonly Run Running = new(Guid.Parse("00000000-0000-0000-0000-000000000001"), 1, "able-fox-1", RunStatus.Running, 1000);

    private static Run Next(Outcome<Run> outcome)
    {
        Assert.False(outcome.Refused, outcome.Refusal);
        return outcome.Next;
    }

    [Fact]
    public void A_run_ends_well_badly_or_by_hand_at_a_time()
    {
        Assert.Equal(Running with { Status = RunStatus.Completed, EndTime = 2000 }, Next(Running.Finish(2000)));
        Assert.Equal(Running with { Status = RunStatus.Failed, EndTime = 2000 }, Next(Running.Fail(2000)));
        Assert.Equal(Running with { Status = RunStatus.Cancelled, EndTime = 2000 }, Next(Running.Kill(2000)));
    }

    [Fact]
    public void A_run_that_goes_on_forgets_its_end() =>
        Assert.Equal(Running, Next((Running with { Status = RunStatus.Failed, EndTime = 5 }).Resume()));

    [Fact]
    public void A_run_in_the_bin_takes_no_writes_but_comes_back()
    {
        var deleted = Next(Running.Delete());
        Assert.True(deleted.Deleted);
        Assert.Equal(deleted, Next(deleted.Delete()));
        foreach (var outcome in new[] { deleted.Finish(1), deleted.Fail(1), deleted.Kill(1), deleted.Resume(), deleted.Rename("x"), deleted.Update(null, null, null, 1) })
        {
            Assert.True(outcome.Refused);
            Assert.Null(outcome.Next);
            Assert.Contains("must be in the 'active' state", outcome.Refusal, StringComparison.Ordinal);
        }
        Assert.Equal(Running, Next(deleted.Restore()));
    }

    [Fact]
    public void A_name_is_needed_and_bounded()
    {
        Assert.Equal("new", Next(Running.Rename("new")).Name);
        Assert.True(Running.Rename("  ").Refused);
        Assert.True(Running.Rename(new string('n', 251)).Refused);
        Assert.True(Running.Rename("a\0").Refused);
    }

    [Fact]
    public void An_update_does_what_it_names_and_leaves_the_rest()
    {
        Assert.Equal(Running, Next(Running.Update(null, null, null, 9)));
        Assert.Equal(Running with { Status = RunStatus.Completed, EndTime = 7 }, Next(Running.Update(RunStatus.Completed, 7, null, 9)));
        Assert.Equal(Running with { Status = RunStatus.Completed, EndTime = 9 }, Next(Running.Update(RunStatus.Completed, null, null, 9)));
        Assert.Equal(Running with { Name = "n", EndTime = 7 }, Next(Running.Update(null, 7, "n", 9)));
        Assert.Equal(Running with { Status = RunStatus.Pending }, Next((Running with { EndTime = 4 }).Update(RunStatus.Pending, null, "", 9)));
        Assert.True(Running.Update(RunStatus.Completed, 7, new string('n', 251), 9).Refused);
    }

    [Fact]
    public void Silence_beyond_the_threshold_is_shown_as_lost_and_only_for_a_run_at_work()
    {
        var now = DateTimeOffset.UnixEpoch.AddHours(1);
        var threshold = TimeSpan.FromMinutes(10);
        Assert.Equal(RunStatus.Running, Running.Shown(now, now.AddMinutes(-10), threshold));
        Assert.Equal(RunStatus.Lost, Running.Shown(now, now.AddMinutes(-10).AddSeconds(-1), threshold));
        Assert.Equal(RunStatus.Completed, (Running with { Status = RunStatus.Completed }).Shown(now, DateTimeOffset.UnixEpoch, threshold));
        Assert.Equal(RunStatus.Pending, (Running with { Status = RunStatus.Pending }).Shown(now, DateTimeOffset.UnixEpoch, threshold));
    }

    [Theory]
    [InlineData(RunStatus.Running, "running", "RUNNING", "1")]
    [InlineData(RunStatus.Pending, "pending", "SCHEDULED", "2")]
    [InlineData(RunStatus.Completed, "completed", "FINISHED", "3")]
    [InlineData(RunStatus.Failed, "failed", "FAILED", "4")]
    [InlineData(RunStatus.Cancelled, "cancelled", "KILLED", "5")]
    public void A_status_has_a_word_of_ours_a_word_of_mlflows_and_a_number(RunStatus status, string word, string protocol, string number)
    {
        Assert.Equal(word, status.Word());
        Assert.Equal(protocol, status.ProtocolWord());
        Assert.Equal(status, RunStatusWords.FromWord(word));
        Assert.Equal(status, RunStatusWords.FromProtocol(protocol));
        Assert.Equal(status, RunStatusWords.FromProtocol(number));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("6")]
    [InlineData("0")]
    [InlineData("finished")]
    [InlineData("LOST")]
    public void Unknown_words_are_no_status(string? word) => Assert.Null(RunStatusWords.FromProtocol(word));

    [Fact]
    public void Lost_is_shown_never_stored_and_still_running_to_clients()
    {
        Assert.Equal("lost", RunStatus.Lost.Word());
        Assert.Equal("RUNNING", RunStatus.Lost.ProtocolWord());
        Assert.Null(RunStatusWords.FromWord("lost"));
        Assert.False(RunStatus.Lost.IsOver());
        Assert.True(RunStatus.Cancelled.IsOver());
    }

    [Fact]
    public void Names_are_an_adjective_an_animal_and_a_number()
    {
        var random = new Random(1);
        for (var n = 0; n < 200; n++)
            Assert.Matches("^[a-z]+-[a-z]+-[0-9]{1,3}$", RunNames.Next(random));
        Assert.True(RunNames.Adjectives.Length >= 60);
        Assert.True(RunNames.Animals.Length >= 60);
        Assert.Equal(RunNames.Adjectives.Length, RunNames.Adjectives.Distinct().Count());
        Assert.Equal(RunNames.Animals.Length, RunNames.Animals.Distinct().Count());
    }
}
