namespace Crucible.Host.Commands;

/// <summary>Something to be asked for on the command line beside serving.</summary>
internal interface ICommand
{
    /// <summary>As it is typed: <c>plugins check</c>.</summary>
    string Words { get; }

    /// <summary>What follows the words, for the usage: <c>FOLDER</c>.</summary>
    string Takes { get; }

    /// <summary>What it does, in a few words.</summary>
    string What { get; }

    /// <summary>Does it.</summary>
    /// <param name="ground">Settings, outputs and the database, which is opened when it is asked for.</param>
    /// <param name="given">What was typed after the words.</param>
    /// <param name="cancel">Ctrl-C.</param>
    /// <returns>0 done, 1 refused or failed, 2 not understood.</returns>
    Task<int> Run(CommandGround ground, IReadOnlyList<string> given, CancellationToken cancel);
}
