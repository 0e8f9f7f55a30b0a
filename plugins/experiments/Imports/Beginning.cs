using Crucible.Experiments.Domain;
using Crucible.Files;
using Crucible.Jobs;
using Crucible.People;

namespace Crucible.Experiments.Imports;

/// <summary>Where somebody wants to have what they bring.</summary>
/// <param name="Team">A team they may write to; their own when null.</param>
/// <param name="Experiment">All of it goes there; each into one of its own name when empty.</param>
/// <param name="Deleted">The trash too.</param>
internal sealed record Wish(Guid? Team, string? Experiment, bool Deleted);

/// <summary>Begins imports: takes the file or the address in and asks for the job that reads it. Answers the import, or what is wrong in words.</summary>
internal sealed class Beginning(ImportStore imports, ServerImports servers, IFileStore files, IJobQueue jobs, ImportLimits limits, TimeProvider time)
{
    private const int MostOpen = 10;

    public static string TooLarge(ImportLimits limits) => $"This server takes up to {Ui.Text.Bytes.Short(limits.LargestImport)} at once. Split it, or let an admin import it with the command.";

    public async Task<(Guid Id, string? Problem)> File(string name, Stream content, Wish wish, Actor actor, CancellationToken cancel)
    {
        var title = Wording.Whole(Wording.Cut(new([.. Path.GetFileName(name.Replace('\\', '/')).Where(c => !char.IsControl(c))]), 200)).Trim();
        if (title.Length == 0)
            return (default, "Choose a file.");
        if (await Problem(wish, actor, cancel) is { } problem)
            return (default, problem);
        var id = Guid.CreateVersion7(time.GetUtcNow());
        if (await files.Write($"{ImportWork.Uploads}/{id:N}/upload", content, limits.LargestImport, cancel) != FileWrite.Kept)
            return (default, TooLarge(limits));
        await imports.Begin(Row(id, "file", title, wish, new(), null, actor), actor, jobs, cancel);
        return (id, null);
    }

    public async Task<(Guid Id, string? Problem)> Server(string? address, ServerSecret secret, Wish wish, Actor actor, CancellationToken cancel)
    {
        var (url, wrong) = servers.Check(address, actor);
        if ((wrong ?? await Problem(wish, actor, cancel)) is { } problem)
            return (default, problem);
        var id = Guid.CreateVersion7(time.GetUtcNow());
        await imports.Begin(Row(id, "server", url!.TrimEnd('/'), wish, new() { Server = url }, servers.Seal(secret), actor), actor, jobs, cancel);
        return (id, null);
    }

    private async Task<string?> Problem(Wish wish, Actor actor, CancellationToken cancel)
    {
        if (!actor.MayWrite(wish.Team ?? actor.HomeTeam))
            return "You may not write to this team.";
        if (!string.IsNullOrWhiteSpace(wish.Experiment) && Limits.CheckExperimentName(wish.Experiment.Trim()) is { } wrong)
            return wrong.Message;
        return await imports.OpenOf(actor.PersonId, cancel) >= MostOpen ? $"You have {MostOpen} imports that are not over. Finish or cancel one first." : null;
    }

    private ImportRow Row(Guid id, string kind, string title, Wish wish, Settings settings, string? secret, Actor actor)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var chosen = settings with { Experiment = string.IsNullOrWhiteSpace(wish.Experiment) ? null : wish.Experiment.Trim(), Deleted = wish.Deleted, AsMember = actor.Role < Role.Admin };
        return new(id, kind, title, wish.Team ?? actor.HomeTeam, actor.PersonId, actor.DisplayName, "reading", ImportJson.Write(chosen), secret, null, null, null, 0, null, now, now, null);
    }
}
