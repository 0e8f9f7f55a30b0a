using Crucible.Host;

try
{
    if (await Commands.TryRun(args, CancellationToken.None) is { } code)
        return code;
    await using var crucible = await CrucibleHost.Build(args, Console.WriteLine, CancellationToken.None);
    return await crucible.Run();
}
catch (StartupFailure failure)
{
    await Console.Error.WriteLineAsync($"Crucible cannot start. {failure.Message}");
    return failure.ExitCode;
}
