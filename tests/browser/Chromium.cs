using System.Diagnostics;
using Microsoft.Playwright;

namespace Crucible.Browser.Tests;

/// <summary>The machine's Chromium; installed by apt where there is none and this user may, else a failure that says so.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge"];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>Finds and starts it once for the assembly.</summary>
    public async ValueTask InitializeAsync()
    {
        var path = Find() ?? await Install();
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = path,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
    }

    /// <summary>A page of a fresh profile that fails the test on any script error or refused content.</summary>
    /// <param name="address">Of the host.</param>
    /// <param name="basic">Name and password, parted by a colon; null is nobody.</param>
    /// <param name="change">Another size, theme or way of working.</param>
    public async Task<Tab> Open(string address, string? basic = null, Action<BrowserNewContextOptions>? change = null)
    {
        var options = new BrowserNewContextOptions { BaseURL = address, ViewportSize = new() { Width = 1280, Height = 900 } };
        change?.Invoke(options);
        var context = await _browser!.NewContextAsync(options);
        if (basic is not null)
            await context.SetExtraHTTPHeadersAsync(new Dictionary<string, string> { ["Authorization"] = "Basic " + Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(basic)) });
        return new(await context.NewPageAsync());
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    private static string? Find()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Append("/Applications/Google Chrome.app/Contents/MacOS").Append("/Applications/Chromium.app/Contents/MacOS");
        return folders.SelectMany(f => Names.Append("Google Chrome").Append("Chromium").Select(n => Path.Combine(f, OperatingSystem.IsWindows() ? n + ".exe" : n))).FirstOrDefault(File.Exists);
    }

    private static async Task<string> Install()
    {
        const string sentence = "No Chromium was found on PATH. Install it (Debian: apt-get install chromium) and run the tests again.";
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root" || !File.Exists("/usr/bin/apt-get"))
            throw new InvalidOperationException(sentence);
        var said = new StringWriter();
        foreach (var arguments in new[] { "update -qq", "install -y -qq --no-install-recommends chromium" })
        {
            var start = new ProcessStartInfo("/usr/bin/apt-get", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
            start.Environment["DEBIAN_FRONTEND"] = "noninteractive";
            using var apt = Process.Start(start)!;
            var errors = apt.StandardError.ReadToEndAsync();
            await apt.StandardOutput.ReadToEndAsync();
            await apt.WaitForExitAsync();
            said.Write(await errors);
        }
        return Find() ?? throw new InvalidOperationException($"{sentence} apt-get said: {said}");
    }
}

/// <summary>One page and what went wrong in it.</summary>
public sealed class Tab : IAsyncDisposable
{
    private readonly List<string> _errors = [];

    internal Tab(IPage page)
    {
        Page = page;
        page.PageError += (_, error) => _errors.Add(error);
        page.Console += (_, message) =>
        {
            // A stream that is cut is reported by the browser too; that is what some tests do.
            if (message.Type == "error" && !message.Text.Contains("net::", StringComparison.Ordinal) && !message.Text.Contains("htmx:sse:error", StringComparison.Ordinal) && !message.Text.Contains("Failed to load resource", StringComparison.Ordinal))
                _errors.Add(message.Text);
        };
    }

    /// <summary>The page.</summary>
    public IPage Page { get; }

    /// <summary>Fails when the page reported an error, a refused style or a refused script.</summary>
    public void AssertClean() => Assert.True(_errors.Count == 0, string.Join('\n', _errors));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await Page.Context.DisposeAsync();
}
