using Crucible.Live;
using Crucible.Modules;
using Crucible.People;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Team.Sample;

public sealed class SampleModule : ICrucibleModule
{
    public ModuleInfo Info { get; } = new("sample", "Sample", "0.3.1") { Description = "Notes, to prove that a plugin built elsewhere works." };

    public void Configure(ModuleBuilder module) => module
        .Options<SampleOptions>()
        .Permission("write", Role.Member, "Write notes")
        .Nav(new("Sample", "/sample", "pending", 900) { Permission = "sample.write" })
        .Topic(new("note", (_, actor, key, _) => ValueTask.FromResult(key == "shared" || (key == "members" && actor.Role >= Role.Member))))
        .Live<NoteWritten>(async (change, push) =>
            await push.Replace<Fragments.NoteText>(Fragments.NoteText.Id, (nameof(Fragments.NoteText.Text), await push.Services.GetRequiredService<NoteStore>().Text(push.Cancel))))
        .On<NoteWritten>((change, services, cancel) => services.GetRequiredService<NoteStore>().Count(change.Length, cancel))
        .Job<StampNote>()
        .Endpoints(routes => routes.MapGet("/sample/fault", void () => throw new InvalidOperationException("the sentinel of the fault")))
        .Endpoints(routes => routes.MapPost("/sample/api/stamp", async (HttpContext http, Crucible.Jobs.IJobQueue jobs) =>
        {
            await jobs.Enqueue<StampNote>(new Dictionary<string, string> { ["by"] = Actor.Of(http).UserName }, http.RequestAborted);
            return Results.Accepted();
        }).RequireAuthorization("sample.write"));
}

public sealed class SampleOptions
{
    [System.ComponentModel.DataAnnotations.Range(1, 1000)]
    public int LongestNote { get; set; } = 200;
}

public sealed record NoteWritten(int Length);
