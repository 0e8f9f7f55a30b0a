using Crucible.Data;
using Crucible.Files;
using Crucible.Host.Api;
using Crucible.Host.Audit;
using Crucible.Host.Backup;
using Crucible.Host.Demo;
using Crucible.Host.Health;
using Crucible.Host.Jobs;
using Crucible.Host.Live;
using Crucible.Host.Notices;
using Crucible.Host.People;
using Crucible.Host.Plugins;
using Crucible.Host.Postgres;
using Crucible.Host.Push;
using Crucible.Host.Retention;
using Crucible.Host.Search;
using Crucible.Host.Telemetry;
using Crucible.Host.Vitals;
using Crucible.Live;

namespace Crucible.Host;

/// <summary>
/// The whole of Crucible, from arguments to a running server. Read <see cref="Build"/> from top to bottom: the
/// database first, then the plugins, whose migrations must have run before anything they offer is served.
/// </summary>
internal sealed class CrucibleHost : IAsyncDisposable
{
    private readonly Ground _ground;
    private readonly Action<string> _say;

    private CrucibleHost(WebApplication app, Ground ground, Action<string> say) => (App, _ground, _say) = (app, ground, say);

    public WebApplication App { get; }

    public static async Task<CrucibleHost> Build(string[] args, Action<string> say, CancellationToken cancel)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ApplicationName = "Crucible.Host", ContentRootPath = AppContext.BaseDirectory });
        builder.AddLogs();
        builder.AddAddress();
        var ground = await Ground.Prepare(builder, say, cancel);
        try
        {
            AddServices(builder, ground);

            var app = builder.Build();
            app.UseRequestLogs();
            app.UseErrors();
            app.UseCompression();
            app.UseRouting();
            app.UsePeople(everybody => everybody.UseAssets());
            app.UseActorInLogs();
            app.UsePluginGate();
            app.UseApi();
            app.MapPages();
            app.MapPush();
            app.MapSearch();
            app.MapApi();
            app.MapLive();
            app.MapHealth();
            app.MapMetricsText();
            ground.Catalogue.MapTo(app);
            return new(app, ground, say);
        }
        catch
        {
            await ground.DisposeAsync();
            throw;
        }
    }

    /// <summary>Everything that serving and the commands of plugins stand on.</summary>
    public static void AddServices(WebApplicationBuilder builder, Ground ground)
    {
        builder.Services.AddSingleton(ground.Source).AddSingleton<Database>().AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(ground.Catalogue).AddSingleton<PluginSwitch>().AddSingleton<FragmentRenderer>();
        builder.Services.AddSingleton<AuditStore>().AddSingleton<RetentionStore>().AddSingleton<RetentionPlan>().AddSingleton<VitalsStore>();
        builder.Services.AddSingleton<IFileStore>(DataPath.Files(ground.DataPath));
        builder.AddTracing();
        builder.AddMetricsText();
        builder.AddPeople();
        builder.AddLive();
        builder.AddJobs(ground.ConnectionString);
        builder.AddBackups(ground.ConnectionString, ground.DataPath);
        builder.AddHealth(ground.Catalogue);
        builder.AddPages(ground.Catalogue);
        builder.AddSearch();
        builder.AddApi();
        builder.AddNotices();
        builder.AddPush();
    }

    /// <summary>Starts serving; returns when the address is bound.</summary>
    public async Task Start(CancellationToken cancel)
    {
        try
        {
            await App.StartAsync(cancel);
        }
        catch (IOException fault)
        {
            throw new StartupFailure($"The address cannot be used: {fault.Message} Choose another one with --urls http://127.0.0.1:5181.", 1, fault);
        }
        App.Services.GetRequiredService<LiveHub>(); // its gauges exist from the start
        App.Lifetime.ApplicationStopping.Register(App.Services.GetRequiredService<LiveHub>().Stop);
    }

    /// <summary>Serves until told to stop; returns the exit code.</summary>
    public async Task<int> Run()
    {
        // Before the first request: a program that waits for readiness may sign in at once.
        var link = await FirstAdmin.Prepare(App.Services, CancellationToken.None);
        await Start(CancellationToken.None);
        _say($"Crucible is ready at {App.Urls.First()}");
        foreach (var failed in _ground.Catalogue.Plugins.Where(p => p.State == PluginState.Failed))
            _say($"The plugin {failed.Id} does not run: {failed.Reason}");
        if (link is not null)
            _say($"Sign in once with {App.Urls.First()}{link}");
        if (App.Configuration.GetValue("demo", false))
            await DemoData.Make(App.Services, _ground.Catalogue, _say, App.Lifetime.ApplicationStopping);
        await App.WaitForShutdownAsync();
        return 0;
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await _ground.DisposeAsync();
    }
}
