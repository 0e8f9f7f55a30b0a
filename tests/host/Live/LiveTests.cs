using System.Net;
using Crucible.Data;
using Crucible.Host.People;
using Crucible.Host.Tests.Plugins;
using Crucible.Live;
using Crucible.People;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Host.Tests.Live;

/// <summary>The stream's promises, on the sample's topic and the host's own.</summary>
public sealed class LiveTests(DropIn world) : IClassFixture<DropIn>
{
    private static readonly Topic Note = new("note", "shared");

    private Database Database => world.Services.GetRequiredService<Database>();

    // A change without a rule: it moves the cursor and sends nothing, and here nothing is what it is needed for.
    private sealed record Nudge(int Number);

    private async Task<string> Write(string text)
    {
        using var response = await (await world.Visit(world.Cast.Member)).Submit("/sample", "main form", ("text", text));
        response.EnsureSuccessStatusCode();
        return (await Database.CursorOf([Note], default)).ToString();
    }

    [Fact]
    public async Task What_happened_between_the_page_and_its_stream_is_replayed_once_and_in_order()
    {
        var rendered = (await Database.CursorOf([Note], default)).ToString();
        await Write("one");
        var now = await Write("two");
        await using var listener = await world.Listen(world.Cast.Member, "note:shared", after: rendered);
        var first = await listener.Next();
        var second = await listener.Next();
        Assert.NotEqual(first.Id, second.Id);
        Assert.Equal(now, second.Id);
        await Write("three");
        Assert.Contains("three", (await listener.Next()).Data);
        Assert.Empty(listener.Waiting());
    }

    [Fact]
    public async Task Last_event_id_counts_before_the_address()
    {
        var early = (await Database.CursorOf([Note], default)).ToString();
        await Write("a");
        var late = await Write("b");
        await using var listener = await world.Listen(world.Cast.Member, "note:shared", after: early, lastEventId: late);
        await Write("c");
        Assert.Contains("c", (await listener.Next()).Data);
    }

    [Theory]
    [InlineData("note:shared=999999")] // from another database
    public async Task A_cursor_that_cannot_be_replayed_asks_for_a_refresh(string after)
    {
        await using var listener = await world.Listen(world.Cast.Member, "note:shared", after: after);
        Assert.Equal("main", (await listener.Next("refresh")).Data);
    }

    [Fact]
    public async Task Too_far_behind_is_one_refresh_and_not_a_flood()
    {
        var rendered = (await Database.CursorOf([Note], default)).ToString();
        await using (var write = await Database.Write(Actor.System("test"), default))
        {
            for (var i = 0; i < 300; i++)
                write.Tell("sample", Note, new Nudge(i));
            await write.Commit(default);
        }
        await using var listener = await world.Listen(world.Cast.Member, "note:shared", after: rendered);
        Assert.Equal("main", (await listener.Next("refresh")).Data);
        await Write("after the flood");
        Assert.Contains("after the flood", (await listener.Next()).Data);
    }

    [Fact]
    public async Task A_rollback_is_silence()
    {
        await using var listener = await world.Listen(world.Cast.Member, "note:shared");
        await using (var write = await Database.Write(Actor.System("test"), default))
            write.Tell("sample", Note, new Nudge(1));
        await Write("committed");
        Assert.Contains("committed", (await listener.Next()).Data);
    }

    [Fact]
    public async Task Numbers_of_a_topic_have_no_gaps_under_concurrent_writers()
    {
        var topics = new[] { new Topic("race", "a"), new Topic("race", "b") };
        await Parallel.ForEachAsync(Enumerable.Range(0, 200), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, cancel) =>
        {
            await using var write = await Database.Write(Actor.System("test"), cancel);
            foreach (var topic in i % 2 == 0 ? topics : topics.Reverse())
                write.Tell("test", topic, new Nudge(i));
            await write.Commit(cancel);
        });
        await using var connection = await Database.Open(default);
        await using var command = new Npgsql.NpgsqlCommand("select array_agg(seq order by seq) from crucible.change where topic = 'race:a'", connection);
        Assert.Equal(Enumerable.Range(1, 200).Select(i => (long)i), (long[])(await command.ExecuteScalarAsync())!);
    }

    [Fact]
    public async Task Another_host_on_the_same_database_hears_it()
    {
        var second = await world.AddHost();
        await using var listener = await world.Listen(world.Cast.Member, "note:shared", url: second);
        await Write("from the first host");
        Assert.Contains("from the first host", (await listener.Next()).Data);
    }

    [Theory]
    [InlineData("note:secret", HttpStatusCode.Forbidden)]
    [InlineData("nowhere:1", HttpStatusCode.Forbidden)]
    [InlineData("not a topic", HttpStatusCode.Forbidden)]
    [InlineData("", HttpStatusCode.BadRequest)]
    public async Task A_topic_that_may_not_be_heard_is_refused(string topics, HttpStatusCode expected)
    {
        await using var listener = await world.Listen(world.Cast.Member, topics);
        Assert.Equal(expected, listener.Status);
    }

    [Fact]
    public async Task Somebody_who_is_not_signed_in_hears_nothing()
    {
        using var response = await world.Client(null).GetAsync("/live?topics=note:shared");
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }
}

/// <summary>Each of these takes something from somebody for good, so they have a world of their own.</summary>
public sealed class ReauthorisationTests(DropIn world) : IClassFixture<DropIn>
{
    [Fact]
    public async Task A_revoked_role_ends_the_stream_on_another_host_too()
    {
        var second = await world.AddHost();
        var people = world.Services.GetRequiredService<PersonStore>();
        await using var listener = await world.Listen(world.Cast.Member, "note:members", url: second);
        Assert.Equal(HttpStatusCode.OK, listener.Status);
        await people.SetRole(Actor.System("test"), world.Cast.Member.PersonId, Role.Viewer, default);
        await listener.Next("signout");
        await listener.Ended();
    }

    [Fact]
    public async Task Disabling_a_person_ends_their_streams()
    {
        await using var listener = await world.Listen(world.Cast.Stranger, "note:shared");
        await world.Services.GetRequiredService<PersonStore>().Disable(Actor.System("test"), world.Cast.Stranger.PersonId, default);
        await listener.Next("signout");
        await listener.Ended();
    }
}
