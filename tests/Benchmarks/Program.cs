using System.Runtime.InteropServices;
using Crucible.Benchmarks;
using Crucible.Benchmarks.Processes;
using Crucible.Benchmarks.Report;

// dotnet run -c Release --project tests/Benchmarks [name…] [--small] [--listeners N] [--soak MINUTES] [--host FOLDER]

if (args is [BareServer.Argument])
    return await BareServer.Run();
if (!Options.TryRead(args, out var options, out var fault))
{
    await Console.Error.WriteLineAsync(fault);
    return 2;
}

using var interrupted = new CancellationTokenSource();
// The host hears Ctrl-C too and stops by itself; what we made in the temporary folder is ours to remove.
void Interrupt(PosixSignalContext signal)
{
    signal.Cancel = true;
    interrupted.Cancel();
}
using var keyboard = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
var table = new Table(options);
try
{
    await using var bench = await Bench.Open(options, table, interrupted.Token);
    foreach (var family in options.Families)
    {
        bench.Say($"{family.Name}: {family.Tells}");
        await bench.Site.Restart();
        await family.Measure(bench);
    }
}
catch (OperationCanceledException)
{
    await Console.Error.WriteLineAsync("Interrupted; what was measured so far:");
}
table.Write(Console.Out);
return 0;
