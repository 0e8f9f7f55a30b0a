namespace Crucible.Modules;

/// <summary>One call of a command that a plugin declared with <see cref="ModuleBuilder.Command"/>.</summary>
/// <param name="Services">
/// The services of the host with those of all plugins, over a database that was brought up to date. Nothing serves and no job
/// runs in this process; another one may serve from the same database meanwhile.
/// </param>
/// <param name="Given">What was typed after the name.</param>
/// <param name="Output">What was asked for.</param>
/// <param name="Errors">What went wrong and how far it has come.</param>
public sealed record ModuleCommand(IServiceProvider Services, IReadOnlyList<string> Given, TextWriter Output, TextWriter Errors);

/// <summary>A command of a plugin, as the host lists it.</summary>
internal sealed record CommandRule(string Name, string Usage, string What, Func<ModuleCommand, CancellationToken, Task<int>> Run);
