using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Crucible.Host.Security;

/// <summary>
/// Refuses what no browser sends to a page, before a page has to think of it: a form that cannot be read (cut off, of
/// thousands of fields), and U+0000, which PostgreSQL stores in no text. Without it each would be a fault in the log.
/// Endpoints that are no pages read their requests themselves.
/// </summary>
internal sealed class ReadableRequests(RequestDelegate next)
{
    public async Task Invoke(HttpContext http)
    {
        if (http.GetEndpoint()?.Metadata.GetMetadata<PageActionDescriptor>() is not null && !await IsReadable(http))
            await Challenges.Problem(http, StatusCodes.Status400BadRequest, "This form cannot be read", "Reload the page and try again.");
        else
            await next(http);
    }

    private static async Task<bool> IsReadable(HttpContext http)
    {
        var request = http.Request;
        if (request.Query.Any(q => HasNul(q.Key) || q.Value.Any(HasNul)) || request.RouteValues.Values.Any(v => HasNul(v as string)))
            return false;
        if (!request.HasFormContentType)
            return true;
        try
        {
            // Kept by the request: whoever asks for the form later gets this one.
            var form = await request.ReadFormAsync(http.RequestAborted);
            return !form.Any(f => HasNul(f.Key) || f.Value.Any(HasNul));
        }
        catch (Exception fault) when (fault is InvalidDataException or BadHttpRequestException or IOException)
        {
            return false;
        }
    }

    private static bool HasNul(string? text) => text?.Contains('\0', StringComparison.Ordinal) == true;
}
