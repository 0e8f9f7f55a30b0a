namespace Crucible.Host;

/// <summary>A reason not to start, in a sentence that says what, where and how to mend it. The process exits with the code.</summary>
internal sealed class StartupFailure(string sentence, int exitCode = 1, Exception? inner = null) : Exception(sentence, inner)
{
    public int ExitCode { get; } = exitCode;
}
