using System.Text;
using Crucible.Experiments.Domain.Console;

namespace Crucible.Experiments.Domain;

/// <summary>What the page of a run makes of names, patches and lines.</summary>
public sealed class RunPageRuleTests
{
    [Theory]
    [InlineData("checkpoints/step-18000.safetensors", "checkpoints/step-18000.safetensors", 18000L)]
    [InlineData("checkpoints/epoch_3/model.pth", "checkpoints/epoch_3", null)]
    [InlineData("checkpoint-500/optimizer.pt", "checkpoint-500", 500L)]
    [InlineData("out/checkpoint-500/rng/state.json", "out/checkpoint-500", 500L)]
    [InlineData("lightning/epoch=3-step=1200.ckpt", "lightning/epoch=3-step=1200.ckpt", 1200L)]
    [InlineData("model-7.KERAS", "model-7.KERAS", 7L)]
    [InlineData("weights.pt", "weights.pt", null)]
    [InlineData("checkpoints/latest_checkpoint_metrics.json", null, null)]
    [InlineData("checkpointing.md", null, null)]
    [InlineData("model/data/model.pkl", null, null)]
    public void A_checkpoint_is_known_by_its_name(string path, string? checkpoint, long? step)
    {
        Assert.Equal(checkpoint, CheckpointPath.Of(path));
        if (checkpoint is not null)
            Assert.Equal(step, CheckpointPath.Step(checkpoint));
    }

    [Fact]
    public void A_patch_is_read_file_by_file()
    {
        var files = PatchFile.Read("diff --git a/a.py b/b.py\nindex 1..2\n--- a/a.py\n+++ b/b.py\n@@ -3,2 +3,3 @@ def f\n same\n--- a comment in SQL\n+one\n+two\n\\ No newline at end of file\ndiff --git a/gone b/gone\ndeleted file mode 100644\n--- a/gone\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n");
        Assert.Equal(["b.py", "gone"], files.Select(f => f.Name));
        Assert.Equal((2, 1), (files[0].Added, files[0].Removed));
        Assert.Equal([("hunk", null, null), ("same", 3, 3), ("del", 4, null), ("ins", null, 4), ("ins", null, 5)], files[0].Lines.Select(l => (l.Kind, l.Old, l.New)));
        Assert.Equal("-- a comment in SQL", files[0].Lines[2].Text);
        // Cut in the middle of a stretch, and none at all.
        Assert.Equal(["a", "b"], PatchFile.Read("--- a/a\n+++ b/a\n@@ -1,9 +1,9 @@\n x\ndiff --git a/b b/b\n@@ -1 +1 @@\n-y\n+z\n").Select(f => f.Name));
        Assert.Equal(["just", "text"], Assert.Single(PatchFile.Read("just\ntext\n")).Lines.Select(l => l.Text));
        Assert.Empty(PatchFile.Read(""));
    }

    [Theory]
    [InlineData("INFO", "info")]
    [InlineData("Warning", "warn")]
    [InlineData("CRITICAL", "fatal")]
    [InlineData("40", "error")]
    [InlineData("25", "info")]
    [InlineData("999", "fatal")]
    [InlineData("loud", null)]
    [InlineData("", null)]
    public void Levels_are_read_in_the_words_of_many_libraries(string text, string? word) => Assert.Equal(word, ConsoleLevel.Word(ConsoleLevel.Read(text)));

    [Theory]
    [InlineData("1795183890954", 1_795_183_890_954)]
    [InlineData("1795183890.954", 1_795_183_890_954)]
    [InlineData("2026-11-20T10:00:00", 1_795_168_800_000)]
    [InlineData("2026-11-20T12:00:00+02:00", 1_795_168_800_000)]
    [InlineData("15m", 1_795_168_800_000 - 900_000)]
    [InlineData("-2h", 1_795_168_800_000 - 7_200_000)]
    public void Times_are_read_as_clients_write_them(string text, long expected) =>
        Assert.Equal(expected, ConsoleTime.ReadSince(text, DateTimeOffset.FromUnixTimeMilliseconds(1_795_168_800_000))!.Value.ToUnixTimeMilliseconds());

    [Theory]
    [InlineData("")]
    [InlineData("m")]
    [InlineData("1e300")]
    [InlineData("99999999999d")]
    [InlineData("soon")]
    [InlineData("NaN")]
    public void What_is_no_time_is_none(string text) => Assert.Null(ConsoleTime.ReadSince(text, DateTimeOffset.UnixEpoch.AddYears(50)));

    [Theory]
    [InlineData("é")]
    [InlineData("🦊")]
    [InlineData("x")]
    [InlineData("漢x🦊")]
    public void A_line_is_cut_between_characters(string piece)
    {
        var (batch, _, _) = ConsoleBatch.OfText(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(piece, 20_000))), null, null, false);
        var kept = Assert.Single(batch!.Lines).Text;
        Assert.Equal(1, batch.Cut);
        Assert.InRange(Encoding.UTF8.GetByteCount(kept), ConsoleLine.MostBytes - 200, ConsoleLine.MostBytes);
        Assert.EndsWith("…", kept, StringComparison.Ordinal);
        Assert.DoesNotContain('\uFFFD', kept);
    }
}
