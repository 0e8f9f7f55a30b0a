using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Crucible.Data;
using Crucible.Host.People;
using Crucible.Modules;
using Crucible.People;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Crucible.Host.Tests.People;

/// <summary>
/// People behind a real Kestrel, on HTTP and HTTPS of loopback, over a database of their own. The headers <c>Test-Local</c> and
/// <c>Test-Remote</c> stand for the addresses of the connection, which a client cannot choose.
/// </summary>
internal sealed class PeopleHost : IAsyncDisposable
{
    public const string Password = "a quiet lake at dawn";

    public required WebApplication App { get; init; }
    public required string ConnectionString { get; init; }
    public TestClock Clock { get; } = new();
    public LogCatcher Log { get; } = new();
    public IServiceProvider Services => App.Services;
    public Uri Http => new(App.Urls.Single(u => u.StartsWith("http:", StringComparison.Ordinal)));
    public Uri Https => new(App.Urls.Single(u => u.StartsWith("https:", StringComparison.Ordinal)));

    public static async Task<PeopleHost> Start(params (string Key, string Value)[] settings)
    {
        var connection = await PeopleDatabase.Create();
        return await StartOn(connection, settings);
    }

    public static async Task<PeopleHost> StartOn(string connection, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Listen(IPAddress.Loopback, 0, tls => tls.UseHttps(Certificate));
        });
        builder.Services.AddSingleton<NpgsqlDataSource>(_ => NpgsqlDataSource.Create(connection)).AddSingleton<Database>();
        builder.Services.AddSingleton(new Permission("crucible.people", Role.Admin, "manages people"));
        builder.Services.AddSingleton(new Permission("demo.write", Role.Member, "writes demos"));
        builder.Services.AddSingleton(new Permission("demo.drive", Role.Admin, "drives demos"));
        builder.Services.AddRazorPages().AddApplicationPart(typeof(PeopleSetup).Assembly);
        builder.AddPeople();
        // Stretching is for attackers; the tests know the passwords.
        builder.Services.Configure<PasswordHasherOptions>(hasher => hasher.IterationCount = 1000);
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Trace);
        var clock = new TestClock();
        var log = new LogCatcher();
        builder.Logging.AddProvider(log);
        builder.Services.AddSingleton<TimeProvider>(clock);
        var app = builder.Build();
        app.Use(Disguise);
        app.UsePeople();
        Map(app);
        await app.StartAsync();
        return new(clock, log) { App = app, ConnectionString = connection };
    }

    private PeopleHost(TestClock clock, LogCatcher log) => (Clock, Log) = (clock, log);

    public async Task<Person> Add(string name, Role role = Role.Member, string? password = Password)
    {
        await using var scope = Services.CreateAsyncScope();
        var accounts = scope.ServiceProvider.GetRequiredService<Accounts>();
        var person = new Person { UserName = name, DisplayName = name, Role = role };
        var made = password is null ? await accounts.CreateAsync(person) : await accounts.CreateAsync(person, password);
        Assert.True(made.Succeeded, string.Join(' ', made.Errors.Select(e => e.Description)));
        return person;
    }

    public async Task<string> Token(Person owner, string scope = "write", TimeSpan? life = null) =>
        await Services.GetRequiredService<TokenStore>().Create(Actor.System("test"), owner, "test", scope, life, default) ?? throw new InvalidOperationException("Refused.");

    /// <summary>A browser of a person who has signed in.</summary>
    public async Task<Browser> SignedIn(string name)
    {
        var browser = Browse();
        using var response = await browser.SignIn(name);
        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        return browser;
    }

    /// <summary>Lines of the audit log, the oldest first, as <c>actor action title before after</c>.</summary>
    public async Task<string[]> Audit(string action) => await Sql<string[]>(
        $"select coalesce(array_agg(concat_ws(' ', actor, action, title, before, after) order by id), '{{}}') from crucible.audit where action like '{action}'");

    public Browser Browse(bool tls = false) => new(tls ? Https : Http);

    public async Task<T> Sql<T>(string sql)
    {
        await using var connection = await Services.GetRequiredService<Database>().Open(default);
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await PeopleDatabase.Drop(ConnectionString);
    }

    private static Task Disguise(HttpContext http, RequestDelegate next)
    {
        if (IPAddress.TryParse(http.Request.Headers["Test-Local"], out var local))
            http.Connection.LocalIpAddress = local;
        if (IPAddress.TryParse(http.Request.Headers["Test-Remote"], out var remote))
            http.Connection.RemoteIpAddress = remote;
        return next(http);
    }

    private static void Map(WebApplication app)
    {
        app.MapRazorPages();
        app.MapGet("/api/who", (HttpContext http) => Who.Of(Actor.Of(http)));
        app.MapGet("/page", () => Results.Content("<p>private</p>", "text/html"));
        app.MapGet("/open", (HttpContext http) => http.Connection.RemoteIpAddress!.ToString()).AllowAnonymous();
        app.MapGet("/api/tracked", () => "ok").RequireRateLimiting("tracking");
        app.MapPost("/api/touch", () => "ok");
        app.MapPost("/api/write", () => "ok").RequireAuthorization("demo.write");
        app.MapPost("/api/drive", () => "ok").RequireAuthorization("demo.drive");
        app.MapGet("/administration", () => "ok").RequireAuthorization("admin");
    }

    private static X509Certificate2 Certificate { get; } = MakeCertificate();

    private static X509Certificate2 MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }
}

/// <summary>An actor on the wire of these tests.</summary>
internal sealed record Who(Guid? Id, string Name, Role Role, Guid[] Reads, Guid[] Writes, Guid Home)
{
    public static Who Of(Actor actor) => new(actor.PersonId, actor.UserName, actor.Role, actor.ReadTeams, actor.WriteTeams, actor.HomeTeam);
}
