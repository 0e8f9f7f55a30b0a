using Crucible.Data;
using Crucible.Host.Pages.Account;
using Crucible.Host.Pages.Admin;
using Crucible.Host.Security;
using Crucible.People;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Crucible.Host.People;

/// <summary>Everything about who may do what, in two calls.</summary>
public static class PeopleSetup
{
    /// <summary>OWASP's figure for PBKDF2 with HMAC-SHA512; the framework's own is of 2022.</summary>
    internal const int Iterations = 210_000;

    private const string Scheme = "crucible";

    /// <summary>Registers people, their credentials and the rules of requests. Needs a <see cref="Database"/> in the services.</summary>
    public static WebApplicationBuilder AddPeople(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<PeopleOptions>().BindConfiguration("Crucible").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IValidateOptions<PeopleOptions>, PeopleOptionsRules>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddHttpContextAccessor();
        AddStores(services);
        AddIdentity(services, builder.Configuration);
        AddRequestRules(services);
        return builder;
    }

    private static void AddStores(IServiceCollection services)
    {
        services.AddSingleton<IPeople, PeopleDirectory>().AddSingleton<AccessCache>().AddSingleton<AccessStore>().AddSingleton<SessionStore>().AddSingleton<PersonStore>();
        services.AddSingleton<CredentialStore>().AddSingleton<PeopleListStore>().AddSingleton<GrantStore>().AddSingleton<TrailStore>().AddSingleton<SettingStore>();
        services.AddSingleton<TeamStore>().AddSingleton<TeamRemovalStore>().AddSingleton<TokenStore>();
        services.AddSingleton<LinkStore>().AddSingleton<InvitationStore>().AddSingleton<ExternalIdentityStore>().AddSingleton<SignedLinks>();
        services.AddSingleton<SignInLimits>().AddSingleton<DummyHash>().AddSingleton<Permissions>().AddSingleton<SecondStep>().AddSingleton<RefusalTrail>();
        services.AddScoped<PasswordCheck>().AddScoped<PresentPassword>().AddSingleton<PersonFile>();
    }

    private static void AddIdentity(IServiceCollection services, IConfiguration configuration)
    {
        services.AddIdentityCore<Person>(identity =>
            identity.Lockout = new() { MaxFailedAccessAttempts = 5, DefaultLockoutTimeSpan = TimeSpan.FromMinutes(5) })
            .AddUserManager<Accounts>().AddUserStore<IdentityStore>().AddTokenProvider<TimeCodes>(TokenOptions.DefaultAuthenticatorProvider);
        services.Replace(ServiceDescriptor.Scoped<IPasswordValidator<Person>, PasswordRules>());
        services.Configure<PasswordHasherOptions>(hasher => hasher.IterationCount = Iterations);

        services.AddAuthentication(Scheme)
            .AddPolicyScheme(Scheme, null, policy => policy.ForwardDefaultSelector = http =>
                http.Request.Headers.Authorization.Count > 0 ? TokenAuthentication.Name : SessionAuthentication.Name)
            .AddScheme<AuthenticationSchemeOptions, SessionAuthentication>(SessionAuthentication.Name, null)
            .AddScheme<AuthenticationSchemeOptions, TokenAuthentication>(TokenAuthentication.Name, null)
            .AddProviders(configuration);

        services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        services.AddSingleton<IAuthorizationPolicyProvider, PermissionPolicies>().AddSingleton<IAuthorizationHandler, NeedsHandler>();

        services.AddDataProtection().SetApplicationName("Crucible");
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(all => new ConfigureOptions<KeyManagementOptions>(
            keys => keys.XmlRepository = new KeyStore(all.GetRequiredService<Database>(), all.GetRequiredService<TimeProvider>())));
    }

    private static void AddRequestRules(IServiceCollection services)
    {
        services.AddSingleton<IConfigureOptions<ForwardedHeadersOptions>, TrustedProxies>();
        services.AddAntiforgery(forms =>
        {
            forms.HeaderName = "RequestVerificationToken";
            // Lax: a strict cookie is missing when somebody comes by a link, and a new one would spoil the forms in other tabs.
            forms.Cookie = new() { Name = "crucible-form", HttpOnly = true, SameSite = SameSiteMode.Lax, SecurePolicy = CookieSecurePolicy.SameAsRequest, Path = "/", IsEssential = true };
            forms.SuppressXFrameOptionsHeader = true;
        });
        services.AddRateLimiter(RateLimits.Configure);
    }

    /// <summary>
    /// Adds the middleware, in the order that matters. Put it after the exception handler and status code pages, and before
    /// anything that answers.
    /// </summary>
    /// <param name="app">The application.</param>
    /// <param name="forEverybody">Middleware that serves people who are not signed in, such as static files.</param>
    public static WebApplication UsePeople(this WebApplication app, Action<IApplicationBuilder>? forEverybody = null)
    {
        app.UseForwardedHeaders();
        app.UseMiddleware<SecurityHeaders>();
        app.UseMiddleware<PlainHttpRule>();
        forEverybody?.Invoke(app);
        app.UseAuthentication();
        app.Use(SetActor);
        app.UseAuthorization();
        app.UseMiddleware<OriginCheck>();
        app.UseMiddleware<ReadableRequests>();
        app.UseMiddleware<FormTokenCheck>();
        app.UseAntiforgery();
        app.UseRateLimiter();
        app.MapPost("/account/settings/{name}", Settings.Set);
        app.MapGet("/account/link.js", () => TypedResults.Text(LinkModel.Script, "text/javascript", System.Text.Encoding.UTF8)).AllowAnonymous();
        return app;
    }

    private static Task SetActor(HttpContext http, RequestDelegate next)
    {
        if (http.User.Identity?.IsAuthenticated == true)
        {
            var access = http.Features.Get<Access>() ?? throw new InvalidOperationException("Signed in by a scheme that gives no access.");
            http.Features.Set(access.Actor with { Origin = access.Credential.From(ClientAddress.Of(http)) });
        }
        return next(http);
    }
}
