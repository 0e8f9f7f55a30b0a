namespace Crucible.Host.Pages.Account;

/// <summary>A user agent in words that its owner recognises; the rest is in the tooltip.</summary>
internal static class BrowserName
{
    // In this order: each of them names the ones after it as well.
    private static readonly (string Sign, string Name)[] Browsers =
        [("OBS/", "OBS"), ("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")];

    private static readonly (string Sign, string Name)[] Systems =
        [("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux")];

    public static string Of(string agent)
    {
        var browser = Find(Browsers, agent) ?? "A program";
        return Find(Systems, agent) is { } system ? $"{browser} on {system}" : browser;
    }

    private static string? Find((string Sign, string Name)[] signs, string agent) =>
        signs.Where(s => agent.Contains(s.Sign, StringComparison.Ordinal)).Select(s => s.Name).FirstOrDefault();
}
