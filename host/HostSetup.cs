using Crucible.Host.Api;
using Crucible.Host.Live;
using Crucible.Host.Pages;
using Crucible.Host.Plugins;
using Crucible.Host.Telemetry;
using Crucible.Live;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Formatters;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.ResponseCompression;

namespace Crucible.Host;

/// <summary>The groups of services and middleware that <see cref="CrucibleHost.Build"/> names.</summary>
internal static class HostSetup
{
    public static void AddAddress(this WebApplicationBuilder builder)
    {
        if (string.IsNullOrEmpty(builder.Configuration["urls"]) && !builder.Configuration.GetSection("Kestrel:Endpoints").Exists())
            builder.WebHost.UseUrls("http://127.0.0.1:5180");
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // A proxy sends many people's streams over one connection; the default of 100 would hold the next page back.
            kestrel.Limits.Http2.MaxStreamsPerConnection = 4096;
            // Filters stand in addresses. One too long is refused in words at its field, which the 414 of 8 kB would never reach.
            kestrel.Limits.MaxRequestLineSize = 64 * 1024;
        });
        // The default of 512 drops connections when every open page reconnects at once after a restart.
        builder.WebHost.UseSockets(sockets => sockets.Backlog = 4096);
        builder.Host.ConfigureHostOptions(host => host.ShutdownTimeout = TimeSpan.FromSeconds(15));
        // One plugin's unresolvable service must not stop the host: it is found when it is asked for.
        builder.Host.UseDefaultServiceProvider(provider => (provider.ValidateScopes, provider.ValidateOnBuild) = (true, false));
    }

    public static void AddLive(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<LiveRules>().AddSingleton<LiveHub>();
        builder.Services.AddSingleton<GroundWatch>().AddHostedService(s => s.GetRequiredService<GroundWatch>());
        builder.Services.AddSingleton<Reactions>().AddHostedService(s => s.GetRequiredService<Reactions>());
        builder.Services.AddSingleton<LiveSignals>().AddHostedService(s => s.GetRequiredService<LiveSignals>());
        builder.Services.AddSingleton<ILiveSignals>(s => s.GetRequiredService<LiveSignals>());
        builder.Services.AddHostedService<ChangeFeed>().AddHostedService<Heartbeat>();
    }

    public static void AddMetricsText(this WebApplicationBuilder builder) => builder.Services.AddSingleton(new MetricsText());

    public static void MapMetricsText(this WebApplication app) =>
        app.MapGet("/metrics", (MetricsText metrics) => Results.Text(metrics.Write(), "text/plain; version=0.0.4")).ExcludeFromDescription();

    public static void AddPages(this WebApplicationBuilder builder, PluginCatalogue catalogue)
    {
        var mvc = builder.Services.AddRazorPages().AddMvcOptions(mvc =>
        {
            mvc.Filters.Add<HandlerNeeded>();
            // No script of ours writes a[b][0]; these throw at any field whose name has one bracket.
            mvc.ValueProviderFactories.RemoveType<JQueryFormValueProviderFactory>();
            mvc.ValueProviderFactories.RemoveType<JQueryQueryStringValueProviderFactory>();
            mvc.Filters.Add<ShellFill>();
        });
        // What the next page says of what was done; the framework's own would go over plain HTTP from a page on TLS.
        builder.Services.Configure<CookieTempDataProviderOptions>(notice =>
            notice.Cookie = new() { Name = "crucible-notice", HttpOnly = true, SameSite = SameSiteMode.Lax, SecurePolicy = CookieSecurePolicy.SameAsRequest, Path = "/", IsEssential = true });
        builder.Services.AddOpenApi(all => all.ShouldInclude = one => !ApiDocument.Has(one));
        builder.Services.AddResponseCompression(compression =>
        {
            // Pages hold an antiforgery token beside what a visitor typed; over TLS their compressed size would leak it.
            compression.EnableForHttps = false;
            compression.MimeTypes = ResponseCompressionDefaults.MimeTypes.Append("image/svg+xml");
        });
        builder.AddAssets(catalogue);
        catalogue.AddTo(builder, mvc);
    }

    // Live streams are never compressed; wrapped for it all the same, each would hold another buffer for hours.
    public static void UseCompression(this WebApplication app) =>
        app.UseWhen(http => !http.Request.Path.StartsWithSegments("/live"), all => all.UseResponseCompression());

    public static void MapPages(this WebApplication app)
    {
        app.MapRazorPages();
        app.MapOpenApi();
        app.MapGet("/nav/{plugin}/badge", NavBadges.Show).ExcludeFromDescription();
    }
}
