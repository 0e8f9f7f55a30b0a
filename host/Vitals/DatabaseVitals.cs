namespace Crucible.Host.Vitals;

/// <summary>What the database says of itself.</summary>
/// <param name="Version">As <c>17.2</c>.</param>
/// <param name="Bytes">The whole database, indexes included.</param>
/// <param name="Connections">Open to this database, from all hosts.</param>
/// <param name="MostConnections">What the server allows.</param>
/// <param name="Ahead">By how much its clock is ahead of this host's.</param>
/// <param name="OldestTransaction">How long the oldest open transaction has been open; null when there is none.</param>
internal sealed record DatabaseVitals(string Version, long Bytes, int Connections, int MostConnections, TimeSpan Ahead, TimeSpan? OldestTransaction);

/// <summary>Size of one table, indexes and large values included.</summary>
/// <param name="Schema">Its plugin; the scheduler's tables stand in <c>public</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="Bytes">Everything it takes on disk.</param>
/// <param name="Rows">The planner's estimate.</param>
/// <param name="Dead">Rows that wait for the vacuum.</param>
/// <param name="Vacuumed">When that last ran.</param>
internal sealed record TableSize(string Schema, string Name, long Bytes, long Rows, long Dead, DateTime? Vacuumed);

/// <summary>A statement that took long in sum, from <c>pg_stat_statements</c>.</summary>
/// <param name="Text">With its values replaced by <c>$1</c>.</param>
/// <param name="Calls">How often it ran.</param>
/// <param name="Total">Time in all.</param>
/// <param name="Mean">Time of one.</param>
internal sealed record SlowQuery(string Text, long Calls, TimeSpan Total, TimeSpan Mean);
