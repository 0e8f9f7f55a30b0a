using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Crucible.Data;
using Crucible.Host.Push;
using Crucible.Notices;
using Crucible.People;
using Crucible.Testing;
using Dapper;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Host.Tests.Push;

/// <summary>A world whose notices reach browsers.</summary>
public sealed class PushWorld : World
{
    internal FakePushService Service { get; } = new();

    protected override IEnumerable<string> Settings => ["Crucible:Push:Contact=mailto:ops@example.org", "Crucible:Push:Hosts:0=127.0.0.1", "Crucible:Jobs:BeatEvery=00:00:00.200"];
}

/// <summary>Notices reach browsers that asked for it, so that nobody but they can read them.</summary>
public sealed class PushTests(PushWorld world) : IClassFixture<PushWorld>
{
    private const string Settings = "/account/notices/settings";
    private const string Kind = "crucible.access";

    [Fact]
    public void The_encryption_is_that_of_the_rfc()
    {
        // RFC 8291, appendix A.
        var browser = Key("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94", "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4");
        using var sender = Key("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw", "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8");
        using var receiver = new FakeBrowser(browser, Bytes("BTBZMqHH6r4Tts7J_aSIgg"));
        var body = PushMessage.Encrypt("When I grow up, I want to be a watermelon"u8, receiver.P256dh, receiver.Auth, sender, Bytes("DGv6ra1nlYgDCS1FRnbzlw"));
        Assert.Equal("DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN", Base64Url.EncodeToString(body));
        Assert.Equal("When I grow up, I want to be a watermelon", receiver.Read(body));
        Assert.Equal(4096, PushMessage.Encrypt(new byte[PushMessage.Most], receiver.P256dh, receiver.Auth).Length);
    }

    [Fact]
    public async Task A_browser_that_asked_is_notified_and_nobody_else_can_read_it()
    {
        var player = await Someone("anna");
        var visitor = await world.Visit(player);
        using var browser = new FakeBrowser();
        Assert.Equal(HttpStatusCode.NoContent, await Subscribe(visitor, browser, "/a"));
        await Notify(player, new(Kind, "Something happened ✓", "/experiments/7") { Text = "And why", Key = "k" });
        var push = await world.Service.Next();
        var shown = JsonDocument.Parse(browser.Read(push.Body)).RootElement;
        Assert.Equal(("Something happened ✓", "And why", "/experiments/7", $"{Kind}:k"), (shown.GetProperty("title").GetString(), shown.GetProperty("text").GetString(), shown.GetProperty("url").GetString(), shown.GetProperty("key").GetString()));
        Assert.Equal(("aes128gcm", "43200", "normal"), (push.Headers["Content-Encoding"], push.Headers["TTL"], push.Headers["Urgency"]));

        var page = await visitor.Get(Settings);
        var known = page.QuerySelector("[data-push-key]")!;
        Assert.Equal("true", known.GetAttribute("data-push-known"));
        Assert.NotNull(page.QuerySelector("script[src^='/assets/crucible/push.js']"));
        var (token, key) = (push.Headers["Authorization"].Split("t=")[1].Split(',')[0], push.Headers["Authorization"].Split("k=")[1]);
        Assert.Equal(known.GetAttribute("data-push-key"), key);
        using var signer = ECDsa.Create(PushMessage.Parameters(Bytes(key)));
        var parts = token.Split('.');
        Assert.True(signer.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Bytes(parts[2]), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
        var claims = JsonDocument.Parse(Bytes(parts[1])).RootElement;
        Assert.Equal((world.Service.Url, "mailto:ops@example.org"), (claims.GetProperty("aud").GetString(), claims.GetProperty("sub").GetString()));
        Assert.InRange(claims.GetProperty("exp").GetInt64(), TimeProvider.System.GetUtcNow().ToUnixTimeSeconds(), TimeProvider.System.GetUtcNow().AddHours(24).ToUnixTimeSeconds());
        // What was sent is not kept, and the key that signs is sealed.
        await Until(async () => await Sql<long>($"select count(*) from crucible.push where person_id = '{player.PersonId}' and body is not null") == 0);
        Assert.Equal(1, await Sql<long>("select count(*) from crucible.push_key where length(private) > 100"));
    }

    [Fact]
    public async Task A_browser_that_is_gone_is_forgotten()
    {
        var player = await Someone("ben");
        var visitor = await world.Visit(player);
        using var browser = new FakeBrowser();
        await Subscribe(visitor, browser, "/b");
        world.Service.Answers.Enqueue(410);
        await Notify(player, new(Kind, "Gone", "/x"));
        await world.Service.Next();
        await Until(async () => await Sql<long>($"select count(*) from crucible.push_subscription where person_id = '{player.PersonId}'") == 0);
        Assert.Null((await visitor.Get(Settings)).QuerySelector("#push-browsers"));
        await Notify(player, new(Kind, "Nobody hears", "/x"));
        Assert.Equal(0, await Sql<long>($"select count(*) from crucible.push where person_id = '{player.PersonId}'"));
    }

    [Fact]
    public async Task It_ends_with_the_session_with_the_switch_and_by_kind()
    {
        var player = await Someone("carl");
        var (visitor, other) = (await world.Visit(player), await world.Visit(player));
        using var browser = new FakeBrowser();
        await Subscribe(visitor, browser, "/c");
        await Subscribe(other, browser, "/d");
        Assert.Equal(2, (await visitor.Get(Settings)).QuerySelectorAll("#push-browsers tbody tr").Length);
        (await other.Submit("/account/sign-out", "#sign-out")).Dispose();
        await Notify(player, new(Kind, "One", "/x"));
        Assert.Equal("/c", (await world.Service.Next()).Path);

        using (var saved = await visitor.Http.PostAsync($"{Settings}?handler=Choices", new FormUrlEncodedContent([new("__RequestVerificationToken", await Token(visitor)), new("Bell", Kind)])))
            Assert.True(saved.IsSuccessStatusCode);
        await Notify(player, new(Kind, "Bell alone", "/x"));
        await Notify(player, new("crucible.credentials", "Off too", "/x"));
        Assert.Equal(1, await Sql<long>($"select count(*) from crucible.push where person_id = '{player.PersonId}'"));
        (await visitor.Submit(Settings, "#push-browsers form")).Dispose();
        Assert.Null((await visitor.Get(Settings)).QuerySelector("#push-browsers"));
        Assert.False(world.Service.HasAnother);
        Assert.Equal(["person.push.off", "person.push.on", "person.push.on"], (await Texts($"select action from crucible.audit where subject = 'person:{player.PersonId}' and action like 'person.push%' order by action")));
    }

    [Theory]
    [InlineData("http://10.0.0.1/x")]
    [InlineData("ftp://127.0.0.1/x")]
    [InlineData("https://ann:pw@push.example.org/x")]
    [InlineData("")]
    public async Task What_is_no_push_service_is_refused(string endpoint)
    {
        var visitor = await world.Visit(await Someone($"d{Guid.NewGuid():N}"));
        using var browser = new FakeBrowser();
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await Subscribe(visitor, browser.Fields(endpoint)));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await Subscribe(visitor, [("endpoint", $"{world.Service.Url}/x"), ("p256dh", Base64Url.EncodeToString(new byte[65])), ("auth", Base64Url.EncodeToString(browser.Auth))]));
    }

    [Fact]
    public async Task The_worker_is_there_for_every_page()
    {
        using var answer = await world.Client(null).GetAsync("/push-worker.js");
        Assert.Equal((HttpStatusCode.OK, "text/javascript"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Contains("showNotification", await answer.Content.ReadAsStringAsync());
    }

    private Task<HttpStatusCode> Subscribe(Visitor visitor, FakeBrowser browser, string path) => Subscribe(visitor, browser.Fields(world.Service.Url + path));

    private static async Task<HttpStatusCode> Subscribe(Visitor visitor, IEnumerable<(string Name, string Value)> fields)
    {
        using var answer = await visitor.Http.PostAsync($"{Settings}?handler=Subscribe", new FormUrlEncodedContent([new("__RequestVerificationToken", await Token(visitor)), .. fields.Select(f => KeyValuePair.Create(f.Name, f.Value))]));
        return answer.StatusCode;
    }

    private Task<Player> Someone(string name) => world.Invite(name, Role.Member, world.Cast.Blue, true);

    private async Task Notify(Player player, Notice notice)
    {
        await using var write = await world.Services.GetRequiredService<Database>().Write(Actor.System("test"), default);
        await world.Services.GetRequiredService<INotices>().Notify(write, player.PersonId, notice, default);
        await write.Commit(default);
    }

    private static async Task<string> Token(Visitor visitor) => (await visitor.Get("/account")).QuerySelector("meta[name=csrf]")!.GetAttribute("content")!;

    private async Task<T> Sql<T>(string sql)
    {
        await using var connection = await world.Services.GetRequiredService<Database>().Open(default);
        return (await connection.QuerySingleAsync<T>(sql))!;
    }

    private async Task<List<string>> Texts(string sql)
    {
        await using var connection = await world.Services.GetRequiredService<Database>().Open(default);
        return (await connection.QueryAsync<string>(sql)).AsList();
    }

    private static async Task Until(Func<Task<bool>> done)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!await done())
            await Task.Delay(20, patience.Token);
    }

    private static byte[] Bytes(string text) => Base64Url.DecodeFromChars(text);

    private static ECDiffieHellman Key(string secret, string point)
    {
        var parameters = PushMessage.Parameters(Bytes(point));
        parameters.D = Bytes(secret);
        return ECDiffieHellman.Create(parameters);
    }
}
