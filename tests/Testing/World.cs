using System.Net;
using System.Net.Http.Headers;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Crucible.Data;
using Crucible.Host;
using Crucible.Host.People;
using Crucible.Live;
using Crucible.People;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Crucible.Testing;

/// <summary>
/// A running Crucible with a database of its own, on real HTTP. Use it as a class fixture; derive from it to set the
/// plugins folder or other settings.
/// </summary>
public class World : IAsyncLifetime
{
    private readonly List<CrucibleHost> _hosts = [];
    private readonly List<HttpClient> _clients = [];
    private string _connectionString = "";

    /// <summary>The plugins this world runs.</summary>
    protected virtual Task<string> Plugins() => Task.FromResult(TestServer.BuiltPlugins);

    /// <summary>Further settings, as <c>Crucible:Name=value</c>.</summary>
    protected virtual IEnumerable<string> Settings => [];

    /// <summary>Who is in it.</summary>
    public Cast Cast { get; private set; } = null!;

    /// <summary>Address of the first host, without a slash at the end.</summary>
    public string Url { get; private set; } = "";

    /// <summary>How to reach this world's database.</summary>
    public string ConnectionString => _connectionString;

    /// <summary>Data folder of a host, by the order in which they were added.</summary>
    public string DataOf(int host) => _hosts[host].App.Configuration["Crucible:DataPath"]!;

    /// <summary>Services of the first host, for what has no page yet.</summary>
    public IServiceProvider Services => _hosts[0].App.Services;

    /// <inheritdoc/>
    public virtual async ValueTask InitializeAsync()
    {
        var plugins = await Plugins();
        (_connectionString, Cast) = await TestServer.NewDatabase(plugins);
        await AddHost();
    }

    /// <summary>Starts a further host on the same database and returns its address.</summary>
    public Task<string> AddHost() => AddHost(_connectionString, TestServer.NewFolder());

    /// <summary>Starts a host on another database and data folder, a restored one say, and returns its address.</summary>
    public async Task<string> AddHost(string connectionString, string data)
    {
        var host = await CrucibleHost.Build(Arguments(connectionString, await Plugins(), data, Settings), _ => { }, CancellationToken.None);
        _hosts.Add(host);
        await host.Start(CancellationToken.None);
        if (_hosts.Count == 1)
            Url = host.App.Urls.First();
        return host.App.Urls.First();
    }

    /// <summary>Stops the host that was added last, before what it stands on goes.</summary>
    public async Task StopLast()
    {
        var host = _hosts[^1];
        _hosts.RemoveAt(_hosts.Count - 1);
        await host.App.StopAsync();
        await host.DisposeAsync();
    }

    /// <summary>A further person, in this world alone.</summary>
    /// <param name="name">Sign-in name.</param>
    /// <param name="role">What they may do at most.</param>
    /// <param name="team">A team beside "everyone".</param>
    /// <param name="writes">Whether they may write there.</param>
    public async Task<Player> Invite(string name, Role role, Guid team, bool writes)
    {
        await using var scope = Services.CreateAsyncScope();
        var player = await Cast.Add(scope.ServiceProvider, name, role, role switch { Role.Admin => "admin", Role.Member => "write", _ => "read" });
        await scope.ServiceProvider.GetRequiredService<TeamStore>().Add(Actor.System("tests"), team, player.PersonId, writes, default);
        return player;
    }

    /// <summary>A further token of somebody.</summary>
    /// <param name="player">Whose.</param>
    /// <param name="scope"><c>read</c>, <c>write</c> or <c>admin</c>.</param>
    /// <param name="life">How long it is good for; negative is over already, null for ever.</param>
    public async Task<Player> Token(Player player, string scope, TimeSpan? life = null)
    {
        var person = await Services.GetRequiredService<PersonStore>().Find(player.PersonId, default);
        return player with { Token = (await Services.GetRequiredService<TokenStore>().Create(Actor.System("tests"), person!, Guid.NewGuid().ToString("N"), scope, life, default))! };
    }

    /// <summary>A program that acts as somebody, by token; null is nobody.</summary>
    public HttpClient Client(Player? player, string? url = null)
    {
        var client = NewClient(new SocketsHttpHandler { AllowAutoRedirect = false }, url);
        if (player is not null)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", player.Token);
        return client;
    }

    /// <summary>A browser without script that has signed in through the page.</summary>
    public async Task<Visitor> Visit(Player? player, string? url = null)
    {
        var client = NewClient(new SocketsHttpHandler { CookieContainer = new CookieContainer(), UseCookies = true }, url);
        client.DefaultRequestHeaders.Accept.ParseAdd("text/html");
        var visitor = new Visitor(client);
        if (player is not null)
            await visitor.SignIn(player);
        return visitor;
    }

    /// <summary>Opens a live stream as somebody and waits until it is there. As a page does, it asks for what comes after this moment.</summary>
    public async Task<LiveListener> Listen(Player player, string topics, string? after = null, string? lastEventId = null, string? url = null) =>
        await LiveListener.Open(Client(player, url), topics, after ?? (lastEventId is null ? await Now(topics) : null), lastEventId);

    private async Task<string> Now(string topics)
    {
        var known = topics.Split(',').Select(t => Topic.TryParse(t, out var topic) ? topic : (Topic?)null).OfType<Topic>().ToList();
        return (await Services.GetRequiredService<Database>().CursorOf(known, default)).ToString();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
            client.Dispose();
        foreach (var host in _hosts)
        {
            await host.App.StopAsync();
            await host.DisposeAsync();
        }
        GC.SuppressFinalize(this);
    }

    internal static string[] Arguments(string connectionString, string plugins, string data, IEnumerable<string> settings) =>
    [
        "--urls", "http://127.0.0.1:0",
        $"--ConnectionStrings:Crucible={connectionString}",
        $"--Crucible:PluginsPath={plugins}",
        $"--Crucible:AssetsPath={TestServer.BuiltAssets}",
        $"--Crucible:DataPath={data}",
        "--Crucible:LogLevel=Fatal",
        .. settings.Select(s => "--" + s),
    ];

    private HttpClient NewClient(SocketsHttpHandler handler, string? url)
    {
#pragma warning disable RS0030 // a test is a client from outside: no factory, no shared handler
        var client = new HttpClient(handler) { BaseAddress = new Uri(url ?? Url), Timeout = TimeSpan.FromSeconds(30) };
#pragma warning restore RS0030
        lock (_clients)
            _clients.Add(client);
        return client;
    }
}

/// <summary>A browser without script.</summary>
public sealed class Visitor(HttpClient http)
{
    private static readonly HtmlParser Parser = new();

    /// <summary>The connection, for requests no form makes.</summary>
    public HttpClient Http { get; } = http;

    /// <summary>Gets a page that must be there.</summary>
    public async Task<IHtmlDocument> Get(string path)
    {
        using var response = await Http.GetAsync(path);
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"GET {path} answered {(int)response.StatusCode}: {body[..Math.Min(body.Length, 500)]}");
        return Parser.ParseDocument(body);
    }

    /// <summary>Fills in and sends a form of a page, as a browser would, antiforgery field included.</summary>
    /// <param name="page">Path of the page that holds it.</param>
    /// <param name="selector">CSS selector of the form.</param>
    /// <param name="fields">What to fill in.</param>
    public async Task<HttpResponseMessage> Submit(string page, string selector, params (string Name, string Value)[] fields)
    {
        var document = await Get(page);
        var form = document.QuerySelector(selector) as IHtmlFormElement ?? throw new InvalidOperationException($"{page} has no form {selector}.");
        var values = form.QuerySelectorAll("input[type=hidden]").OfType<IHtmlInputElement>().ToDictionary(i => i.Name!, i => i.Value);
        foreach (var (name, value) in fields)
            values[name] = value;
        var action = form.GetAttribute("action");
        return await Http.PostAsync(string.IsNullOrEmpty(action) ? page : action, new FormUrlEncodedContent(values));
    }

    internal async Task SignIn(Player player)
    {
        using var response = await Submit("/account/sign-in", "form", ("Name", player.Name), ("Password", Player.Password));
        Assert.True(response.IsSuccessStatusCode, $"Signing in answered {(int)response.StatusCode}.");
    }
}
