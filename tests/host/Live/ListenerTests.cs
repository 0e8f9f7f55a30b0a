using System.IO.Pipelines;
using System.Text;
using Crucible.Host.Live;
using Crucible.Host.People;
using Crucible.Live;
using Crucible.People;

namespace Crucible.Host.Tests.Live;

/// <summary>One stream without a network: what a reader that does not read gets.</summary>
public sealed class ListenerTests
{
    private static readonly Topic Run = new("run", "1");

    private static Listener NewListener() =>
        new(new Access(Actor.System("test"), new Credential(CredentialKind.Token, "t", Guid.Empty), "auto"), [Run], screen: false);

    private static Frame Change(long seq) => Frame.Of(Run, seq, [new(null, $"<p>{seq}</p>")]);

    private static async Task<string> Written(Listener listener, IReadOnlyList<Missed> missed, long newest, long from = 0)
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        listener.End(Farewell.Stopping);
        listener.Begin(pipe.Writer, new(new Dictionary<Topic, long> { [Run] = from }), missed);
        await listener.Write(pipe.Writer, _ => newest, default);
        await pipe.Writer.CompleteAsync();
        return Encoding.UTF8.GetString((await pipe.Reader.ReadAtLeastAsync(int.MaxValue)).Buffer);
    }

    [Fact]
    public async Task One_that_falls_behind_is_told_to_refresh_and_nobody_waits_for_it()
    {
        var listener = NewListener();
        for (var seq = 1; seq <= 40; seq++)
            listener.Offer(Change(seq)); // returns at once, although nobody reads
        var text = await Written(listener, [], newest: 40);
        Assert.Contains("<p>1</p>", text);
        Assert.DoesNotContain("<p>40</p>", text);
        Assert.EndsWith("event: refresh\nid: run:1=40\ndata: main\n\n", Normalised(text));
    }

    [Fact]
    public async Task What_was_replayed_is_not_sent_again_when_it_also_arrived_as_news()
    {
        var listener = NewListener();
        listener.Offer(Change(1));
        listener.Offer(Change(2));
        listener.Offer(Change(3));
        var text = await Written(listener, [new(Run, 2, [Change(1), Change(2)], null, TooFar: false)], newest: 3);
        Assert.Equal(["1", "2", "3"], text.Split("<p>").Skip(1).Select(p => p[..1]));
    }

    [Fact]
    public async Task A_gap_that_cannot_be_replayed_carries_the_cursor_it_leads_to()
    {
        var text = await Written(NewListener(), [new(Run, 900, [], null, TooFar: true)], newest: 900, from: 3);
        Assert.Equal("event: refresh\nid: run:1=900\ndata: main\n\n", Normalised(text));
    }

    [Fact]
    public async Task Of_several_events_only_the_last_carries_the_cursor_so_a_cut_in_between_replays_all()
    {
        var listener = NewListener();
        listener.Offer(Frame.Of(Run, 1, [new(null, "<p>1</p>"), new("refresh", "table"), new("points", "{}")]));
        var text = await Written(listener, [], newest: 1);
        var events = text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, events.Length);
        Assert.DoesNotContain("id:", events[0] + events[1]);
        Assert.Contains("id: run:1=1", events[2]);
    }

    // The order of fields inside an event means nothing; the tests read it with the id behind the name.
    private static string Normalised(string text) =>
        string.Join("\n\n", text.Split("\n\n").Select(e => string.Join('\n', e.Split('\n').OrderBy(l => l.StartsWith("event", StringComparison.Ordinal) ? 0 : l.StartsWith("id", StringComparison.Ordinal) ? 1 : 2))));
}
