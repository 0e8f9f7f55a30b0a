using System.ComponentModel.DataAnnotations;
using Quartz;

namespace Crucible.Host.Backup;

/// <summary>Settings under <c>Crucible:Backup</c>.</summary>
internal sealed record BackupOptions : IValidatableObject
{
    /// <summary>Whether a backup is made by itself.</summary>
    public bool Nightly { get; init; } = true;

    /// <summary>When: Quartz cron with seconds, UTC.</summary>
    public string At { get; init; } = "0 30 2 * * ?";

    /// <summary>Where the backups lie; <c>backups</c> in the data folder when empty. Hosts that share a database should share it.</summary>
    public string Folder { get; init; } = "";

    /// <summary>How many of them stay, 1 to 1,000; the oldest go.</summary>
    [Range(1, 1000)]
    public int Keep { get; init; } = 7;

    /// <summary>The largest database that is restored for a look, in megabytes; beyond it only the file is checked.</summary>
    [Range(0, int.MaxValue)]
    public int VerifyMegabytes { get; init; } = 20_000;

    public IEnumerable<ValidationResult> Validate(ValidationContext context)
    {
        if (!CronExpression.TryParse(At, out _))
            yield return new($"'{At}' is no cron expression with seconds, such as 0 30 2 * * ?.", [nameof(At)]);
    }

    /// <exception cref="StartupFailure">Something in the section is wrong.</exception>
    public static BackupOptions From(IConfiguration configuration, string dataPath)
    {
        var wrong = new List<ValidationResult>();
        BackupOptions options;
        try
        {
            options = configuration.GetSection("Crucible:Backup").Get<BackupOptions>() ?? new();
        }
        catch (InvalidOperationException fault)
        {
            throw new StartupFailure($"The settings of backups are wrong. {fault.Message}");
        }
        if (!Validator.TryValidateObject(options, new(options), wrong, validateAllProperties: true))
            throw new StartupFailure($"The settings of backups are wrong. {string.Join(' ', wrong.Select(w => $"Crucible:Backup:{string.Join(',', w.MemberNames)}: {w.ErrorMessage}"))}");
        return options with { Folder = Path.GetFullPath(options.Folder is { Length: > 0 } folder ? folder : Path.Combine(dataPath, "backups")) };
    }
}
