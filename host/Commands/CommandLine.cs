using System.Runtime.InteropServices;
using Crucible.Host.Backup;
using Crucible.Host.People;
using Npgsql;

namespace Crucible.Host.Commands;

/// <summary>Finds the command in the arguments and runs it.</summary>
internal static class CommandLine
{
    private static readonly IReadOnlyList<ICommand> Own = [new MigrateCommand(), new BackupCommand(), new RestoreCommand(), new ListPlugins(), new CheckPlugin()];

    /// <summary>Runs the command in these arguments; null when they hold none, else the exit code.</summary>
    public static async Task<int?> TryRun(string[] args, CancellationToken cancel)
    {
        if (args is not ([not ['-', ..], ..] or ["--help" or "-h", ..]))
            return null;
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ApplicationName = "Crucible.Host", ContentRootPath = AppContext.BaseDirectory });
        using var interrupted = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        void Interrupt(PosixSignalContext signal)
        {
            signal.Cancel = true; // what is half done is taken back first
            interrupted.Cancel();
        }
        using var keyboard = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
        return await Run(args, builder.Configuration, Console.Out, Console.Error, interrupted.Token);
    }

    /// <summary>The same with settings and outputs given.</summary>
    public static async Task<int> Run(string[] args, IConfiguration configuration, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        if (args[0] is "help" or "--help" or "-h")
        {
            await using var asked = new CommandGround(configuration, output, errors);
            await output.WriteLineAsync(Usage(asked));
            return 0;
        }
        await using var ground = new CommandGround(configuration, output, errors);
        try
        {
            if (Own.FirstOrDefault(c => args.Take(Words(c)).SequenceEqual(c.Words.Split(' '))) is { } command)
                return await command.Run(ground, args[Words(command)..], cancel);
            if (args[0] is "user" or "token" && await WithPeople.Run(ground, args, cancel) is { } code)
                return code;
            if (PluginCommand.All(ground).FirstOrDefault(c => c.Words == args[0]) is { } offered)
                return await offered.Run(ground, args[1..], cancel);
            await errors.WriteLineAsync($"There is no command '{string.Join(' ', args.Take(2))}'. {Usage(ground)}");
            return 2;
        }
        catch (BackupFault fault)
        {
            await errors.WriteLineAsync(fault.Message);
            return 1;
        }
        catch (IOException fault)
        {
            await errors.WriteLineAsync(fault.Message);
            return 1;
        }
        catch (NpgsqlException fault)
        {
            await errors.WriteLineAsync($"The database does not answer as it should: {fault.Message}");
            return 1;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            await errors.WriteLineAsync("Interrupted. Nothing half done is left.");
            return 130;
        }
    }

    /// <summary>Tells how a command is typed.</summary>
    public static async Task<int> Misunderstood(CommandGround ground, ICommand command)
    {
        await ground.Errors.WriteLineAsync($"crucible {command.Words} {command.Takes}".TrimEnd());
        return 2;
    }

    private static int Words(ICommand command) => command.Words.Count(c => c == ' ') + 1;

    private static string Usage(CommandGround ground) => $"""
        The commands are:
        {string.Join('\n', Own.Concat(PluginCommand.All(ground)).Select(c => $"{$"crucible {c.Words} {c.Takes}".TrimEnd(),-45} {c.What}"))}
        {PeopleCommands.Usage}
        crucible [--urls URL] [--demo true]           serve
        """;
}
