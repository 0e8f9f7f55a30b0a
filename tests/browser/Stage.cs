using System.Collections.Concurrent;
using Crucible.Testing;
using Microsoft.Playwright;

namespace Crucible.Browser.Tests;

/// <summary>What all tests here share: one host with its cast, and one Chromium. Each test has a browser profile of its own.</summary>
public sealed class Stage : IAsyncLifetime
{
    private readonly TestServer _server = new();
    private readonly ConcurrentDictionary<string, Lazy<Task<string>>> _sessions = [];

    /// <summary>The host.</summary>
    public World World { get; } = new();

    /// <summary>The browser.</summary>
    public Chromium Chromium { get; } = new();

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        // A page of the style guide takes its time where all cores are busy; what comes sooner is not waited for.
        Assertions.SetDefaultExpectTimeout(15_000);
        await Task.WhenAll(World.InitializeAsync().AsTask(), Chromium.InitializeAsync().AsTask());
    }

    /// <summary>A page of a fresh profile in which somebody is signed in. Everybody signs in once, through the page.</summary>
    /// <param name="path">What it shows.</param>
    /// <param name="who">Null is the admin.</param>
    /// <param name="change">Another size, theme or way of working.</param>
    public async Task<Tab> Open(string path = "/ui", Player? who = null, Action<BrowserNewContextOptions>? change = null)
    {
        var player = who ?? World.Cast.Admin;
        var session = await _sessions.GetOrAdd(player.Name, _ => new(() => SignIn(player))).Value;
        var tab = await Chromium.Open(World.Url, change: options => { options.StorageState = session; change?.Invoke(options); });
        await tab.Page.GotoAsync(path);
        return tab;
    }

    private async Task<string> SignIn(Player player)
    {
        await using var tab = await Chromium.Open(World.Url);
        await tab.Page.GotoAsync("/account/sign-in");
        await tab.Page.GetByLabel("User name").FillAsync(player.Name);
        await tab.Page.GetByLabel("Password").FillAsync(Player.Password);
        await tab.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(tab.Page.Locator("#main")).ToBeVisibleAsync();
        return await tab.Page.Context.StorageStateAsync();
    }

    /// <summary>What stands on the server goes before it does.</summary>
    public async ValueTask DisposeAsync()
    {
        await Chromium.DisposeAsync();
        await World.DisposeAsync();
        await _server.DisposeAsync();
    }
}
