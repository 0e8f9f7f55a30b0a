using System.Text.Json;
using System.Text.Json.Serialization;

namespace Crucible.Host.Backup;

/// <summary>What a backup holds and what it must come to; the last entry of the archive.</summary>
internal sealed record Manifest
{
    public const string Entry = "manifest.json";
    public const string OurProduct = "Crucible";

    /// <summary>The newest form that this build reads, and the one it writes.</summary>
    public const int NewestFormat = 1;

    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, RespectNullableAnnotations = true };

    public required string Product { get; init; }
    public required int Format { get; init; }

    /// <summary>Version of the Crucible that made it.</summary>
    public required string App { get; init; }

    public required string Postgres { get; init; }
    public required DateTimeOffset TakenAt { get; init; }
    public required IReadOnlyList<AppliedMigration> Migrations { get; init; }
    public required IReadOnlyList<TablePart> Tables { get; init; }
    public required IReadOnlyList<SequencePart> Sequences { get; init; }
    public required FilesPart Files { get; init; }

    /// <summary>What could not be taken along, in words.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    public long Rows => Tables.Sum(t => t.Rows);

    /// <summary>The last migration of each module.</summary>
    public IReadOnlyDictionary<string, string> Schemas => Migrations.GroupBy(m => m.Module).ToDictionary(g => g.Key, g => g.MaxBy(m => m.Number)!.Name);
}

/// <summary>A migration that had run.</summary>
internal sealed record AppliedMigration(string Module, int Number, string Name, string Checksum);

/// <summary>A stretch of the archive.</summary>
/// <param name="Entry">Its name there.</param>
/// <param name="Bytes">Before compression.</param>
/// <param name="Sha256">Of those bytes, in hex.</param>
internal sealed record Part(string Entry, long Bytes, string Sha256);

/// <summary>The rows of one table; of one with partitions, of all of them together.</summary>
/// <param name="Table">Which.</param>
/// <param name="Columns">In the order of the data; generated ones are not among them.</param>
/// <param name="Binary">Whether it is PostgreSQL's binary form, else text: binary data name types by number, and a number that is not PostgreSQL's own differs from one database to the next.</param>
/// <param name="Rows">How many, counted by the server in the same snapshot.</param>
/// <param name="Digest">Sum over the rows' hashes in whatever order, by the server in the same snapshot; null when it was not asked for.</param>
/// <param name="Partitions">Outer ones first.</param>
/// <param name="Data">Where they are.</param>
internal sealed record TablePart(TableName Table, IReadOnlyList<string> Columns, bool Binary, long Rows, string? Digest, IReadOnlyList<Partition> Partitions, Part Data);

/// <summary>A partition, so that a restore can make those that no migration makes.</summary>
/// <param name="Table">Its name.</param>
/// <param name="Parent">Of what.</param>
/// <param name="Bound">As in <c>partition of … BOUND</c>.</param>
/// <param name="Key">How it is divided further; null when it is not.</param>
internal sealed record Partition(TableName Table, TableName Parent, string Bound, string? Key);

/// <summary>Where a sequence, also of an identity column, stood.</summary>
internal sealed record SequencePart(TableName Sequence, long Value, bool Called);

/// <summary>The stored files, as one tar.</summary>
internal sealed record FilesPart(long Count, Part Data);

/// <summary>A table, sequence or view with its schema.</summary>
internal readonly record struct TableName(string Schema, string Name)
{
    /// <summary>Fit for a statement, whatever characters it holds.</summary>
    [JsonIgnore]
    public string Sql => $"{Quote(Schema)}.{Quote(Name)}";

    public override string ToString() => $"{Schema}.{Name}";

    public static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
