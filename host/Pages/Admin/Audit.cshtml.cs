using System.Text;
using Crucible.Data;
using Crucible.Host.Audit;
using Crucible.People;
using Crucible.Ui;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Crucible.Host.Pages.Admin;

/// <summary>Who did what to what, the newest first.</summary>
[Authorize("crucible.audit")]
internal sealed class AuditModel(AuditStore audit, Database database, TimeProvider time) : PageModel
{
    public AuditFilter Filter { get; private set; } = null!;
    public IReadOnlyList<AuditLine> Lines { get; private set; } = [];
    public bool More { get; private set; }

    public async Task OnGet(string? q, long? older, CancellationToken cancel)
    {
        Shell.Of(HttpContext).Page("Audit", ("Admin", "/admin")).Listen(await database.CursorOf([AuditWritten.Topic], cancel), AuditWritten.Topic);
        Filter = AuditFilter.Read(q, older, time.GetUtcNow());
        if (Filter.Query.Errors.Count > 0)
            return;
        var lines = await audit.Page(Filter, cancel);
        (Lines, More) = ([.. lines.Take(AuditFilter.PageSize)], lines.Count > AuditFilter.PageSize);
    }

    /// <summary>The bar that says how many lines are new since the page was read.</summary>
    public async Task<IActionResult> OnGetNews(string? q, long since, CancellationToken cancel)
    {
        Filter = AuditFilter.Read(q, null, time.GetUtcNow());
        return Partial("_AuditNews", new News(since, Filter.Query.Errors.Count > 0 ? 0 : await audit.Newer(Filter, since, cancel), Address()));
    }

    /// <summary>Actions that begin as somebody types.</summary>
    public async Task<IActionResult> OnGetOptions(string? q, CancellationToken cancel) =>
        Partial("_Options", (await audit.Actions(cancel)).Where(a => a.Contains(q ?? "", StringComparison.OrdinalIgnoreCase)).Take(20).Select(a => new Option(a)).ToList());

    public async Task<IActionResult> OnGetExport(string? q, string format, CancellationToken cancel)
    {
        Filter = AuditFilter.Read(q, null, time.GetUtcNow());
        if (Filter.Query.Errors.Count > 0 || format is not ("csv" or "jsonl"))
            return BadRequest();
        await audit.NoteExport(Actor.Of(HttpContext), format, Filter, cancel);
        Response.ContentType = format == "csv" ? "text/csv; charset=utf-8" : "application/jsonl; charset=utf-8";
        Response.Headers.ContentDisposition = $"attachment; filename=\"audit-{time.GetUtcNow():yyyy-MM-dd}.{format}\"";
        await using var output = new StreamWriter(Response.Body, new UTF8Encoding(format == "csv"), leaveOpen: true);
        await (format == "csv" ? AuditExport.Csv(audit.All(Filter, cancel), output, cancel) : AuditExport.JsonLines(audit.All(Filter, cancel), output, cancel));
        return new EmptyResult();
    }

    public string Address(long? older = null) => "/admin/audit" + QueryString.Create(new Dictionary<string, string?> { ["q"] = Filter.Query.Text is { Length: > 0 } text ? text : null, ["older"] = older?.ToString() }
        .Where(p => p.Value is not null));

    /// <summary>The bar above the list.</summary>
    /// <param name="Since">The newest line of the page.</param>
    /// <param name="Count">How many came since.</param>
    /// <param name="Url">The page with them.</param>
    internal sealed record News(long Since, int Count, string Url)
    {
        public string AskUrl => $"{Url}{(Url.Contains('?') ? '&' : '?')}handler=News&since={Since}";
    }
}
