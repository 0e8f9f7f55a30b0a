using Crucible.Host;
using Crucible.Host.Commands;

try
{
    if (await CommandLine.TryRun(args, CancellationToken.None) is { } code)
        return code;
    await using var crucible = await CrucibleHost.Build(args, Console.WriteLine, CancellationToken.None);
    return await crucible.Run();
}
catch (StartupFailure failure)
{
    await Console.Error.WriteLineAsync($"Crucible cannot start. {failure.Message}");
    return failure.ExitCode;
}
