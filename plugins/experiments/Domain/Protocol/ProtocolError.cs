using System.Text.Json;

namespace Crucible.Experiments.Domain.Protocol;

/// <summary>A refusal in the words of the MLflow protocol: <c>{"error_code": "…", "message": "…"}</c>.</summary>
/// <param name="Code">What kind of refusal; fixes the HTTP status.</param>
/// <param name="Message">Shown to whoever runs the client: what is wrong, where, and how to mend it.</param>
public sealed record ProtocolError(ErrorCode Code, string Message)
{
    private const string SeeDocs = " See the API docs for more information about request parameters.";

    /// <summary>The HTTP status that goes with the code.</summary>
    public int Status => Code switch
    {
        ErrorCode.InvalidParameterValue or ErrorCode.ResourceAlreadyExists or ErrorCode.BadRequest => 400,
        ErrorCode.Unauthenticated or ErrorCode.CustomerUnauthorized => 401,
        ErrorCode.PermissionDenied => 403,
        ErrorCode.ResourceDoesNotExist or ErrorCode.EndpointNotFound or ErrorCode.NotFound => 404,
        ErrorCode.AlreadyExists or ErrorCode.ResourceConflict or ErrorCode.Aborted => 409,
        ErrorCode.RequestLimitExceeded or ErrorCode.ResourceExhausted => 429,
        ErrorCode.Cancelled => 499,
        ErrorCode.NotImplemented => 501,
        ErrorCode.TemporarilyUnavailable => 503,
        ErrorCode.DeadlineExceeded => 504,
        _ => 500,
    };

    /// <summary>The code as it stands on the wire, for instance <c>INVALID_PARAMETER_VALUE</c>.</summary>
    public string Word => Words[(int)Code];

    private static readonly string[] Words =
        [.. Enum.GetNames<ErrorCode>().Select(JsonNamingPolicy.SnakeCaseUpper.ConvertName)];

    /// <summary>400 with a message of one's own.</summary>
    public static ProtocolError Invalid(string message) => new(ErrorCode.InvalidParameterValue, message);

    /// <summary>400: a required parameter is absent, null or the empty string.</summary>
    public static ProtocolError Missing(string parameter) =>
        Invalid($"Missing value for required parameter '{parameter}'.{SeeDocs}");

    /// <summary>400: a parameter has a value of the wrong type or out of range.</summary>
    /// <param name="parameter">Its path, for instance <c>metrics[3].value</c>.</param>
    /// <param name="value">The value as JSON; cut when long.</param>
    /// <param name="why">What would be right.</param>
    public static ProtocolError Wrong(string parameter, string value, string why) =>
        Invalid($"Invalid value {(value.Length > 200 ? Wording.Cut(value, 200) + "…" : value)} for parameter '{parameter}' supplied: {why}{SeeDocs}");

    /// <summary>404 for a run.</summary>
    public static ProtocolError NoRun(string runId) =>
        new(ErrorCode.ResourceDoesNotExist, $"Run with id={Wording.Cut(runId, 256)} not found");

    /// <summary>404 for an experiment.</summary>
    public static ProtocolError NoExperiment(string experimentId) =>
        new(ErrorCode.ResourceDoesNotExist, $"No Experiment with id={Wording.Cut(experimentId, 256)} exists");

    /// <summary>Writes the whole answer body.</summary>
    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("error_code"u8, Word);
        writer.WriteString("message"u8, Message);
        writer.WriteEndObject();
    }
}
