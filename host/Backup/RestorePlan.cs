using Crucible.Host.Data;
using Crucible.Host.Plugins;

namespace Crucible.Host.Backup;

/// <summary>A module of this build and the migrations it brings.</summary>
internal sealed record InstalledModule(string Id, IReadOnlyList<Migration> Migrations)
{
    /// <summary>The ground first, then the plugins in the order in which they require each other, whether they run or not: their data is restored all the same.</summary>
    public static IReadOnlyList<InstalledModule> Of(IEnumerable<Plugin> plugins) =>
    [
        new("crucible", Migration.In(typeof(InstalledModule).Assembly)),
        .. plugins.Where(p => p is { Info: not null, Assembly: not null } && p.Id == p.Info.Id).Select(Read).OfType<InstalledModule>(),
    ];

    private static InstalledModule? Read(Plugin plugin)
    {
        try
        {
            return new(plugin.Id, Migration.In(plugin.Assembly!));
        }
        catch (MigrationFault)
        {
            return null; // It cannot have run with these, so no backup holds data of it.
        }
    }
}

/// <summary>The migrations of one module: those that had run when the backup was made, and those that this build adds.</summary>
internal sealed record ModuleStep(string Module, IReadOnlyList<Migration> Before, IReadOnlyList<Migration> After);

/// <summary>How a backup becomes a database of this build, or why it cannot.</summary>
internal sealed record RestorePlan(IReadOnlyList<ModuleStep> Steps, IReadOnlyList<TablePart> Tables, IReadOnlyList<SequencePart> Sequences, IReadOnlyList<string> Without)
{
    /// <exception cref="BackupFault">A plugin is missing here, or the backup is of a newer or another schema.</exception>
    public static RestorePlan For(Manifest manifest, IReadOnlyList<InstalledModule> installed, IReadOnlyList<string> without)
    {
        var held = manifest.Migrations.Select(m => m.Module).Append("crucible").Distinct().ToList();
        if (without.FirstOrDefault(w => !held.Contains(w) || w == "crucible") is { } unknown)
            throw new BackupFault($"--without {unknown}: the backup holds no such plugin. It holds {(held.Count > 1 ? string.Join(", ", held.Where(h => h != "crucible")) : "none")}.");
        var wanted = held.Except(without).ToList();
        var missing = wanted.Except(installed.Select(m => m.Id)).ToList();
        if (missing.Count > 0)
            throw new BackupFault($"The backup holds data of {string.Join(", ", missing.Select(m => $"the plugin '{m}'"))}, which is not installed here. Put it into the plugins folder, or leave its data out: {string.Join(' ', missing.Select(m => $"--without {m}"))}.");
        return new(
            [.. installed.Where(m => wanted.Contains(m.Id)).Select(m => Step(m, [.. manifest.Migrations.Where(a => a.Module == m.Id)], manifest))],
            [.. manifest.Tables.Where(t => !without.Contains(t.Table.Schema))],
            [.. manifest.Sequences.Where(s => !without.Contains(s.Sequence.Schema))],
            without);
    }

    private static ModuleStep Step(InstalledModule module, IReadOnlyList<AppliedMigration> applied, Manifest manifest)
    {
        foreach (var one in applied)
        {
            if (module.Migrations.FirstOrDefault(m => m.Number == one.Number) is not { } ours)
                throw new BackupFault($"The backup, made by Crucible {manifest.App}, has the schema of {module.Id} at {applied.MaxBy(a => a.Number)!.Name}; this installation knows it up to {module.Migrations.LastOrDefault()?.Name ?? "nothing"}. Restore it with that version of {module.Id} or a newer one.");
            if (ours.Checksum != one.Checksum)
                throw new BackupFault($"The migration {one.Name} of {module.Id} is not the file that had run where the backup was made. Restore it with the same build of {module.Id}.");
        }
        var ran = applied.Select(a => a.Number).ToHashSet();
        return new(module.Id, [.. module.Migrations.Where(m => ran.Contains(m.Number))], [.. module.Migrations.Where(m => !ran.Contains(m.Number))]);
    }
}
