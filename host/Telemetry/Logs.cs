using System.Diagnostics;
using System.Globalization;
using Crucible.People;
using Serilog;
using Serilog.Events;
using Serilog.Formatting.Json;

namespace Crucible.Host.Telemetry;

/// <summary>Structured logs on the console: readable lines, or JSON with <c>Crucible:Logs=json</c>.</summary>
internal static class Logs
{
    public static void AddLogs(this WebApplicationBuilder builder)
    {
        builder.Logging.ClearProviders();
        builder.Logging.AddSerilog(Configured(builder.Configuration), dispose: true);
    }

    /// <summary>The same logs for the time before the host exists.</summary>
    public static ILoggerFactory ForStart(IConfiguration configuration) =>
        LoggerFactory.Create(logging => logging.AddSerilog(Configured(configuration), dispose: true));

    private static Serilog.Core.Logger Configured(IConfiguration settings)
    {
        var json = string.Equals(settings["Crucible:Logs"], "json", StringComparison.OrdinalIgnoreCase);
        var level = Enum.TryParse<LogEventLevel>(settings["Crucible:LogLevel"], true, out var asked) ? asked : LogEventLevel.Information;
        var quiet = level > LogEventLevel.Warning ? level : LogEventLevel.Warning;
        var logs = new LoggerConfiguration()
            .MinimumLevel.Is(level)
            .MinimumLevel.Override("Microsoft", quiet)
            // Keys seal forms, not sessions, and lie in the database; a start that fails is told in one sentence.
            .MinimumLevel.Override("Microsoft.AspNetCore.DataProtection", LogEventLevel.Error)
            .MinimumLevel.Override("Microsoft.Extensions.Hosting", LogEventLevel.Fatal)
            // The framework's part of it logs state and correlation cookie of a sign-in that is under way, at Debug.
            .MinimumLevel.Override(typeof(People.ProviderHandler).FullName!, level > LogEventLevel.Information ? level : LogEventLevel.Information)
            .MinimumLevel.Override("Quartz", quiet)
            .MinimumLevel.Override("System.Net.Http", quiet)
            .Enrich.FromLogContext()
            .Enrich.With<OneLine>();
        return (json
            ? logs.WriteTo.Console(new JsonFormatter(renderMessage: true))
            : logs.WriteTo.Console(outputTemplate: "{Timestamp:HH:mm:ss} {Level:u3} {Message:lj}{NewLine}{Exception}", formatProvider: CultureInfo.InvariantCulture)).CreateLogger();
    }

    /// <summary>
    /// One line for each request that failed or took long, and for each write; reads that went well are counted in
    /// <c>/metrics</c>. Bodies, query values and headers are never logged: secrets travel in them.
    /// </summary>
    public static void UseRequestLogs(this WebApplication app)
    {
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Crucible.Requests");
        // A stream lasts for hours and logs nothing meanwhile: it keeps neither scope nor frame.
        app.Use((http, next) => IsStreamPath(http) ? next(http) : Logged(http, next));

        async Task Logged(HttpContext http, RequestDelegate next)
        {
            using var scope = logger.BeginScope(new Dictionary<string, object?> { ["RequestId"] = http.TraceIdentifier });
            var started = Stopwatch.GetTimestamp();
            await next(http);
            var took = Stopwatch.GetElapsedTime(started);
            var status = http.Response.StatusCode;
            var level = status >= 500 ? LogLevel.Error
                : status is 401 or 403 or 429 ? LogLevel.Warning
                : took.TotalSeconds > 2 ? LogLevel.Warning
                : LogLevel.Debug;
            logger.Log(level, "{Method} {Path} answered {Status} in {Milliseconds:0.0} ms for {Actor} from {Address}",
                http.Request.Method, http.Request.Path.Value, status, took.TotalMilliseconds,
                http.Features.Get<Actor>()?.UserName ?? "nobody", http.Connection.RemoteIpAddress);
        }
    }

    /// <summary>Whatever a request logs once it is known who makes it carries their name.</summary>
    public static void UseActorInLogs(this WebApplication app)
    {
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Crucible.Requests");
        app.Use((http, next) => !IsStreamPath(http) && http.Features.Get<Actor>() is { } actor ? Named(http, next, actor) : next(http));

        async Task Named(HttpContext http, RequestDelegate next, Actor actor)
        {
            using var scope = logger.BeginScope(new Dictionary<string, object?> { ["Actor"] = actor.UserName });
            await next(http);
        }
    }

    private static bool IsStreamPath(HttpContext http) => http.Request.Path.Equals("/live", StringComparison.Ordinal);
}
