using Crucible.Host.Backup;
using Crucible.Host.Pages.Admin.Jobs;
using Crucible.Modules;
using Crucible.Search;

namespace Crucible.Host.Search;

/// <summary>What the host itself has the palette find and do.</summary>
internal static class GroundSearch
{
    public static ModuleBuilder AddSearch(this ModuleBuilder module) => module
        .Search(new("People", "users", (services, _, text, most, cancel) => services.GetRequiredService<PersonSearchStore>().Find(text, most, cancel))
        {
            Permission = "crucible.people",
            Known = (services, _, urls, cancel) => services.GetRequiredService<PersonSearchStore>().Known(urls, cancel),
        })
        .Search(new("Jobs", "jobs", (services, _, text, most, cancel) => services.GetRequiredService<JobSearch>().Find(text, most, cancel))
        {
            Permission = "crucible.jobs",
            Known = (services, _, urls, cancel) => services.GetRequiredService<JobSearch>().Known(urls, cancel),
        })
        .Action(new("Switch to dark theme", "/account/theme?theme=dark", "moon", Post: true))
        .Action(new("Switch to light theme", "/account/theme?theme=light", "sun", Post: true))
        .Action(new("Use the system's theme", "/account/theme?theme=auto", "theme", Post: true))
        .Action(new("Mark all notifications read", "/account/notices/read", "check", Post: true))
        .Action(new("Make an API token", "/account/tokens", "plus"))
        .Action(new("Change the password", "/account", "key"))
        .Action(new("Invite a person", "/admin/people/invitations", "plus", "crucible.people"))
        .Action(new("Run a job now", JobsUrl.Declared, "play", "crucible.run-jobs") { Needs = ["crucible.jobs"] })
        .Action(new("Back up now", "/admin/backups", "archive", "crucible.backup") { Also = "backup" })
        .Action(new("Sign out", "/account/sign-out", "out", Post: true) { Also = "log out" });
}
