using System.Diagnostics;

namespace Crucible.Host.Tests.Postgres;

internal static class Shell
{
    /// <summary>Runs a program that must succeed.</summary>
    public static async Task Run(string program, params string[] arguments) =>
        Assert.True(await Try(program, arguments), $"{program} {string.Join(' ', arguments)} failed.");

    public static async Task<bool> Try(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0;
    }
}
