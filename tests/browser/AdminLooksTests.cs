using System.Text.Json;
using Crucible.Data;
using Crucible.Testing;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Crucible.Browser.Tests;

/// <summary>Every page of the admin part and of one's account, filled, at a desk and on a phone, in both themes.</summary>
public sealed class AdminLooksTests(World world, Stage stage) : IClassFixture<World>
{
    private static readonly Guid Dead = Guid.CreateVersion7(), Running = Guid.CreateVersion7(), Queued = Guid.CreateVersion7();
    private const string Job = "experiments.RollUpMetrics";

    private string[] Pages =>
    [
        "/admin/jobs", "/admin/jobs?q=state:failed", "/admin/jobs?q=job:roll%20stat:failed", "/admin/jobs?q=node:nowhere", $"/admin/jobs/{Dead}", $"/admin/jobs/{Running}", $"/admin/jobs/{Queued}",
        "/admin/jobs/job", $"/admin/jobs/job/{_job}", "/admin/jobs/dead", "/admin/jobs/nodes",
        "/admin/people", "/admin/people?role=viewer&state=active", "/admin/people?q=nobody-at-all", $"/admin/people/{world.Cast.Member.PersonId}", "/admin/people/teams", $"/admin/people/teams/{world.Cast.Red}",
        "/admin/people/roles", "/admin/people/invitations", "/admin/people/refused", "/admin/audit", "/admin/audit?q=wh:x", "/admin/system", "/admin/backups", "/admin/plugins",
        "/account", "/account/two-factor", "/account/tokens", "/account/notices", "/account/notices/settings", "/account/sign-out", "/account/sign-in", "/account/reset", "/nowhere",
    ];

    private string _job = Job;

    [Fact]
    public async Task Every_page_fits_and_axe_finds_nothing_serious()
    {
        await Fill();
        var signedIn = await SignIn();
        var faults = await Task.WhenAll(Walk(1440, signedIn), Walk(390, signedIn));
        Assert.True(faults.All(f => f.Count == 0), string.Join('\n', faults.SelectMany(f => f)));
    }

    [Fact]
    public async Task Runs_are_gone_through_and_a_discard_is_taken_back_with_the_keyboard()
    {
        await Fill();
        var signedIn = await SignIn();
        await using var tab = await stage.Chromium.Open(world.Url, change: o => o.StorageState = signedIn);
        var page = tab.Page;
        await page.GotoAsync("/admin/jobs?q=state:dead");
        await page.Keyboard.PressAsync("?");
        await Expect(page.Locator("#keys")).ToContainTextAsync("Select the row");
        await page.Keyboard.PressAsync("Escape");
        await page.Keyboard.PressAsync("j");
        await page.Keyboard.PressAsync("x");
        await page.Locator("#job-bulk form[action$='Discard'] button").PressAsync("Enter");
        await Expect(page.Locator(".toast")).ToContainTextAsync("discarded");
        await Expect(page.Locator($"#job-run-{Dead:N}")).ToHaveCountAsync(0);
        await page.Keyboard.PressAsync("Control+Z");
        await Expect(page.Locator($"#job-run-{Dead:N}")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("j");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page).ToHaveURLAsync($"{world.Url}/admin/jobs/{Dead}");
        tab.AssertClean();
    }

    private async Task<List<string>> Walk(int width, string signedIn)
    {
        var faults = new List<string>();
        await using var tab = await stage.Chromium.Open(world.Url, change: options =>
        {
            options.StorageState = signedIn;
            options.ViewportSize = new() { Width = width, Height = 900 };
            options.BypassCSP = true;
            options.ReducedMotion = ReducedMotion.Reduce;
            options.ColorScheme = ColorScheme.Dark;
        });
        var axe = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "axe.min.js"));
        foreach (var path in Pages)
        {
            await tab.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
            var answer = await tab.Page.GotoAsync(path, new() { WaitUntil = WaitUntilState.DOMContentLoaded });
            if (answer!.Status != (path == "/nowhere" ? 404 : 200)) faults.Add($"{path} answered {answer.Status}");
            await tab.Page.EvaluateAsync(axe);
            faults.AddRange((await Look(tab.Page, "null")).Select(f => $"{width} dark {path}: {f}"));
            // A theme changes colours and nothing else, and a colour is the same at every width.
            await tab.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
            faults.AddRange((await Look(tab.Page, width > 1000 ? "['color-contrast']" : "[]")).Select(f => $"{width} light {path}: {f}"));
        }
        tab.AssertClean();
        return faults;
    }

    private static async Task<string[]> Look(IPage page, string only) => await page.EvaluateAsync<string[]>($$"""
        async () => {
          const faults = []
          const root = document.documentElement
          if (root.scrollWidth > root.clientWidth) faults.push(`it scrolls sideways by ${root.scrollWidth - root.clientWidth} px`)
          for (const table of document.querySelectorAll(".scroller"))
            if (table.scrollWidth > table.clientWidth + 1) faults.push(`a table of #${table.closest("[id]")?.id} is cut by ${table.scrollWidth - table.clientWidth} px`)
          const only = {{only}}
          if (only?.length === 0) return faults
          const { violations, passes } = await axe.run("html", { resultTypes: ["violations"], ...(only ? { runOnly: only } : {}) })
          if (passes.length < (only ? 1 : 10)) faults.push(`axe did not look: ${passes.length}`)
          return faults.concat(violations.filter(v => ["serious", "critical"].includes(v.impact)).map(v => `${v.id}: ${v.nodes.slice(0, 3).map(n => n.target.join(" ")).join(" | ")}`))
        }
        """);

    private async Task<string> SignIn()
    {
        await using var tab = await stage.Chromium.Open(world.Url);
        await tab.Page.GotoAsync("/account/sign-in");
        await tab.Page.Locator("[name=Name]").FillAsync(world.Cast.Admin.Name);
        await tab.Page.Locator("[name=Password]").FillAsync(Player.Password);
        await tab.Page.Keyboard.PressAsync("Enter");
        await Expect(tab.Page.Locator("#live-state")).ToHaveAttributeAsync("data-live", "live");
        return await tab.Page.Context.StorageStateAsync();
    }

    /// <summary>A run that failed with all that belongs to it, one under way and one that nobody knows, as the hosts write them.</summary>
    private async Task Fill()
    {
        await using var connection = await world.Services.GetRequiredService<Database>().Open(default);
        _job = await connection.QueryFirstOrDefaultAsync<string>("select unnest(jobs) from crucible.node where state = 'up' order by 1 limit 1") ?? Job;
        var arguments = JsonSerializer.Serialize(new { file = "a-backup-with-a-rather-long-name-2026-11-20.zip" });
        await connection.ExecuteAsync("""
            insert into crucible.job_run (id, job, asked_by, state, attempt, node, started_at, ended_at, wait_ms, took_ms, lines, arguments, error) values
                (@Dead, @job, 'admin', 'dead', 2, 'a', now(), now(), 12, 3400, 3, @arguments::jsonb, 'The disk of node-04 is full: 0 bytes of 4 TB are left, and nothing more can be written there.') on conflict do nothing;
            insert into crucible.job_run (id, job, asked_by, state, attempt, node, started_at, wait_ms, done, total, doing) values (@Running, @job, 'mira', 'running', 1, 'a', now(), 12, 3, 4, 'Counting what there is') on conflict do nothing;
            insert into crucible.job_run (id, job, asked_by) values (@Queued, 'nowhere.AJobThatNoHostKnows', 'schedule') on conflict do nothing;
            insert into crucible.job_attempt (run_id, attempt, outcome, node, started_at, took_ms, error, details)
                select @Dead, n, 'failed', 'a', now(), 3400, 'The disk is full.', 'System.IO.IOException: The disk is full.' || chr(10) || '   at Somewhere.Deep.In.TheCode(String path)' from generate_series(1, 2) n on conflict do nothing;
            insert into crucible.job_log (run_id, line, attempt, at, level, text)
                select @Dead, n, 1, now(), (array['info', 'warn', 'error'])[n], 'A line of the log that is long enough to go on in the next line of a telephone' from generate_series(1, 3) n on conflict do nothing;
            insert into crucible.audit (actor, via, action, subject, title) values ('somebody-whose-name-nobody-can-break-anywhere', 'system', 'person.disable', 'person:nobody', 'a-subject-whose-title-nobody-can-break-anywhere');
            """, new { Dead, Running, Queued, job = _job, arguments });
    }
}
