using Microsoft.AspNetCore.Http;

namespace Crucible.Modules;

/// <summary>
/// Metadata of an endpoint whose clients expect refusals in a form of their own. It is asked for the answers that the
/// host gives in the endpoint's place: 401 without a valid credential, 403, 429, and 500 when something failed. Without
/// it these are problem details.
/// </summary>
public interface IRefusalForm
{
    /// <summary>Writes the body. The status and the headers that go with it are set already.</summary>
    /// <param name="http">The request.</param>
    /// <param name="detail">What the host would say; null where the status says it all.</param>
    Task Write(HttpContext http, string? detail);
}
