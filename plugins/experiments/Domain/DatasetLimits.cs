using Crucible.Experiments.Domain.Protocol;

namespace Crucible.Experiments.Domain;

/// <summary>What may be said about the datasets a run read.</summary>
public static class DatasetLimits
{
    /// <summary>Characters of a name.</summary>
    public const int Name = 500;

    /// <summary>Characters of a digest.</summary>
    public const int Digest = 36;

    /// <summary>Characters of a source.</summary>
    public const int Source = 65_535;

    /// <summary>Characters of a schema: 1 MB less one.</summary>
    public const int Schema = 1_048_575;

    /// <summary>Characters of a profile: 16 MB less one.</summary>
    public const int Profile = 16_777_215;

    /// <summary>Datasets of one runs/log-inputs.</summary>
    public const int PerRequest = 1000;

    /// <summary>Characters of an input tag's key.</summary>
    public const int TagKey = 255;

    /// <summary>Characters of an input tag's value.</summary>
    public const int TagValue = 500;

    /// <summary>Refuses a dataset that lacks something or has too much of it.</summary>
    /// <param name="name">Required.</param>
    /// <param name="digest">Required; name and digest together are its identity.</param>
    /// <param name="sourceType">Required, for instance "local".</param>
    /// <param name="source">Required.</param>
    /// <param name="schema">Optional, as JSON.</param>
    /// <param name="profile">Optional, as JSON.</param>
    /// <param name="path">Where it stood in the request, for instance <c>datasets[0].dataset</c>.</param>
    public static ProtocolError? Check(
        string? name, string? digest, string? sourceType, string? source, string? schema, string? profile, string path) =>
        Limits.CheckText(name, $"{path}.name", Name, required: true)
        ?? Limits.CheckText(digest, $"{path}.digest", Digest, required: true)
        ?? Limits.CheckText(sourceType, $"{path}.source_type", Name, required: true)
        ?? Limits.CheckText(source, $"{path}.source", Source, required: true)
        ?? Limits.CheckText(schema, $"{path}.schema", Schema, required: false)
        ?? Limits.CheckText(profile, $"{path}.profile", Profile, required: false);

    /// <summary>Refuses a tag of an input, such as mlflow.data.context, that is too long.</summary>
    public static ProtocolError? CheckTag(string? key, string? value, string path) =>
        Limits.CheckText(key, $"{path}.key", TagKey, required: true)
        ?? Limits.CheckText(value, $"{path}.value", TagValue, required: false);

    /// <summary>Refuses more datasets than one request may bring.</summary>
    public static ProtocolError? CheckCount(int datasets) => datasets <= PerRequest ? null : ProtocolError.Invalid(
        $"A request can bring at most {PerRequest} datasets. Got {datasets}. Please split them across multiple requests and try again.");
}
