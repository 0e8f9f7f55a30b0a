using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Crucible.Host.Plugins;

/// <summary>Answers 404 for pages and endpoints of a plugin that is switched off or failed after it was mapped.</summary>
internal static class PluginGate
{
    public static void UsePluginGate(this WebApplication app) => app.Use((http, next) =>
    {
        if (OwnerOf(http) is not { State: not PluginState.Running })
            return next(http);
        http.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    });

    /// <summary>The plugin whose page or endpoint serves this request; null for the host's own.</summary>
    public static Plugin? OwnerOf(HttpContext http)
    {
        var catalogue = http.RequestServices.GetRequiredService<PluginCatalogue>();
        var endpoint = http.GetEndpoint();
        if (endpoint?.Metadata.GetMetadata<PluginOwner>() is { } owner)
            return catalogue.Find(owner.Id);
        return endpoint?.Metadata.GetMetadata<CompiledPageActionDescriptor>() is { } page
            ? catalogue.OwnerOf(page.DeclaredModelTypeInfo?.Assembly ?? page.PageTypeInfo.Assembly)
            : AreaOwner(catalogue, endpoint);
    }

    // Before a page is compiled its endpoint carries only the descriptor, whose area is the plugin's id.
    private static Plugin? AreaOwner(PluginCatalogue catalogue, Endpoint? endpoint) =>
        endpoint?.Metadata.GetMetadata<PageActionDescriptor>() is { AreaName: { Length: > 0 } area } ? catalogue.Find(area) : null;
}
