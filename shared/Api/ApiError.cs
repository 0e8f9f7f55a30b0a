using System.Text.Json.Serialization;

namespace Crucible.Api;

/// <summary>Why a call of <c>/api/v1</c> was refused: <c>{"error": {"code", "message", "details": {field: [why]}}}</c>.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Code">What programs compare: one of the words that the factories of this type give.</param>
/// <param name="Message">What is wrong and how to mend it, for whoever runs the program.</param>
public sealed record ApiError([property: JsonIgnore] int Status, string Code, string Message)
{
    /// <summary>What is wrong with each field, by its name in the request; <c>filter[status]</c> and <c>per_page</c> are fields too.</summary>
    public IReadOnlyDictionary<string, string[]> Details { get; init; } = new Dictionary<string, string[]>();

    /// <summary>401 <c>unauthorized</c>: no valid credential came.</summary>
    public static ApiError Unauthorized(string message) => new(401, "unauthorized", message);

    /// <summary>403 <c>forbidden</c>: it may be seen, but not changed.</summary>
    public static ApiError Forbidden(string message) => new(403, "forbidden", message);

    /// <summary>404 <c>not_found</c>: there is no such thing, or it belongs to a team of others.</summary>
    public static ApiError NotFound(string message) => new(404, "not_found", message);

    /// <summary>409 <c>conflict</c>: not in the state that this asks for; a name that is taken.</summary>
    public static ApiError Conflict(string message) => new(409, "conflict", message);

    /// <summary>410 <c>gone</c>: it was there and was not kept.</summary>
    public static ApiError Gone(string message) => new(410, "gone", message);

    /// <summary>412 <c>precondition_failed</c>: <c>If-Match</c> names another state than the present one.</summary>
    public static ApiError Stale() => new(412, "precondition_failed", "It was changed since it was read. Read it again and decide anew.");

    /// <summary>413 <c>validation_error</c>: the body is larger than a call takes.</summary>
    public static ApiError TooLarge(long limit) => new(413, "validation_error", $"The body is larger than {limit:N0} bytes. Send less at a time.");

    /// <summary>422 <c>validation_error</c> of one field.</summary>
    public static ApiError Invalid(string field, string why) => Invalid([new(field, [why])]);

    /// <summary>422 <c>validation_error</c> of several fields.</summary>
    public static ApiError Invalid(IReadOnlyCollection<KeyValuePair<string, string[]>> details) =>
        new(422, "validation_error", string.Join(" ", details.SelectMany(d => d.Value.Select(why => $"{d.Key}: {why}"))))
        {
            Details = new Dictionary<string, string[]>(details),
        };

    /// <summary>429 <c>rate_limited</c>.</summary>
    public static ApiError RateLimited(string message) => new(429, "rate_limited", message);

    /// <summary>500 <c>internal_error</c>.</summary>
    public static ApiError Internal(string reference) => new(500, "internal_error", $"The server failed; its log tells why under {reference}.");
}

/// <summary>The body of a refusal.</summary>
/// <param name="Error">Why.</param>
public sealed record ApiRefusal(ApiError Error);
