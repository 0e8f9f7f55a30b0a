namespace Crucible.Experiments.Domain.Protocol;

/// <summary>The error codes of MLflow's REST protocol; on the wire in SCREAMING_SNAKE_CASE.</summary>
/// <remarks>
/// Clients retry 408, 429, 500, 502, 503 and 504 for about four minutes, training blocked meanwhile: never answer
/// a request that will fail again the same way with one of those.
/// </remarks>
public enum ErrorCode
{
    /// <summary>500: a fault of the server.</summary>
    InternalError,

    /// <summary>500 in MLflow; avoid it for anything a caller can cause.</summary>
    InvalidState,

    /// <summary>400: a value, a filter or a body that cannot be accepted.</summary>
    InvalidParameterValue,

    /// <summary>400: the name is taken.</summary>
    ResourceAlreadyExists,

    /// <summary>400: not a request of this protocol.</summary>
    BadRequest,

    /// <summary>401: nobody is signed in.</summary>
    Unauthenticated,

    /// <summary>401: the token or password is not accepted.</summary>
    CustomerUnauthorized,

    /// <summary>403: signed in, but may not.</summary>
    PermissionDenied,

    /// <summary>404: no such run, experiment, key.</summary>
    ResourceDoesNotExist,

    /// <summary>404: no such path.</summary>
    EndpointNotFound,

    /// <summary>404.</summary>
    NotFound,

    /// <summary>409.</summary>
    AlreadyExists,

    /// <summary>409.</summary>
    ResourceConflict,

    /// <summary>409.</summary>
    Aborted,

    /// <summary>429: too many calls; send Retry-After.</summary>
    RequestLimitExceeded,

    /// <summary>429: out of room; send Retry-After.</summary>
    ResourceExhausted,

    /// <summary>499: the caller went away.</summary>
    Cancelled,

    /// <summary>501: clients fall back, for instance from multipart upload to PUT.</summary>
    NotImplemented,

    /// <summary>503: overloaded or starting; send Retry-After.</summary>
    TemporarilyUnavailable,

    /// <summary>504.</summary>
    DeadlineExceeded,
}
