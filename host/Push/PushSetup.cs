using Crucible.Jobs;
using Crucible.Modules;
using Crucible.Net;
using Microsoft.Extensions.Options;

namespace Crucible.Host.Push;

/// <summary>Notifications of browsers: services, the worker that shows them, and what of them is declared as plugins declare it.</summary>
internal static class PushSetup
{
    public static void AddPush(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<PushOptions>().BindConfiguration("Crucible:Push").ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<PushOptions>, PushOptionsRules>();
        builder.Services.AddSingleton<PushStore>().AddSingleton<PushKeyStore>().AddSingleton<PushReach>();
        builder.Services.AddHttpClient(SendPush.Client).ConfigurePrimaryHttpMessageHandler(s => OutsideConnection.Handler(s.GetRequiredService<IOptions<PushOptions>>().Value.Hosts))
            .RemoveAllLoggers(); // they would write addresses down, and whoever knows one can send there
    }

    public static ModuleBuilder AddPush(this ModuleBuilder module) => module
        .On<PushQueued>((push, services, cancel) => services.GetRequiredService<IJobQueue>()
            .Enqueue<SendPush>(new Dictionary<string, string> { [SendPush.Argument] = push.PushId.ToString() }, cancel))
        .Job<SendPush>(new() { Title = "Notify a browser", What = "Hands one notification to the push service of a browser", Attempts = SendPush.Attempts, Timeout = TimeSpan.FromMinutes(1) })
        .Retention("pushes", "Notifications sent to browsers", 7, (services, before, cancel) => services.GetRequiredService<PushStore>().Forget(before, cancel));

    // A worker stands above all pages only when its script does.
    public static void MapPush(this WebApplication app) => app.MapGet("/push-worker.js", (IWebHostEnvironment environment) =>
    {
        var file = environment.WebRootFileProvider.GetFileInfo("/assets/crucible/push-worker.js");
        return file.Exists ? Results.Stream(file.CreateReadStream(), "text/javascript") : Results.NotFound();
    }).AllowAnonymous().ExcludeFromDescription();
}
