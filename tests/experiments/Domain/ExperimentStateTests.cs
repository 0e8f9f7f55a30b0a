namespace Crucible.Experiments.Domain;

public sealed class ExperimentStateTests
{
    private static ExperimentState Read(string word) => word switch
    {
        "paused" => new(ExperimentStatus.Running, Paused: true),
        "archived" => new(ExperimentStatus.Completed, Archived: true),
        _ => new(ExperimentStatusWords.FromWord(word)!.Value),
    };

    // Every status with every verb; what is not here is refused.
    private static readonly Dictionary<(string From, string Verb), string> Allowed = new()
    {
        [("pending", "start")] = "running",
        [("pending", "cancel")] = "cancelled",
        [("pending", "archive")] = "archived",
        [("running", "pause")] = "paused",
        [("running", "complete")] = "completed",
        [("running", "fail")] = "failed",
        [("running", "cancel")] = "cancelled",
        [("running", "archive")] = "archived",
        [("paused", "resume")] = "running",
        [("paused", "complete")] = "completed",
        [("paused", "fail")] = "failed",
        [("paused", "cancel")] = "cancelled",
        [("paused", "archive")] = "archived",
        [("completed", "resume")] = "running",
        [("completed", "archive")] = "archived",
        [("failed", "resume")] = "running",
        [("failed", "archive")] = "archived",
        [("cancelled", "resume")] = "running",
        [("cancelled", "archive")] = "archived",
        [("archived", "unarchive")] = "completed",
    };

    [Fact]
    public void Each_verb_does_what_the_table_says_or_says_why_not()
    {
        foreach (var from in (string[])["pending", "running", "paused", "completed", "failed", "cancelled", "archived"])
            foreach (var verb in Enum.GetValues<ExperimentVerb>())
            {
                var outcome = Read(from).After(verb);
                if (Allowed.TryGetValue((from, verb.Word()), out var to))
                    Assert.Equal(to, outcome.Next?.Word);
                else
                    Assert.True(outcome.Refusal?.EndsWith('.') == true, $"{from} {verb}: {outcome.Refusal ?? outcome.Next?.Word}");
                Assert.Equal(!outcome.Refused, Read(from).Allowed.Contains(verb));
            }
    }

    [Theory]
    [InlineData("paused", ExperimentVerb.Pause, "It is paused already.")]
    [InlineData("pending", ExperimentVerb.Pause, "It is not running: it has not been started.")]
    [InlineData("completed", ExperimentVerb.Pause, "It is not running: it is completed.")]
    [InlineData("running", ExperimentVerb.Resume, "It is not paused.")]
    [InlineData("running", ExperimentVerb.Start, "It is running already.")]
    [InlineData("completed", ExperimentVerb.Complete, "It is completed already.")]
    [InlineData("archived", ExperimentVerb.Resume, "It is archived. Take it out of the archive first.")]
    public void A_refusal_says_how_it_stands(string from, ExperimentVerb verb, string says) => Assert.Equal(says, Read(from).After(verb).Refusal);

    [Fact]
    public void A_pause_survives_the_archive_and_ends_with_an_end()
    {
        var paused = Read("paused");
        Assert.True(paused.After(ExperimentVerb.Archive).Next!.After(ExperimentVerb.Unarchive).Next is { Word: "paused" });
        Assert.True(paused.After(ExperimentVerb.Complete).Next is { Paused: false, IsOver: true });
    }

    [Fact]
    public void Words_are_read_back()
    {
        foreach (var status in Enum.GetValues<ExperimentStatus>())
            Assert.Equal(status, ExperimentStatusWords.FromWord(status.Word()));
        foreach (var verb in Enum.GetValues<ExperimentVerb>())
            Assert.Equal(verb, ExperimentStatusWords.VerbOf(verb.Word()));
        Assert.Null(ExperimentStatusWords.VerbOf("Start"));
        Assert.Null(ExperimentStatusWords.FromWord(null));
    }
}
