using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Mvc.RazorPages.Infrastructure;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Host.Tests.Security;

/// <summary>One way into the host: a method at a pattern, or a handler of a page.</summary>
/// <param name="Method">HTTP method.</param>
/// <param name="Pattern">The route's pattern, with a slash at the start.</param>
/// <param name="Handler">Which of a page's handlers; null for the unnamed one and for endpoints.</param>
/// <param name="Policy">The permission on the endpoint itself; null where any signed-in person passes it.</param>
/// <param name="Takes">Names of what it binds from a form or query.</param>
internal sealed partial record HostRoute(string Method, string Pattern, string? Handler, string? Policy, IReadOnlyList<string> Takes)
{
    public string Name => $"{Method} {Pattern}{(Handler is null ? "" : $"?handler={Handler}")}";

    public bool Changes => Method is not ("GET" or "HEAD" or "OPTIONS");

    public IEnumerable<string> Parameters => Parameter().Matches(Pattern).Select(m => m.Groups[1].Value);

    /// <summary>The address, with its parameters from <paramref name="values"/>; those it lacks are an id that nothing has.</summary>
    public string Path(IReadOnlyDictionary<string, string> values)
    {
        var path = Parameter().Replace(Pattern, m => values.GetValueOrDefault(m.Groups[1].Value)
            ?? (m.Groups[2].Value.Contains("guid", StringComparison.Ordinal) ? Guid.Empty.ToString() : m.Groups[2].Success ? "987654" : "none"));
        return Handler is null ? path : $"{path}?handler={Handler}";
    }

    [GeneratedRegex(@"\{\*{0,2}(\w+)(:[^}?]+)?\??\}")]
    private static partial Regex Parameter();
}

/// <summary>The routes of a running host, read from the host itself.</summary>
internal static class HostRoutes
{
    private static readonly string[] Any = ["GET", "POST"];

    public static async Task<IReadOnlyList<HostRoute>> Of(IServiceProvider services)
    {
        var pages = services.GetRequiredService<PageLoader>();
        var routes = new List<HostRoute>();
        foreach (var endpoint in services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
        {
            var pattern = "/" + endpoint.RoutePattern.RawText?.TrimStart('/');
            var policy = endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(a => a.Policy).FirstOrDefault(p => p is not null);
            if (endpoint.Metadata.GetMetadata<PageActionDescriptor>() is { } page)
                routes.AddRange(Handlers(await pages.LoadAsync(page, endpoint.Metadata), pattern, policy));
            else
                routes.AddRange((endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? Any).Select(m => new HostRoute(m, pattern, null, policy, [])));
        }
        return [.. routes.DistinctBy(r => r.Name)];
    }

    private static IEnumerable<HostRoute> Handlers(CompiledPageActionDescriptor page, string pattern, string? policy)
    {
        var bound = page.BoundProperties.Select(p => p.Name).ToList();
        // A page without a handler is shown all the same.
        if (!page.HandlerMethods.Any(h => h is { HttpMethod: "Get", Name: null }))
            yield return new("GET", pattern, null, policy, bound);
        foreach (var handler in page.HandlerMethods)
            yield return new(handler.HttpMethod.ToUpperInvariant(), pattern, handler.Name, policy,
                [.. handler.Parameters.Select(p => p.Name).Where(n => n != "cancel").Concat(bound)]);
    }
}
