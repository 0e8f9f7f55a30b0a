using Crucible.Host.People;
using Crucible.Live;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Crucible.Host.Live;

/// <summary><c>GET /live?topics=run:7,experiment:1&amp;after=cursor</c>: the one stream of a page.</summary>
internal static class LiveEndpoint
{
    private const int MostTopics = 64;

    public static void MapLive(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/live", Stream).ExcludeFromDescription();

    private static async Task Stream(HttpContext http, LiveHub hub)
    {
        // What it takes to open a stream stays behind in methods that return; this one lasts as long as the page is open.
        if (await Admit(http, hub) is not { } listener)
            return;
        try
        {
            await Open(http, hub, listener);
            await listener.Write(http.Response.BodyWriter, hub.SeqOf, http.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            // the browser left
        }
        finally
        {
            hub.Leave(listener);
        }
    }

    private static async Task<Listener?> Admit(HttpContext http, LiveHub hub)
    {
        var access = Access.Of(http)!;
        var names = (http.Request.Query["topics"].ToString()).Split(',', StringSplitOptions.RemoveEmptyEntries);
        if (names.Length is 0 or > MostTopics)
        {
            await Refuse(http, StatusCodes.Status400BadRequest, $"Name 1 to {MostTopics} topics, as topics=run:7,experiment:1.");
            return null;
        }
        var topics = new HashSet<Topic>();
        foreach (var name in names)
            if (Topic.TryParse(name, out var topic) && await hub.MayListen(access.Actor, topic, http.RequestAborted))
                topics.Add(topic);
            else
            {
                var refused = name[..Math.Min(name.Length, 160)];
                http.RequestServices.GetRequiredService<ILogger<LiveHub>>().LogWarning("{Actor} may not listen to {Topic}", access.Actor.UserName, refused);
                // The same answer for what does not exist and for what is hidden.
                await Refuse(http, StatusCodes.Status403Forbidden, $"There is no topic '{refused}' that you may listen to.");
                return null;
            }
        return new Listener(access, topics, http.Request.Query["beat"] == "3");
    }

    private static async Task Open(HttpContext http, LiveHub hub, Listener listener)
    {
        http.Features.Get<IHttpResponseBodyFeature>()!.DisableBuffering();
        // A reader on a slow line is served, not cut off; the bounded queue is what protects the host.
        if (http.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers["X-Accel-Buffering"] = "no";
        await http.Response.BodyWriter.WriteAsync(": ok\n\n"u8.ToArray(), http.RequestAborted);

        var last = http.Request.Headers["Last-Event-ID"].ToString();
        var cursor = Cursor.Parse(last.Length > 0 ? last : http.Request.Query["after"].ToString());
        listener.Begin(http.Response.BodyWriter, cursor, await hub.Enter(listener, cursor, http.RequestAborted));
    }

    private static Task Refuse(HttpContext http, int status, string sentence) =>
        Results.Problem(sentence, statusCode: status).ExecuteAsync(http);
}
