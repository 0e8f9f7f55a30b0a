using Crucible.Data;
using Crucible.Host.Backup;
using Crucible.Host.Security;
using Crucible.Jobs;
using Crucible.People;
using Crucible.Ui;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Crucible.Host.Pages.Admin;

/// <summary>The backups in this host's folder: what was found of each, to make another, and to take one home.</summary>
[Authorize("crucible.backup")]
internal sealed class BackupsModel(Backups backups, BackupOptions options, Database database, IJobQueue jobs, Permissions permissions) : PageModel
{
    public IReadOnlyList<BackupFile> Files { get; private set; } = [];
    public BackupOptions Options => options;
    public string Folder => backups.Folder;

    /// <summary>Whether this visitor may follow a backup on the page of its run.</summary>
    public bool SeesJobs => permissions.Allows(Actor.Of(HttpContext), "crucible.jobs");

    public async Task OnGet()
    {
        Shell.Of(HttpContext).Page("Backups", ("Admin", "/admin"));
        Files = await backups.List();
    }

    public async Task<IActionResult> OnPostMake(CancellationToken cancel)
    {
        await using var write = await database.Write(Actor.Of(HttpContext), cancel);
        var run = await jobs.Enqueue<MakeBackup>(write, new Dictionary<string, string>(), cancel);
        write.Audit("backup.make", $"job-run:{run}", "Back up now");
        await write.Commit(cancel);
        return Followed(run, "The backup is being made.");
    }

    public async Task<IActionResult> OnPostVerify([FromForm] string name, CancellationToken cancel)
    {
        if (await backups.Find(name ?? "") is not { } backup)
            return NotFound();
        await using var write = await database.Write(Actor.Of(HttpContext), cancel);
        var run = await jobs.Enqueue<VerifyBackup>(write, new Dictionary<string, string> { [VerifyBackup.File] = backup.Name }, cancel);
        write.Audit("backup.verify", $"backup:{backup.Name}", backup.Name);
        await write.Commit(cancel);
        return Followed(run, $"{backup.Name} is being restored into a scratch database.");
    }

    /// <summary>The whole file, which holds keys and hashes of passwords: who took it stands in the audit log.</summary>
    public async Task<IActionResult> OnGetFile(string name, CancellationToken cancel)
    {
        if (await backups.Find(name ?? "") is not { } backup)
            return NotFound();
        await using var write = await database.Write(Actor.Of(HttpContext), cancel);
        write.Audit("backup.download", $"backup:{backup.Name}", backup.Name);
        await write.Commit(cancel);
        return new PhysicalFileResult(backup.Path, "application/zip") { FileDownloadName = backup.Name, EnableRangeProcessing = true };
    }

    public static (string Status, string Text) State(Verified? found) => found?.Outcome switch
    {
        VerifyOutcome.Restored => ("completed", "restored and compared"),
        VerifyOutcome.FileOnly => ("cancelled", "file undamaged"),
        VerifyOutcome.Failed => ("failed", "cannot be restored"),
        _ => ("pending", "not verified yet"),
    };

    private IActionResult Followed(Guid run, string said)
    {
        if (SeesJobs)
            return LocalRedirect($"/admin/jobs/{run}");
        new Crucible.Ui.Toast(said, "running").Say(HttpContext);
        return RedirectToPage();
    }
}
