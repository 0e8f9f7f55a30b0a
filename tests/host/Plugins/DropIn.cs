using System.Diagnostics;
using System.Reflection;
using Crucible.Testing;

namespace Crucible.Host.Tests.Plugins;

/// <summary>A world whose plugins were built outside the solution and dropped into its folder: two that work and four that do not.</summary>
public class DropIn : World
{
    private static readonly Lazy<Task<string>> Built = new(Build);

    /// <summary>Where they stand, built once for the whole assembly.</summary>
    internal static Task<string> Folder => Built.Value;

    protected override Task<string> Plugins() => Built.Value;

    private static async Task<string> Build()
    {
        var root = typeof(DropIn).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(a => a.Key == "CrucibleRoot").Value!;
        var folder = Path.Combine(root, "artifacts", "dropin");
        var info = new ProcessStartInfo("dotnet")
        {
            // A build of its own, as another team's: it must not share nodes and their settings with the one that runs the tests.
            ArgumentList = { "build", Path.Combine(root, "tests", "plugins", "all.proj"), $"-p:CrucibleSdk={AppContext.BaseDirectory.TrimEnd('/')}", $"-p:PluginOut={folder}", "--nologo", "-v:q", "-nodeReuse:false" },
            RedirectStandardOutput = true,
        };
        foreach (var inherited in info.Environment.Keys.Where(k => k.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
            info.Environment.Remove(inherited);
        using var build = Process.Start(info)!;
        var output = await build.StandardOutput.ReadToEndAsync();
        await build.WaitForExitAsync();
        Assert.True(build.ExitCode == 0, output);
        return folder;
    }
}
