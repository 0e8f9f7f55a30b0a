using Crucible.Api;
using Crucible.Experiments.Domain.Protocol;

namespace Crucible.Experiments.Api;

/// <summary>Refusals of the stores in the form of <c>/api/v1</c>.</summary>
internal static class Refusals
{
    /// <summary>The refusal, said of this field when the field is what is wrong.</summary>
    public static ApiError Of(ProtocolError refusal, string field = "id") => refusal.Code switch
    {
        ErrorCode.ResourceDoesNotExist or ErrorCode.NotFound => ApiError.NotFound(refusal.Message),
        ErrorCode.PermissionDenied => ApiError.Forbidden(refusal.Message),
        ErrorCode.ResourceAlreadyExists => ApiError.Conflict(refusal.Message) with { Details = new Dictionary<string, string[]> { [field] = ["is taken."] } },
        ErrorCode.ResourceConflict or ErrorCode.AlreadyExists or ErrorCode.Aborted or ErrorCode.InvalidState => ApiError.Conflict(refusal.Message),
        _ => ApiError.Invalid(field, refusal.Message),
    };
}
