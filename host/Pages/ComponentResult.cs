using Crucible.Live;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Mvc;

namespace Crucible.Host.Pages;

/// <summary>One component, as the answer to a region that fetches itself again.</summary>
internal sealed class ComponentResult<TComponent>(params (string Name, object? Value)[] parameters) : ActionResult where TComponent : IComponent
{
    public override async Task ExecuteResultAsync(ActionContext context)
    {
        var response = context.HttpContext.Response;
        response.ContentType = "text/html; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        await response.WriteAsync(await context.HttpContext.RequestServices.GetRequiredService<FragmentRenderer>().Render<TComponent>(parameters), context.HttpContext.RequestAborted);
    }
}
