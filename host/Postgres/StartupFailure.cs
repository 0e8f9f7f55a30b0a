namespace Crucible.Host.Postgres;

/// <summary>
/// A refusal to start that the person at the console can act on. The sentence says what is wrong, where, and how to
/// mend it; the host prints it alone, without a stack, and ends with the exit code.
/// </summary>
internal sealed class StartupFailure(string sentence, int exitCode = 1) : Exception(sentence)
{
    public int ExitCode { get; } = exitCode;
}
