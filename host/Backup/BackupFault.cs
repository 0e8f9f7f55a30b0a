namespace Crucible.Host.Backup;

/// <summary>Why there is no backup, or no restore, in a sentence an admin can act on.</summary>
internal sealed class BackupFault(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Hears how far it has come: so much of all, in any unit, and what is being done.</summary>
internal delegate void Report(double done, double total, string what);
