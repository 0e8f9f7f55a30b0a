using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Crucible.Host.Postgres;

/// <summary>One program run to its end, with what it said on both outputs.</summary>
internal sealed record Command(int ExitCode, string Output)
{
    public bool Succeeded => ExitCode == 0;

    public static async Task<Command> Run(ProcessStartInfo start, CancellationToken cancel, string? input = null)
    {
        start.UseShellExecute = false;
        start.CreateNoWindow = true;
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = Start(start);
        var said = new StringBuilder();
        var reading = Task.WhenAll(Read(process.StandardOutput, said), Read(process.StandardError, said));
        try
        {
            await Feed(process, input).ConfigureAwait(false);
            await process.WaitForExitAsync(cancel).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
        // A server that inherited the pipe (Windows) would keep it open for ever, so its end is not waited for.
        await Task.WhenAny(reading, Task.Delay(TimeSpan.FromSeconds(1), CancellationToken.None)).ConfigureAwait(false);
        lock (said)
            return new(process.ExitCode, said.ToString().Trim());
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start.");
        }
        catch (Win32Exception e)
        {
            var who = start.UserName.Length > 0 ? $" as the user {start.UserName}, which PostgreSQL must run as because it refuses root" : "";
            throw new StartupFailure($"The program {start.FileName} could not be run{who}: {e.Message}. See that the file and every folder above it, and the folder {start.WorkingDirectory}, may be entered by that user.");
        }
    }

    private static async Task Feed(Process process, string? input)
    {
        try
        {
            await process.StandardInput.WriteAsync(input).ConfigureAwait(false);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading; its exit code and its words say why.
        }
    }

    private static async Task Read(StreamReader from, StringBuilder into)
    {
        var buffer = new char[1024];
        int read;
        while ((read = await from.ReadAsync(buffer).ConfigureAwait(false)) > 0)
            lock (into)
                into.Append(buffer, 0, read);
    }
}
