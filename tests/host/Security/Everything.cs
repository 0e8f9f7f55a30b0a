using System.Collections.Concurrent;
using Crucible.Host.People;
using Crucible.Host.Tests.Plugins;
using Crucible.People;
using Crucible.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Host.Tests.Security;

/// <summary>A host with every plugin of the product and the sample that another team built: all the routes there are.</summary>
public sealed class Everything : World
{
    private static readonly Lazy<Task<string>> Gathered = new(Gather);

    private readonly ConcurrentDictionary<string, Lazy<Task<Seat>>> _seats = new();
    private Lazy<Task<IReadOnlyList<RouteCase>>>? _cases;

    protected override Task<string> Plugins() => Gathered.Value;

    /// <summary>Where the provider named <c>far</c> would be, which nobody asks.</summary>
    internal const string Provider = "https://provider.example/authorize";

    // A test that is refused a hundred times a second is not what the first counts. No run of a job begins while others compare
    // what changed, so mails wait too: their server need not be there.
    protected override IEnumerable<string> Settings =>
    [
        "Crucible:SignInsPerMinute=1000", "Crucible:Jobs:Workers=0", "Crucible:Api:ReadsPerMinute=1000000", "Crucible:Api:WritesPerMinute=1000000", "Crucible:Api:ExportsPerMinute=1000000",
        "Crucible:Smtp:Host=127.0.0.1", "Crucible:Smtp:Port=1", "Crucible:Smtp:Tls=none", "Crucible:Smtp:From=crucible@example.org", "Crucible:Smtp:Url=https://crucible.example.org",
        $"Crucible:OAuth:far:AuthorizationEndpoint={Provider}", "Crucible:OAuth:far:TokenEndpoint=https://provider.example/token", "Crucible:OAuth:far:UserInfoEndpoint=https://provider.example/userinfo",
        "Crucible:OAuth:far:ClientId=crucible", "Crucible:OAuth:far:ClientSecret=of-the-far-provider",
    ];

    /// <summary>Every route, made ready once: what is refused leaves the things it was tried on as they are.</summary>
    internal Task<IReadOnlyList<RouteCase>> Cases() => (_cases ??= new(() => RouteCase.All(this))).Value;

    /// <summary>Somebody at a browser, signed in once for all tests; null is nobody.</summary>
    internal Task<Seat> Sit(Player? player) =>
        Once(player?.Name ?? "", () => player is null ? Task.FromResult(Seat.Empty(Url)) : Seat.SignIn(Url, player));

    /// <summary>A program with a token of this scope.</summary>
    internal Task<Seat> Token(Player player, string scope) =>
        Once($"{player.Name} {scope}", async () => await Seat.Bearer(Url, (await Token(player, scope, null)).Token));

    /// <summary>Rita of team red, who may write there and owns nothing.</summary>
    internal Task<Seat> Rita() => Once("rita", async () => await Seat.SignIn(Url, await Invite("rita", Role.Member, Cast.Red, writes: true)));

    /// <summary>A program with a token that <paramref name="make"/> makes.</summary>
    internal Task<Seat> Holder(string scopes, Func<Task<string>> make) => Once($"holder {scopes}", async () => await Seat.Bearer(Url, await make()));

    /// <summary>Somebody new, as often as it is asked: what one does to one's account ends sessions and changes passwords.</summary>
    internal async Task<(Player Player, Seat Seat)> Newcomer()
    {
        var player = await Invite("self" + Guid.NewGuid().ToString("N")[..8], Role.Member, Cast.Red, writes: true);
        return (player, await Seat.Resume(Url, await Session(player)));
    }

    /// <summary>A further session of somebody: its key.</summary>
    internal async Task<string> Session(Player player) =>
        await Services.GetRequiredService<SessionStore>().Begin((await Services.GetRequiredService<PersonStore>().Find(player.PersonId, default))!, "tests", "127.0.0.1", "tests", default);

    private Task<Seat> Once(string key, Func<Task<Seat>> make) => _seats.GetOrAdd(key, _ => new(make)).Value;

    private static async Task<string> Gather()
    {
        var sample = Path.Combine(await DropIn.Folder, "sample");
        var folder = Path.GetFullPath(Path.Combine(sample, "..", "..", "everything"));
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        foreach (var plugin in Directory.GetDirectories(TestServer.BuiltPlugins).Append(sample))
            foreach (var file in Directory.GetFiles(plugin, "*", SearchOption.AllDirectories))
            {
                var to = Path.Combine(folder, Path.GetFileName(plugin), Path.GetRelativePath(plugin, file));
                Directory.CreateDirectory(Path.GetDirectoryName(to)!);
                File.Copy(file, to);
            }
        return folder;
    }
}

/// <summary>Tests after which everything of the world's own things is as it was; they share one.</summary>
[CollectionDefinition(nameof(Untouched))]
public sealed class Untouched : ICollectionFixture<Everything>;

/// <summary>Tests that break what they are given; they share another.</summary>
[CollectionDefinition(nameof(Battered))]
public sealed class Battered : ICollectionFixture<Everything>;
