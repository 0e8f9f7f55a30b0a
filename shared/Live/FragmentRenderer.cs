using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Crucible.Live;

/// <summary>Renders a Razor component to HTML outside any request, exactly as it stands in a page.</summary>
public sealed class FragmentRenderer(IServiceScopeFactory scopes, ILoggerFactory logs)
{
    /// <summary>Renders one component.</summary>
    /// <param name="parameters">Names and values of its parameters.</param>
    public async Task<string> Render<TComponent>(params (string Name, object? Value)[] parameters) where TComponent : IComponent =>
        await Render(typeof(TComponent), parameters.ToDictionary(p => p.Name, p => p.Value)).ConfigureAwait(false);

    /// <summary>Renders a component known only at run time.</summary>
    public async Task<string> Render(Type component, IDictionary<string, object?> parameters)
    {
        // A renderer for each call: renderers keep every component they ever made, and one costs under ten microseconds.
        await using var scope = scopes.CreateAsyncScope();
        await using var renderer = new HtmlRenderer(scope.ServiceProvider, logs);
        return await renderer.Dispatcher.InvokeAsync(async () =>
        {
            var root = await renderer.RenderComponentAsync(component, ParameterView.FromDictionary(parameters));
            return root.ToHtmlString();
        }).ConfigureAwait(false);
    }
}
